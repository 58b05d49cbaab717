"""Leaving: what ends a lead's walks, and taking back messages that have not gone out."""

from collections.abc import Mapping

from sqlmodel import select

from leadnurture.crm.change import Change, Fact, FactKind
from leadnurture.engine import walk
from leadnurture.engine.book import Book
from leadnurture.sequences.sequence import Stop
from leadnurture.store.tables import Enrollment, Execution, OutboxMessage
from leadnurture.store.vocabulary import EnrollmentStatus, ExecutionStatus, OutboxState

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
        sequence = book.edition(change.session, enrollment.version_id).sequence
        if stop not in sequence.stops:
            continue
        if stop == "conversion":
            enrollment.converted, enrollment.conversion_step = True, last_step(change, enrollment)
        cancel(change, enrollment, reason)


def cancel(change: Change, enrollment: Enrollment, reason: str) -> None:
    """End a walk before its end; what was queued for it does not go out any more."""
    withdraw(change, enrollment, reason)
    walk.end(change, enrollment, EnrollmentStatus.CANCELLED, reason)


def withdraw(change: Change, enrollment: Enrollment, reason: str) -> None:
    """Take back a message that is still queued; one in doubt may have gone and stays as it is."""
    query = select(OutboxMessage).where(
        OutboxMessage.enrollment_id == enrollment.id, OutboxMessage.state == OutboxState.QUEUED
    )
    for message in change.session.exec(query).all():
        message.state, message.reason = OutboxState.REFUSED, f"withdrawn: {reason}"
        execution = change.session.get(Execution, message.execution_id)
        if execution is not None:
            execution.status, execution.reason, execution.updated_at = ExecutionStatus.SKIPPED, reason, change.now


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
