"""Which leads are meant: the seed's filters of the lead list, as SQL."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, fields
from datetime import date, datetime, time, timedelta
from enum import Enum
from json import dumps
from operator import ge, le, lt
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, String, cast, or_
from sqlmodel import col

from leadnurture.engine.schedule import resolve
from leadnurture.store.search import matches
from leadnurture.store.tables.lead import Lead
from leadnurture.store.vocabulary import LeadStatus, Priority, Temperature


@dataclass(frozen=True)
class LeadFilters:
    """What leads must be; an empty filter lets all through. `created_*` are days of the inquiry, all bounds included.

    Of several statuses (sources …) one must fit; of several tags all; of several words in `search` all.
    """

    status: tuple[LeadStatus, ...] = ()
    source: tuple[str, ...] = ()
    priority: tuple[Priority, ...] = ()
    temperature: tuple[Temperature, ...] = ()
    assigned_to: str | None = None
    score_min: int | None = None
    score_max: int | None = None
    wedding_date_from: date | None = None
    wedding_date_to: date | None = None
    created_from: date | None = None
    created_to: date | None = None
    tags: tuple[str, ...] = ()
    search: str | None = None

    def as_json(self) -> dict[str, Any]:
        """Return the filters that were given."""
        given = {field.name: getattr(self, field.name) for field in fields(self)}
        return {name: _plain(value) for name, value in given.items() if value not in (None, ())}

    def conditions(self, zone: ZoneInfo) -> list[ColumnElement[bool]]:
        """Return the filters as SQL; days of inquiries are days in `zone`."""
        return [*self._one_of(), *self._bounds(zone), *self._texts()]

    def _one_of(self) -> list[ColumnElement[bool]]:
        choices: tuple[tuple[Any, Sequence[str]], ...] = (
            (Lead.lead_status, self.status),
            (Lead.lead_source, self.source),
            (Lead.priority_level, self.priority),
            (Lead.lead_temperature, self.temperature),
            (Lead.assigned_to_user_id, (self.assigned_to,) if self.assigned_to else ()),
        )
        return [col(column).in_(wanted) for column, wanted in choices if wanted]

    def _bounds(self, zone: ZoneInfo) -> list[ColumnElement[bool]]:
        following = self.created_to + timedelta(days=1) if self.created_to else None
        bounds: tuple[tuple[Any, Callable[[Any, Any], Any], Any], ...] = (
            (Lead.lead_score, ge, self.score_min),
            (Lead.lead_score, le, self.score_max),
            (Lead.wedding_date, ge, self.wedding_date_from),
            (Lead.wedding_date, le, self.wedding_date_to),
            (Lead.inquiry_at, ge, _start(self.created_from, zone)),
            (Lead.inquiry_at, lt, _start(following, zone)),
        )
        return [compared(col(column), bound) for column, compared, bound in bounds if bound is not None]

    def _texts(self) -> list[ColumnElement[bool]]:
        # A tag stands in its column's JSON text as a whole string, in quotes, after `[` or a blank.
        tags = [holds_tag(cast(col(Lead.tags), String), tag) for tag in self.tags]
        return [*tags, matches(self.search)] if self.search else tags


def holds_tag(column: ColumnElement[str], tag: str) -> ColumnElement[bool]:
    """Hold where the JSON text of a list has the tag, whatever its case."""
    text = dumps(tag, ensure_ascii=False)
    return or_(*(column.icontains(before + text, autoescape=True) for before in ("[", " ")))


def _start(day: date | None, zone: ZoneInfo) -> datetime | None:
    return None if day is None else resolve(datetime.combine(day, time(0)), zone)


def _plain(value: Any) -> Any:
    if isinstance(value, tuple):
        return [_plain(one) for one in value]
    return value.isoformat() if isinstance(value, date) else value.value if isinstance(value, Enum) else value
