"""Dates that are taken: by weddings that were won, and by days that are blocked.

Each lead knows whether its wedding date is free (`date_available`), kept right in the transaction of the fact that
changes it: whoever reads a lead, a score or a condition never has to ask a calendar.
"""

from collections import Counter
from collections.abc import Iterable
from datetime import date

from sqlmodel import Session, col, select

from leadnurture.crm.change import Change, Fact, FactKind
from leadnurture.crm.taken import Taken, in_parts, taken_on, why_taken
from leadnurture.crm.timeline import note
from leadnurture.store.tables.blocked_day import BlockedDay
from leadnurture.store.tables.lead import Lead
from leadnurture.store.vocabulary import CLOSED_STATUSES, InteractionType, LeadStatus

_MOVES = frozenset({FactKind.CREATED, FactKind.STATUS, FactKind.CONVERTED, FactKind.WEDDING_MOVED})


def follow(change: Change, facts: Iterable[Fact]) -> None:
    """Keep `date_available` right after facts: of the leads that they are about, and of others with the same dates."""
    days, undated = set[date](), list[Lead]()
    for fact in facts:
        if fact.kind not in _MOVES or (lead := change.session.get(Lead, fact.lead_id)) is None:
            continue
        if fact.kind is FactKind.WEDDING_MOVED and fact.text:
            days.add(date.fromisoformat(fact.text))
        if lead.wedding_date is not None:
            days.add(lead.wedding_date)
        else:
            undated.append(lead)
    for lead in undated:
        lead.date_available = None
    settle(change, days)


def settle(change: Change, days: Iterable[date]) -> int:
    """Say of each lead with one of these dates whether it is free; return for how many that is another answer.

    A lead that is still open has it on its timeline, and is looked at again by scores and conditions.
    """
    asked = sorted(set(days))
    taken = taken_on(change.session, asked)
    capacity = change.config.studio.weddings_per_day
    columns = (col(Lead.id), col(Lead.wedding_date), col(Lead.date_available))
    changed: list[tuple[int, bool]] = []
    for some in in_parts(asked):
        for lead_id, day, known in change.session.execute(select(*columns).where(col(Lead.wedding_date).in_(some))):
            free = taken.get(day, Taken()).is_free_for(lead_id, capacity)
            if free != known:
                changed.append((lead_id, free))
    for lead_id, free in changed:
        lead = change.session.get_one(Lead, lead_id)
        _flag(change, lead, taken.get(lead.wedding_date or date.min, Taken()), free=free)
    return len(changed)


def _flag(change: Change, lead: Lead, taken: Taken, *, free: bool) -> None:
    before, lead.date_available = lead.date_available, free
    if (free and before is None) or lead.lead_status in CLOSED_STATUSES or lead.wedding_date is None:
        return
    day = f"{lead.wedding_date.day} {lead.wedding_date:%B %Y}"
    told = f"{day} is free again" if free else f"{day} is {why_taken(taken)}"
    metadata = {"date_available": [before, free], "by": list(taken.weddings)}
    note(change, lead, InteractionType.LEAD_UPDATED, told, metadata=metadata)
    change.record(FactKind.DATE_FREED if free else FactKind.DATE_TAKEN, lead.id, told)


def out_of_step(session: Session, capacity: int, today: date) -> list[date]:
    """Return the days from `today` on of which leads say something else than the book does, as under a new capacity."""
    ahead = col(Lead.wedding_date) >= today
    won = select(col(Lead.wedding_date)).where(ahead, Lead.lead_status == LeadStatus.WON)
    blocked = select(col(BlockedDay.day)).where(col(BlockedDay.day) >= today)
    counts = Counter(session.exec(won).all())
    full = {day for day, number in counts.items() if day and number >= capacity} | set(session.exec(blocked).all())
    said = select(col(Lead.wedding_date)).where(ahead, col(Lead.date_available).is_(False)).distinct()
    suspects = full ^ {day for day in session.exec(said).all() if day}
    return _answered_wrongly(session, capacity, suspects)


def _answered_wrongly(session: Session, capacity: int, days: set[date]) -> list[date]:
    taken, wrong = taken_on(session, days), set[date]()
    for some in in_parts(sorted(days)):
        rows = select(col(Lead.id), col(Lead.wedding_date), col(Lead.date_available)).where(
            col(Lead.wedding_date).in_(some)
        )
        for lead_id, day, known in session.exec(rows).all():
            if day and taken.get(day, Taken()).is_free_for(lead_id, capacity) != known:
                wrong.add(day)
    return sorted(wrong)
