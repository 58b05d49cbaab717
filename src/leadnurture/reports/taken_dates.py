"""Which dates are taken, by what, and who else asks for them."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import func
from sqlmodel import Session, col, select

from leadnurture.config import Config
from leadnurture.crm.leads import couple_of
from leadnurture.crm.taken import Taken, taken_on
from leadnurture.reports.as_of import AsOf
from leadnurture.store.rows import in_parts
from leadnurture.store.tables.blocked_day import BlockedDay
from leadnurture.store.tables.lead import Lead
from leadnurture.store.vocabulary import CLOSED_STATUSES, LeadStatus


@dataclass(frozen=True)
class Wedding:
    """A wedding that was won."""

    lead_id: int
    couple: str


@dataclass(frozen=True)
class TakenDate:
    """One day: its weddings, the reasons for which it is blocked, and how many open leads ask for it.

    `available` says whether one more wedding has room.
    """

    day: date
    weddings: tuple[Wedding, ...]
    blocked: tuple[str, ...]
    is_double_booked: bool
    available: bool
    inquiries: int

    def as_json(self) -> dict[str, Any]:
        """Return the documented keys."""
        weddings = [dict(vars(wedding)) for wedding in self.weddings]
        return vars(self) | {"day": self.day.isoformat(), "weddings": weddings, "blocked": list(self.blocked)}


@dataclass(frozen=True)
class TakenDates:
    """The days that something takes, in order."""

    as_of: AsOf
    dates: tuple[TakenDate, ...]

    def as_json(self) -> dict[str, Any]:
        """Return the documented keys."""
        return {"dates": [one.as_json() for one in self.dates]}


def taken_dates(session: Session, config: Config, now: datetime, year: int | None = None) -> TakenDates:
    """Return the days of a year that something takes; without a year all from today on."""
    as_of = AsOf.of(config, now)
    first = as_of.now.date() if year is None else date(year, 1, 1)
    last = date.max if year is None else date(year, 12, 31)
    won = select(col(Lead.wedding_date)).where(Lead.lead_status == LeadStatus.WON)
    weddings = session.exec(won.where(col(Lead.wedding_date).between(first, last))).all()
    blocked = session.exec(select(col(BlockedDay.day)).where(col(BlockedDay.day).between(first, last))).all()
    days = {day for day in (*weddings, *blocked) if day is not None}
    return TakenDates(as_of, described(session, config.studio.weddings_per_day, days))


def one_date(session: Session, config: Config, day: date) -> TakenDate:
    """Return what takes a day, which may be nothing."""
    (found,) = described(session, config.studio.weddings_per_day, [day])
    return found


def clash(session: Session, config: Config, lead: Lead) -> str | None:
    """Return what is in the way of a lead's wedding, in words; None if nothing is, or nothing can be any more."""
    if lead.wedding_date is None or (lead.lead_status in CLOSED_STATUSES and lead.lead_status is not LeadStatus.WON):
        return None
    day = one_date(session, config, lead.wedding_date)
    if lead.lead_status is not LeadStatus.WON:
        return None if day.available else "their date is taken"
    if day.is_double_booked:
        return "double-booked: more weddings than you take are on that day"
    return "double-booked: that day is blocked" if day.blocked else None


def asking_for_taken_dates(session: Session, ids: Sequence[int]) -> int:
    """Return how many of these leads are open and have a wedding date that is taken."""
    return sum(
        session.exec(
            select(func.count()).where(
                col(Lead.id).in_(some),
                col(Lead.date_available).is_(False),
                col(Lead.lead_status).not_in(CLOSED_STATUSES),
            )
        ).one()
        for some in in_parts(ids)
    )


def described(session: Session, capacity: int, days: Iterable[date]) -> tuple[TakenDate, ...]:
    """Return what takes each of these days; `capacity` is how many weddings a day the studio takes."""
    asked = sorted(set(days))
    taken, inquiries = taken_on(session, asked), _inquiries(session, asked)
    couples = _couples(session, [lead_id for one in taken.values() for lead_id in one.weddings])
    return tuple(
        TakenDate(
            day=day,
            weddings=tuple(Wedding(lead_id, couples[lead_id]) for lead_id in found.weddings),
            blocked=found.blocked,
            is_double_booked=len(found.weddings) > capacity,
            available=found.is_free_for(None, capacity),
            inquiries=inquiries.get(day, 0),
        )
        for day in asked
        for found in (taken.get(day, Taken()),)
    )


def _inquiries(session: Session, days: list[date]) -> Mapping[date, int]:
    counts: dict[date, int] = {}
    for some in in_parts(days):
        query = (
            select(col(Lead.wedding_date), func.count())
            .where(col(Lead.wedding_date).in_(some), col(Lead.lead_status).not_in(CLOSED_STATUSES))
            .group_by(col(Lead.wedding_date))
        )
        counts |= {day: number for day, number in session.exec(query).all() if day is not None}
    return counts


def _couples(session: Session, ids: list[int]) -> Mapping[int, str]:
    found: dict[int, str] = {}
    for some in in_parts(ids):
        leads = session.exec(select(Lead).where(col(Lead.id).in_(some))).all()
        found |= {lead.id: couple_of(lead) for lead in leads if lead.id is not None}
    return found
