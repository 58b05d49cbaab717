"""Blocking days: by hand, and by the entries of a calendar that was imported."""

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Protocol

from sqlmodel import col, delete, select

from leadnurture.crm import dates
from leadnurture.crm.change import Change
from leadnurture.crm.taken import in_parts
from leadnurture.errors import NotFoundError
from leadnurture.store.tables.appointment import Appointment
from leadnurture.store.tables.blocked_day import BlockedDay


class Entry(Protocol):
    """An entry of a calendar with the days that it takes; the same `uid` is the same entry."""

    @property
    def uid(self) -> str:
        """What it is known by."""
        ...

    @property
    def title(self) -> str:
        """What it is."""
        ...

    @property
    def days(self) -> tuple[date, ...]:
        """The days."""
        ...


class NotBlockedError(NotFoundError):
    """None of the days is blocked."""

    def __init__(self, days: Sequence[date]) -> None:
        told = f"{days[0]} is not blocked" if len(days) == 1 else f"no day from {days[0]} to {days[-1]} is blocked"
        super().__init__(told, hint="leadnurture date list shows what takes which day")


def block(change: Change, days: Sequence[date], reason: str | None) -> None:
    """Block days by hand; one that is blocked by hand already gets the new reason."""
    for some in in_parts(days):
        by_hand = delete(BlockedDay).where(col(BlockedDay.day).in_(some), col(BlockedDay.uid).is_(None))
        change.session.exec(by_hand)
    change.session.add_all(BlockedDay(day=day, reason=reason, created_at=change.now) for day in days)
    change.session.flush()
    dates.settle(change, days)


def unblock(change: Change, days: Sequence[date]) -> list[date]:
    """Let days be free of whatever blocks them; return those that were blocked. Raises NotBlockedError for none."""
    blocked = [
        day
        for some in in_parts(days)
        for day in change.session.exec(
            select(col(BlockedDay.day)).where(col(BlockedDay.day).in_(some)).distinct()
        ).all()
    ]
    if not blocked:
        raise NotBlockedError(days)
    for some in in_parts(days):
        change.session.exec(delete(BlockedDay).where(col(BlockedDay.day).in_(some)))
    dates.settle(change, blocked)
    return sorted(blocked)


def replace(change: Change, entries: Iterable[Entry]) -> set[date]:
    """Block the days of a calendar's entries, in place of what the same entries blocked before; return the days.

    Our own appointments, come back in the calendar they were exported to, block nothing.
    """
    own = set(change.session.exec(select(col(Appointment.uid))).all())
    given = {entry.uid: entry for entry in entries if entry.uid not in own}
    before: set[date] = set()
    for some in in_parts(sorted(given)):
        there = select(col(BlockedDay.day)).where(col(BlockedDay.uid).in_(some))
        before.update(change.session.exec(there).all())
        change.session.exec(delete(BlockedDay).where(col(BlockedDay.uid).in_(some)))
    days = {day for entry in given.values() for day in entry.days}
    change.session.add_all(
        BlockedDay(day=day, reason=entry.title or None, uid=entry.uid, created_at=change.now)
        for entry in given.values()
        for day in entry.days
    )
    change.session.flush()
    dates.settle(change, before | days)
    return days
