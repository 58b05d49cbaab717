"""What follows from facts, in the very transaction they happened in: rescore, stop, reschedule, wake, enroll."""

from collections.abc import Iterable

from sqlmodel import col, select

from leadnurture.crm import dates
from leadnurture.crm.change import Change, Fact, FactKind
from leadnurture.crm.rules import active_rules
from leadnurture.crm.scores import rescore
from leadnurture.crm.values import Reading
from leadnurture.engine import closed_channels, enrolling, rescheduling, stopping
from leadnurture.engine.book import Book
from leadnurture.engine.schedule import IsHoliday
from leadnurture.engine.standing import Standing
from leadnurture.store.rows import in_parts
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
        leads = _touched(change, facts)
        dates.follow(change, facts)
        rescore(change, [leads[lead_id] for lead_id in _to_rescore(facts) if lead_id in leads], rules)
        for fact in facts:
            stopping.stop_for(change, fact, book)
            rescheduling.reschedule_for(change, fact, book, is_holiday)
            closed_channels.leave_out_for(change, fact, book, is_holiday)
        standing = Standing.of(change.session, leads.keys())
        for lead in leads.values():
            stopping.stop_without_consent(change, lead, standing, book)
            _wake(change, standing.running(lead))
            enrolling.consider(change, lead, standing, editions, is_holiday)
        change.session.flush()


def _touched(change: Change, facts: Iterable[Fact]) -> dict[int, Lead]:
    """Return the leads that facts are about, in the facts' order; one that is gone is left out."""
    ids = list(dict.fromkeys(fact.lead_id for fact in facts))
    found = {
        lead.id: lead
        for some in in_parts(ids)
        for lead in change.session.exec(select(Lead).where(col(Lead.id).in_(some))).all()
    }
    return {lead_id: found[lead_id] for lead_id in ids if lead_id in found}


def _to_rescore(facts: Iterable[Fact]) -> list[int]:
    """Return whose score may be another one now: no rule looks at a score."""
    return list(dict.fromkeys(fact.lead_id for fact in facts if fact.kind is not FactKind.SCORED))


def _wake(change: Change, walks: Iterable[Enrollment]) -> None:
    """Ask steps again that are held or wait: what was missing may be there now."""
    for walk in walks:
        waits = walk.held_reason is not None or walk.waiting_reason is not None
        if walk.status is EnrollmentStatus.ACTIVE and waits and walk.next_at is not None:
            walk.next_at = min(walk.next_at, change.now)
