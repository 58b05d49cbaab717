"""Entering: which sequences a lead begins, which pass it over, and why."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta

from sqlmodel import select

from leadnurture.crm.change import Change
from leadnurture.engine import subjects, walk
from leadnurture.engine.book import Edition
from leadnurture.engine.conditions import Subject, judge
from leadnurture.engine.schedule import IsHoliday
from leadnurture.sequences.sequence import Sequence
from leadnurture.store.tables import Enrollment, Lead, PassedOver
from leadnurture.store.vocabulary import EnrollmentStatus, LeadStatus, Purpose

_RUNNING = (EnrollmentStatus.ACTIVE, EnrollmentStatus.PAUSED)


@dataclass(frozen=True)
class Entry:
    """What a sequence says to a lead: whether its entry condition fits, and what keeps it out all the same."""

    edition: Edition
    fits: bool
    reason: str
    barred: str | None = None


def consider(change: Change, lead: Lead, editions: Iterable[Edition], is_holiday: IsHoliday) -> None:
    """Enroll the lead where it should be now; remember where it was passed over, and why."""
    entries = entries_for(change, lead, editions)
    passed = {row.sequence_id: row for row in _passed_over(change, lead)}
    for entry in entries:
        if not entry.fits and (row := passed.pop(entry.edition.sequence.id, None)):
            change.session.delete(row)  # the condition stopped holding: the next time it holds counts
    open_entries = [
        entry for entry in entries if entry.fits and not entry.barred and entry.edition.sequence.id not in passed
    ]
    chosen = choose(open_entries)
    for entry in open_entries:
        if not change.enrolling:
            pass_over(change, lead, entry.edition, "it was imported without --enroll")
        elif entry in chosen:
            enter(change, lead, entry, is_holiday)
        else:
            pass_over(change, lead, entry.edition, f"'{chosen[0].edition.sequence.id}' has the higher priority")


def entries_for(change: Change, lead: Lead, editions: Iterable[Edition]) -> list[Entry]:
    """Return what each sequence says to a lead; default sequences speak only where no other condition fits."""
    subject, editions = _subject(change, lead), list(editions)
    entries = [_entry(change, lead, edition, subject) for edition in editions if not edition.sequence.default]
    if not any(entry.fits for entry in entries) and not _walks(change, lead):
        entries += [_entry(change, lead, edition, subject) for edition in editions if edition.sequence.default]
    return entries


def entry_for(change: Change, lead: Lead, edition: Edition) -> Entry:
    """Return what one sequence says to a lead."""
    return _entry(change, lead, edition, _subject(change, lead))


def enter(change: Change, lead: Lead, entry: Entry, is_holiday: IsHoliday) -> None:
    """Enroll the lead, for the entry's reason."""
    walk.begin(change, lead, entry.edition, _next_pass(change, lead, entry.edition), entry.reason, is_holiday)


def choose(entries: list[Entry]) -> list[Entry]:
    """Return which of several open entries are taken: the first exclusive one (by priority), and all that share."""
    exclusive = [entry for entry in entries if entry.edition.sequence.exclusive]
    return exclusive[:1] + [entry for entry in entries if not entry.edition.sequence.exclusive]


def pass_over(change: Change, lead: Lead, edition: Edition, reason: str) -> None:
    """Remember that the lead fits the sequence and was not enrolled."""
    assert lead.id is not None
    change.session.add(
        PassedOver(lead_id=lead.id, sequence_id=edition.sequence.id, reason=reason, created_at=change.now)
    )


def is_passed_over(change: Change, lead: Lead, edition: Edition) -> bool:
    """Tell whether the sequence has passed the lead over, and its condition has held ever since."""
    return change.session.get(PassedOver, (lead.id, edition.sequence.id)) is not None


def _subject(change: Change, lead: Lead) -> Subject:
    return subjects.entering(lead, change.now, change.config.studio.zone)


def _entry(change: Change, lead: Lead, edition: Edition, subject: Subject) -> Entry:
    when = edition.sequence.enroll.when
    if when is None and not edition.sequence.default:
        return Entry(edition, fits=False, reason="it has no entry condition; leads are enrolled by hand")
    verdict = judge(when, subject)
    if not verdict.held:
        return Entry(edition, fits=False, reason=verdict.why_not)
    reason = "; ".join(clause.asked for clause in verdict.trace) or "no other sequence fits"
    return Entry(edition, fits=True, reason=reason, barred=barred(change, lead, edition.sequence))


def barred(change: Change, lead: Lead, sequence: Sequence) -> str | None:
    """Return why a lead must not enter a sequence although it fits, or None."""
    return stopped(lead, sequence) or _been_before(change, lead, sequence)


def stopped(lead: Lead, sequence: Sequence) -> str | None:
    """Return the stop that holds already: who would leave at once does not enter."""
    states = (
        ("opt_out", lead.opt_out_date is not None, "they opted out"),
        ("bounce", lead.bounced_at is not None, "their address bounced"),
        ("conversion", lead.lead_status is LeadStatus.WON, "they have booked"),
        (
            "lost",
            lead.lead_status in {LeadStatus.LOST, LeadStatus.SPAM, LeadStatus.DUPLICATE},
            f"they are {lead.lead_status.value}",
        ),
    )
    if sequence.purpose is Purpose.MARKETING and not lead.consent_marketing:
        return "it is marketing, and they have not consented to that"
    return next((why for stop, holds, why in states if holds and stop in sequence.stops), None)


def _been_before(change: Change, lead: Lead, sequence: Sequence) -> str | None:
    query = select(Enrollment).where(Enrollment.lead_id == lead.id, Enrollment.sequence_id == sequence.id)
    past = change.session.exec(query).all()
    if not past:
        return None
    if any(enrollment.status in _RUNNING for enrollment in past):
        return "they are in it"
    if sequence.enroll.again == "never":
        return "they have been through it"
    last = max(enrollment.ended_at or enrollment.enrollment_date for enrollment in past)
    pause: timedelta = sequence.enroll.again.roughly
    return None if last + pause <= change.now else f"they were in it less than {sequence.enroll.again} ago"


def _walks(change: Change, lead: Lead) -> bool:
    query = select(Enrollment.id).where(Enrollment.lead_id == lead.id, Enrollment.status.in_(_RUNNING))  # type: ignore[attr-defined]
    return change.session.exec(query).first() is not None


def _next_pass(change: Change, lead: Lead, edition: Edition) -> int:
    query = select(Enrollment.pass_number).where(
        Enrollment.lead_id == lead.id, Enrollment.sequence_id == edition.sequence.id
    )
    return max(change.session.exec(query).all(), default=0) + 1


def _passed_over(change: Change, lead: Lead) -> list[PassedOver]:
    return list(change.session.exec(select(PassedOver).where(PassedOver.lead_id == lead.id)).all())
