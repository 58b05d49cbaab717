"""Filters of the lead list as people type them."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from leadnurture.crm.fields import LEAD_FIELDS
from leadnurture.crm.names import clean
from leadnurture.crm.sources import source_name
from leadnurture.crm.values import BadValueError, Reading, read_date, read_value
from leadnurture.reports.lead_filters import LeadFilters


def read_filters(
    reading: Reading,
    *,
    status: Sequence[str] = (),
    source: Sequence[str] = (),
    priority: Sequence[str] = (),
    temperature: Sequence[str] = (),
    assigned_to: str | None = None,
    score_min: int | None = None,
    score_max: int | None = None,
    wedding_date_from: str | None = None,
    wedding_date_to: str | None = None,
    created_from: str | None = None,
    created_to: str | None = None,
    tags: Sequence[str] = (),
    search: str | None = None,
) -> LeadFilters:
    """Read what was typed; raises BadValueError for an unknown word, no date, or bounds the wrong way round."""
    days = [
        None if text is None else read_date(text.strip(), reading.date_order)
        for text in (wedding_date_from, wedding_date_to, created_from, created_to)
    ]
    _require_order("score", score_min, score_max)
    _require_order("wedding date", days[0], days[1])
    _require_order("inquiry", days[2], days[3])
    return LeadFilters(
        status=_words("lead_status", "--status", status, reading),
        source=tuple(source_name(text) for text in source),
        priority=_words("priority_level", "--priority", priority, reading),
        temperature=_words("lead_temperature", "--temperature", temperature, reading),
        assigned_to=assigned_to,
        score_min=score_min,
        score_max=score_max,
        wedding_date_from=days[0],
        wedding_date_to=days[1],
        created_from=days[2],
        created_to=days[3],
        tags=tuple(clean(tag) for tag in tags),
        search=clean(search or "") or None,
    )


def _words(field: str, option: str, typed: Sequence[str], reading: Reading) -> tuple[Any, ...]:
    asked = replace(LEAD_FIELDS[field], name=option)  # a mistake is told by the option's name
    return tuple(read_value(asked, text, reading) for text in typed)


def _require_order(what: str, lowest: Any, highest: Any) -> None:
    if lowest is not None and highest is not None and lowest > highest:
        raise BadValueError(f"no {what} is from {lowest} on and up to {highest}", hint="swap the two")
