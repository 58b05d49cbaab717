"""What follows from facts, in the very transaction they happened in: rescore, stop, reschedule, wake, enroll."""

from collections.abc import Iterable

from sqlalchemy import or_
from sqlmodel import Session, col, select

from leadnurture.crm import dates
from leadnurture.crm.change import Change, Fact
from leadnurture.crm.rules import active_rules
from leadnurture.crm.scores import rescore
from leadnurture.crm.values import Reading
from leadnurture.engine import closed_channels, enrolling, rescheduling, stopping
from leadnurture.engine.book import Book
from leadnurture.engine.schedule import IsHoliday
from leadnurture.store.tables.lead import Lead
from leadnurture.store.tables.sequence import Enrollment
from leadnurture.store.vocabulary import EnrollmentStatus

# Facts beget facts (a score makes a lead hot, that enrolls it); a ring of them is a fault of ours, no reason to hang.
MOST_ROUNDS = 20


def react(change: Change, book: Book, is_holiday: IsHoliday) -> None:
    """Follow the recorded facts, and those that follow from them, to the end."""
    change.session.flush()
    if not change.facts:
        return
    rules = active_rules(change.session, Reading.of(change.config))
    editions = book.current(change.session)
    for _ in range(MOST_ROUNDS):
        facts, change.facts = change.facts, []
        if not facts:
            return
        dates.follow(change, facts)
        leads = _touched(change, facts)
        for lead in leads:
            rescore(change, lead, rules)
        for fact in facts:
            stopping.stop_for(change, fact, book)
            rescheduling.reschedule_for(change, fact, book, is_holiday)
            closed_channels.leave_out_for(change, fact, book, is_holiday)
        for lead in leads:
            stopping.stop_without_consent(change, lead, book)
            _wake(change, lead)
            enrolling.consider(change, lead, editions, is_holiday)
        change.session.flush()


def _touched(change: Change, facts: Iterable[Fact]) -> list[Lead]:
    ids = dict.fromkeys(fact.lead_id for fact in facts)
    return [lead for lead_id in ids if (lead := change.session.get(Lead, lead_id)) is not None]


def _wake(change: Change, lead: Lead) -> None:
    """Ask steps again that are held or wait: what was missing may be there now."""
    for enrollment in held(change.session, lead):
        if enrollment.next_at is not None and enrollment.next_at > change.now:
            enrollment.next_at = change.now


def held(session: Session, lead: Lead) -> list[Enrollment]:
    """Return the lead's walks whose next step waits for something to be mended, or to happen."""
    query = select(Enrollment).where(
        Enrollment.lead_id == lead.id,
        Enrollment.status == EnrollmentStatus.ACTIVE,
        or_(col(Enrollment.held_reason).is_not(None), col(Enrollment.waiting_reason).is_not(None)),
    )
    return list(session.exec(query).all())
