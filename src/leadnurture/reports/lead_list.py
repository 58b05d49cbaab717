"""Which leads are there: filtered, in order, by pages, with a summary over all that fit."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from math import ceil
from typing import Any

from sqlalchemy import ColumnElement
from sqlmodel import Session, col, select

from leadnurture.config import Config
from leadnurture.crm.fields import Kind, LeadField
from leadnurture.crm.values import BadValueError, Reading, read_value
from leadnurture.reports.as_of import AsOf
from leadnurture.reports.lead_filters import LeadFilters
from leadnurture.reports.lead_json import lead_values, values_json
from leadnurture.reports.tally import Tally, tally
from leadnurture.sequences.suggestions import did_you_mean
from leadnurture.store.tables.lead import Lead
from leadnurture.store.tables.source import Source
from leadnurture.store.vocabulary import LeadStatus


class SortBy(StrEnum):
    """What a list can be ordered by."""

    INQUIRY = "inquiry"
    CREATED_AT = "created_at"
    UPDATED_AT = "updated_at"
    LEAD_SCORE = "lead_score"
    WEDDING_DATE = "wedding_date"
    NEXT_FOLLOW_UP = "next_follow_up"


class SortOrder(StrEnum):
    """Which end comes first."""

    ASC = "asc"
    DESC = "desc"


_COLUMNS: Mapping[SortBy, Any] = {
    SortBy.INQUIRY: Lead.inquiry_at,
    SortBy.CREATED_AT: Lead.created_at,
    SortBy.UPDATED_AT: Lead.updated_at,
    SortBy.LEAD_SCORE: Lead.lead_score,
    SortBy.WEDDING_DATE: Lead.wedding_date,
    SortBy.NEXT_FOLLOW_UP: Lead.next_follow_up_at,
}
_SOONEST_FIRST = frozenset({SortBy.WEDDING_DATE, SortBy.NEXT_FOLLOW_UP})


@dataclass(frozen=True)
class Page:
    """Which page (from 1) of how many leads, in which order."""

    number: int = 1
    limit: int = 50
    sort_by: SortBy = SortBy.INQUIRY
    sort_order: SortOrder = SortOrder.DESC


def read_page(reading: Reading, number: int, limit: int, sort_by: str, sort_order: str | None) -> Page:
    """Read the order as typed; without `sort_order` dates to come are soonest first, all else highest first.

    Raises BadValueError for an unknown word.
    """
    by: SortBy = read_value(_word("--sort-by", SortBy), sort_by, reading)
    natural = SortOrder.ASC if by in _SOONEST_FIRST else SortOrder.DESC
    order = natural if sort_order is None else read_value(_word("--sort-order", SortOrder), sort_order, reading)
    return Page(number, limit, by, order)


def _word(option: str, words: type[StrEnum]) -> LeadField:
    return LeadField(option, Kind.WORD, option, optional=False, words=words)


@dataclass(frozen=True)
class LeadList:
    """One page of leads (as typed values), and the tally of all that fit."""

    as_of: AsOf
    leads: tuple[Mapping[str, Any], ...]
    filters: LeadFilters
    page: Page
    tally: Tally

    @property
    def pages(self) -> int:
        """How many pages there are."""
        return ceil(self.tally.total / self.page.limit)

    def as_json(self) -> dict[str, Any]:
        """Return the documented keys."""
        return {
            "leads": [values_json(values, self.as_of.currency) for values in self.leads],
            "pagination": {
                "total": self.tally.total,
                "page": self.page.number,
                "limit": self.page.limit,
                "total_pages": self.pages,
            },
            "filters_applied": self.filters.as_json(),
            "summary": _summary(self.tally),
        }


def _summary(counted: Tally) -> dict[str, Any]:
    return {
        "total_leads": counted.total,
        "new_leads": counted.by_status[LeadStatus.NEW],
        "qualified_leads": counted.by_status[LeadStatus.QUALIFIED],
        "converted_leads": counted.by_status[LeadStatus.WON],
        "average_score": counted.average_score,
        "conversion_rate": counted.conversion_rate,
    }


def lead_list(session: Session, config: Config, now: datetime, filters: LeadFilters, page: Page) -> LeadList:
    """Return a page of the leads that fit; raises BadValueError for a source that there is not."""
    require_sources(session, filters.source)
    as_of = AsOf.of(config, now)
    conditions = filters.conditions(as_of.zone)
    query = select(Lead).where(*conditions).order_by(*_order(page))
    found = session.exec(query.offset((page.number - 1) * page.limit).limit(page.limit)).all()
    values = tuple(lead_values(lead, as_of.zone) for lead in found)
    return LeadList(as_of, values, filters, page, tally(session, *conditions))


def _order(page: Page) -> list[ColumnElement[Any]]:
    column = col(_COLUMNS[page.sort_by])
    if page.sort_order is SortOrder.ASC:
        return [column.asc().nulls_last(), col(Lead.id).asc()]
    return [column.desc().nulls_last(), col(Lead.id).desc()]  # nothing known comes last either way


def require_sources(session: Session, names: tuple[str, ...]) -> None:
    """Make sure that there are sources of these names; raises BadValueError."""
    known = set(session.exec(select(Source.source_name)).all()) if names else set()
    for name in names:
        if name not in known:
            near = did_you_mean(name, known)
            raise BadValueError(f"--source: there is no source '{name}'{near}", hint=f"there are: {_listed(known)}")


def _listed(known: set[str]) -> str:
    return ", ".join(sorted(known)) or "none yet"
