"""What happened with one lead: its timeline, by kind and by time."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import func
from sqlmodel import Session, col, select

from leadnurture.config import Config
from leadnurture.crm.fields import Kind, LeadField
from leadnurture.crm.leads import couple_of
from leadnurture.crm.values import BadValueError, Reading, read_date, read_value
from leadnurture.engine.schedule import resolve
from leadnurture.reports.as_of import AsOf
from leadnurture.reports.lead_file import TimelineEntry, entry_of
from leadnurture.store.tables.lead import Lead
from leadnurture.store.tables.timeline import Interaction
from leadnurture.store.vocabulary import InteractionType


@dataclass(frozen=True)
class Wanted:
    """Which entries: of these types (none: of any), from the first day to the last one, the newest `limit` of them."""

    types: tuple[InteractionType, ...] = ()
    since: date | None = None
    until: date | None = None
    limit: int | None = None


@dataclass(frozen=True)
class LeadTimeline:
    """The entries that were wanted, the oldest first, and how many there are without the limit."""

    as_of: AsOf
    lead_id: int
    couple: str
    entries: tuple[TimelineEntry, ...]
    total: int

    def as_json(self) -> dict[str, Any]:
        """Return the documented keys."""
        timeline = [entry.as_json() for entry in self.entries]
        return {"lead_id": self.lead_id, "couple": self.couple, "timeline": timeline, "total": self.total}


def read_wanted(
    reading: Reading, types: Sequence[str], since: str | None, until: str | None, limit: int | None
) -> Wanted:
    """Read what was typed; raises BadValueError for an unknown type, no date, or days the wrong way round."""
    word = LeadField("--type", Kind.WORD, "Type", optional=False, words=InteractionType)
    days = [None if text is None else read_date(text.strip(), reading.date_order) for text in (since, until)]
    if days[0] and days[1] and days[0] > days[1]:
        raise BadValueError(f"nothing happened from {days[0]} on and up to {days[1]}", hint="swap the two")
    return Wanted(tuple(read_value(word, text, reading) for text in types), days[0], days[1], limit)


def lead_timeline(session: Session, config: Config, now: datetime, lead: Lead, wanted: Wanted) -> LeadTimeline:
    """Return what happened with a lead; days are days of the studio's zone, both ends included."""
    assert lead.id is not None
    as_of = AsOf.of(config, now)
    conditions = [Interaction.lead_id == lead.id, *_conditions(wanted, as_of.zone)]
    newest_first = (col(Interaction.created_at).desc(), col(Interaction.id).desc())
    rows = session.exec(select(Interaction).where(*conditions).order_by(*newest_first).limit(wanted.limit)).all()
    total = session.exec(select(func.count()).select_from(Interaction).where(*conditions)).one()
    return LeadTimeline(as_of, lead.id, couple_of(lead), tuple(entry_of(row, as_of) for row in reversed(rows)), total)


def _conditions(wanted: Wanted, zone: ZoneInfo) -> list[Any]:
    conditions: list[Any] = []
    if wanted.types:
        conditions.append(col(Interaction.interaction_type).in_(wanted.types))
    if wanted.since:
        conditions.append(col(Interaction.created_at) >= _start(wanted.since, zone))
    if wanted.until:
        conditions.append(col(Interaction.created_at) < _start(wanted.until + timedelta(days=1), zone))
    return conditions


def _start(day: date, zone: ZoneInfo) -> datetime:
    return resolve(datetime.combine(day, time(0)), zone)
