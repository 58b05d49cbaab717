"""Leaving: what ends a lead's walks."""

from collections.abc import Mapping

from sqlmodel import select

from leadnurture.crm.change import Change, Fact, FactKind
from leadnurture.engine import taking_back, walk
from leadnurture.engine.book import Book, UnreadableVersionError
from leadnurture.sequences.sequence import Stop
from leadnurture.store.tables.lead import Lead
from leadnurture.store.tables.sequence import Enrollment, Execution, SequenceRow
from leadnurture.store.vocabulary import EnrollmentStatus, ExecutionStatus, Purpose

STOPS: Mapping[FactKind, tuple[Stop, str]] = {
    FactKind.CONVERTED: ("conversion", "they booked"),
    FactKind.REPLIED: ("reply", "they replied"),
    FactKind.OPTED_OUT: ("opt_out", "they opted out"),
    FactKind.BOUNCED: ("bounce", "their address bounced"),
    FactKind.LOST: ("lost", "the inquiry is closed"),
}


def stop_for(change: Change, fact: Fact, book: Book) -> None:
    """End the lead's running walks that the fact is a stop for, if it is one."""
    if fact.kind not in STOPS:
        return
    stop, reason = STOPS[fact.kind]
    for enrollment in running(change, fact.lead_id):
        if stop not in stops_of(change, enrollment, book):
            continue
        if stop == "conversion":
            enrollment.converted, enrollment.conversion_step = True, last_step(change, enrollment)
        cancel(change, enrollment, reason)


def stops_of(change: Change, enrollment: Enrollment, book: Book) -> frozenset[Stop]:
    """Return what ends a walk; one whose version cannot be read any more ends by anything, as sequences mostly do."""
    try:
        return book.edition(change.session, enrollment.version_id).sequence.stops
    except UnreadableVersionError:
        return frozenset(stop for stop, _ in STOPS.values())


def stop_without_consent(change: Change, lead: Lead, book: Book) -> None:
    """End the marketing walks of a lead that does not, or no longer, consent to marketing."""
    if lead.consent_marketing or lead.id is None:
        return
    for enrollment in running(change, lead.id):
        stopped_for_consent(change, enrollment, _purpose(change, enrollment, book))


def stopped_for_consent(change: Change, enrollment: Enrollment, purpose: Purpose) -> bool:
    """End a walk that is, or becomes, marketing if the lead does not consent to that; return whether it has ended."""
    lacks_consent = not change.session.get_one(Lead, enrollment.lead_id).consent_marketing
    if purpose is Purpose.MARKETING and lacks_consent:
        cancel(change, enrollment, "it is marketing, and they do not consent to that")
        return True
    return False


def _purpose(change: Change, enrollment: Enrollment, book: Book) -> Purpose:
    """Return what a walk is for; by the sequence's row if its version cannot be read any more."""
    try:
        return book.edition(change.session, enrollment.version_id).sequence.purpose
    except UnreadableVersionError:
        return change.session.get_one(SequenceRow, enrollment.sequence_id).purpose


def cancel(change: Change, enrollment: Enrollment, reason: str) -> None:
    """End a walk before its end; what was queued for it does not go out any more."""
    taking_back.withdraw(change, enrollment, reason)
    if (begun := walk.begun_waiting(change.session, enrollment)) is not None:
        begun.status, begun.reason, begun.executed_at = ExecutionStatus.SKIPPED, reason, change.now
    walk.end(change, enrollment, EnrollmentStatus.CANCELLED, reason)


def running(change: Change, lead_id: int) -> list[Enrollment]:
    """Return the lead's walks that have not ended."""
    states = (EnrollmentStatus.ACTIVE, EnrollmentStatus.PAUSED)
    query = select(Enrollment).where(Enrollment.lead_id == lead_id, Enrollment.status.in_(states))  # type: ignore[attr-defined]
    return list(change.session.exec(query).all())


def last_step(change: Change, enrollment: Enrollment) -> str | None:
    """Return the step that was executed last before now: the one that a booking is credited to."""
    query = (
        select(Execution.step_key)
        .where(Execution.enrollment_id == enrollment.id, Execution.status == ExecutionStatus.EXECUTED)
        .order_by(Execution.executed_at.desc(), Execution.id.desc())  # type: ignore[union-attr]
    )
    return change.session.exec(query).first()
