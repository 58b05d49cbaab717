"""The couples of the day: who waits for an answer, with whom a follow-up is due, whose wedding is near."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, and_, func, or_
from sqlmodel import Session, col, exists, select

from leadnurture.config import Config
from leadnurture.crm.leads import couple_of
from leadnurture.crm.recommending import Recommendation
from leadnurture.reports.as_of import AsOf, iso
from leadnurture.reports.recommended import OUR_WORDS, recommended
from leadnurture.reports.today_part import MOST, Part
from leadnurture.store.tables.lead import Lead
from leadnurture.store.tables.timeline import Interaction
from leadnurture.store.vocabulary import CLOSED_STATUSES, LeadStatus, Temperature

RECENT = timedelta(days=14)  # who waits for longer comes behind those that can still be won


@dataclass(frozen=True)
class WaitingCouple:
    """A couple that nobody has answered, since they asked or (`replied`) wrote back; `since` in the studio's zone."""

    lead_id: int
    couple: str
    since: datetime
    replied: bool
    score: int
    temperature: Temperature
    date_taken: bool
    advice: Recommendation

    def as_json(self) -> dict[str, Any]:
        """Return the documented keys."""
        told = {name: value for name, value in vars(self).items() if name != "advice"}
        return told | {"since": iso(self.since), "temperature": self.temperature.value} | self.advice.as_json()


@dataclass(frozen=True)
class FollowUp:
    """A couple to be followed up by now or later today; `at` in the studio's zone."""

    lead_id: int
    couple: str
    at: datetime
    is_overdue: bool
    advice: Recommendation

    def as_json(self) -> dict[str, Any]:
        """Return the documented keys."""
        told = {name: value for name, value in vars(self).items() if name != "advice"}
        return told | {"at": iso(self.at)} | self.advice.as_json()


@dataclass(frozen=True)
class WeddingAhead:
    """A wedding of the next days."""

    lead_id: int
    couple: str
    day: date
    venue: str | None

    def as_json(self) -> dict[str, Any]:
        """Return the documented keys."""
        return vars(self) | {"day": self.day.isoformat()}


def waiting_couples(session: Session, config: Config, as_of: AsOf) -> Part[WaitingCouple]:
    """Return who waits for an answer: of the last two weeks who waits longest, then those before."""
    since = func.coalesce(Lead.last_reply_at, Lead.inquiry_at)
    order = (since < as_of.now - RECENT, since, col(Lead.id))
    total, leads = _leads(session, _is_open(), *_unanswered(as_of.now.date()), order=order)
    advice = recommended(session, config, as_of.now, leads)
    return Part(
        total,
        tuple(
            WaitingCouple(
                lead_id=lead.id or 0,
                couple=couple_of(lead),
                since=as_of.local(lead.last_reply_at or lead.inquiry_at),
                replied=lead.last_reply_at is not None,
                score=lead.lead_score,
                temperature=lead.lead_temperature,
                date_taken=lead.date_available is False,
                advice=advice[lead.id or 0],
            )
            for lead in leads
        ),
    )


def _unanswered(today: date) -> tuple[ColumnElement[bool], ...]:
    """Hold for new inquiries and for replies that no word of ours has followed.

    Of a lead that is not new and never replied, what was said may simply stand elsewhere; one whose wedding is over, as
    in an old spreadsheet, asks no more.
    """
    answered = exists().where(
        col(Interaction.lead_id) == Lead.id,
        col(Interaction.created_at) >= func.coalesce(Lead.last_reply_at, Lead.inquiry_at),
        col(Interaction.interaction_type).in_(OUR_WORDS),
    )
    is_over = and_(col(Lead.wedding_date).is_not(None), col(Lead.wedding_date) < today)
    is_new = and_(col(Lead.lead_status) == LeadStatus.NEW, ~is_over)
    asked = or_(is_new, col(Lead.last_reply_at).is_not(None))
    return col(Lead.opt_out_date).is_(None), asked, ~answered


def follow_ups(session: Session, config: Config, as_of: AsOf, until: datetime) -> Part[FollowUp]:
    """Return the follow-ups that are due before an instant, the most overdue first."""
    due = col(Lead.next_follow_up_at) < until
    total, leads = _leads(session, _is_open(), due, order=(col(Lead.next_follow_up_at), col(Lead.id)))
    advice = recommended(session, config, as_of.now, leads)
    return Part(
        total,
        tuple(
            FollowUp(lead.id or 0, couple_of(lead), as_of.local(at), at < as_of.now, advice[lead.id or 0])
            for lead in leads
            if (at := lead.next_follow_up_at) is not None
        ),
    )


def weddings(session: Session, first: date, last: date) -> Part[WeddingAhead]:
    """Return the weddings that were won, from a day to a day."""
    near = (col(Lead.lead_status) == LeadStatus.WON, col(Lead.wedding_date).between(first, last))
    total, leads = _leads(session, *near, order=(col(Lead.wedding_date), col(Lead.id)))
    return Part(
        total,
        tuple(
            WeddingAhead(lead.id or 0, couple_of(lead), lead.wedding_date, lead.wedding_venue)
            for lead in leads
            if lead.wedding_date is not None
        ),
    )


def _is_open() -> ColumnElement[bool]:
    return col(Lead.lead_status).not_in(CLOSED_STATUSES)


def _leads(session: Session, *conditions: ColumnElement[bool], order: Sequence[Any]) -> tuple[int, Sequence[Lead]]:
    total = session.exec(select(func.count()).select_from(Lead).where(*conditions)).one()
    return total, session.exec(select(Lead).where(*conditions).order_by(*order).limit(MOST)).all() if total else []
