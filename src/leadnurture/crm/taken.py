"""What takes a day: weddings that were won, and blocks; and the days that are taken twice."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import TypeVar

from sqlmodel import Session, col, select

from leadnurture.store.tables.blocked_day import BlockedDay
from leadnurture.store.tables.lead import Lead
from leadnurture.store.vocabulary import LeadStatus

_AT_ONCE = 500  # days in one statement
_Item = TypeVar("_Item")


@dataclass(frozen=True)
class Taken:
    """What takes one day: leads whose wedding was won, by id, and the reasons for which it is blocked."""

    weddings: tuple[int, ...] = ()
    blocked: tuple[str, ...] = ()

    def is_free_for(self, lead_id: int | None, capacity: int) -> bool:
        """Tell whether a lead's wedding has room; for one that was won it is enough that there are not too many."""
        if lead_id in self.weddings:
            return len(self.weddings) <= capacity
        return not self.blocked and len(self.weddings) < capacity


def taken_on(session: Session, days: Iterable[date]) -> dict[date, Taken]:
    """Return what takes these days; a day that nothing takes is missing."""
    weddings: dict[date, list[int]] = defaultdict(list)
    blocked: dict[date, list[str]] = defaultdict(list)
    for some in in_parts(sorted(set(days))):
        won = select(col(Lead.wedding_date), col(Lead.id)).where(
            col(Lead.wedding_date).in_(some), Lead.lead_status == LeadStatus.WON
        )
        for day, lead_id in session.exec(won.order_by(col(Lead.id))).all():
            if day is not None and lead_id is not None:
                weddings[day].append(lead_id)
        closed = select(col(BlockedDay.day), col(BlockedDay.reason)).where(col(BlockedDay.day).in_(some))
        for day, reason in session.exec(closed.order_by(col(BlockedDay.id))).all():
            blocked[day].append(reason or "")
    return {day: Taken(tuple(weddings[day]), tuple(blocked[day])) for day in {*weddings, *blocked}}


def why_taken(taken: Taken) -> str:
    """Return what takes a day, in words; couples by the number of their lead, because others' timelines say it."""
    if taken.weddings:
        leads = " and ".join(f"lead {lead_id}" for lead_id in taken.weddings)
        return f"taken by the wedding of {leads}"
    reasons = ", ".join(dict.fromkeys(reason for reason in taken.blocked if reason))
    return f"blocked: {reasons}" if reasons else "blocked"


def double_booked(session: Session, capacity: int, since: date) -> Mapping[date, Taken]:
    """Return the days from `since` on with more weddings than the capacity, or with one although blocked by hand."""
    won = select(col(Lead.wedding_date)).where(col(Lead.wedding_date) >= since, Lead.lead_status == LeadStatus.WON)
    counts = Counter(day for day in session.exec(won).all() if day)
    by_hand = select(col(BlockedDay.day)).where(col(BlockedDay.day) >= since, col(BlockedDay.uid).is_(None))
    closed = set(session.exec(by_hand).all())
    twice = [day for day, number in counts.items() if number > capacity or day in closed]
    found = taken_on(session, twice)
    return {day: found[day] for day in sorted(twice)}


def in_parts(items: Sequence[_Item]) -> Iterator[Sequence[_Item]]:
    """Cut a list into parts for one statement each."""
    yield from (items[start : start + _AT_ONCE] for start in range(0, len(items), _AT_ONCE))
