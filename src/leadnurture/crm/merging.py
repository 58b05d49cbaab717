"""Two leads that are one couple: which values the one keeps, and which of the other's are put aside. Pure."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from operator import add, and_, or_
from typing import Any

from leadnurture.crm.fields import STORED_FIELDS, Kind
from leadnurture.store.tables.lead import Lead
from leadnurture.store.vocabulary import LeadStatus

_ADDRESSES = ("primary_email", "secondary_email")
_PHONES = ("primary_phone", "secondary_phone")


def _united(mine: list[str], theirs: list[str]) -> list[str]:
    known = {word.casefold() for word in mine}
    return [*mine, *(word for word in theirs if word.casefold() not in known)]


_BY_NAME: Mapping[str, Callable[[Any, Any], Any]] = {
    **dict.fromkeys(("total_interactions", "email_opens", "email_clicks", "website_visits", "conversion_value"), add),
    **dict.fromkeys(("inquiry_at", "first_contact_at", "next_follow_up_at", "converted_at", "created_at"), min),
    **dict.fromkeys(("last_contact_at", "last_reply_at"), max),
    **dict.fromkeys(("consent_marketing", "consent_data_processing"), and_),  # the stricter
    "automation_paused": or_,
}
_BY_KIND: Mapping[Kind, Callable[[Any, Any], Any]] = {
    Kind.LIST: _united,
    Kind.RECORD: lambda mine, theirs: {**theirs, **mine},
}
# Follows from other values, from facts, or is about the address that stays.
_LEFT = frozenset(
    {"lead_score", "lead_temperature", "opt_out_date", "bounced_at", "updated_at", "lead_status", "date_available"}
)
_OF_THE_WEDDING = frozenset({"wedding_date", "wedding_venue", "wedding_location"})


@dataclass(frozen=True)
class Merged:
    """What the kept lead's fields become, and what the other had to say where both say something: field → value."""

    values: Mapping[str, Any]
    aside: Mapping[str, Any]


def merged(kept: Lead, other: Lead) -> Merged:
    """Return what becomes of two leads' values: the kept one's win, gaps are filled, counters add up.

    Tags and services are those of both, the stricter consent holds, a pause of either holds. When and where the wedding
    is, is what was booked. Status and opt-out are facts, and not among the values.
    """
    other_booked = status_of(kept, other) is not kept.lead_status
    values: dict[str, Any] = {}
    aside: dict[str, Any] = {}
    for names in (_ADDRESSES, _PHONES):
        _join(names, kept, other, values, aside)
    for field in STORED_FIELDS:
        if field.name in {*_ADDRESSES, *_PHONES, *_LEFT}:
            continue
        first, second = (other, kept) if other_booked and field.name in _OF_THE_WEDDING else (kept, other)
        mine, theirs = getattr(first, field.name), getattr(second, field.name)
        values[field.name] = _one(field.name, field.kind, mine, theirs)
        if field.kind is Kind.RECORD:
            aside |= {f"{field.name}.{key}": value for key, value in theirs.items() if mine.get(key, value) != value}
        elif _is_lost(field.name, field.kind, values[field.name], theirs):
            aside[field.name] = theirs
    if kept.lead_status is not other.lead_status:
        aside["lead_status"] = kept.lead_status if other_booked else other.lead_status
    return Merged(values, aside)


def status_of(kept: Lead, other: Lead) -> LeadStatus:
    """Return how the couple stands: as the kept lead does, but whoever has booked has booked."""
    return LeadStatus.WON if other.lead_status is LeadStatus.WON else kept.lead_status


def _one(name: str, kind: Kind, mine: Any, theirs: Any) -> Any:
    if mine is None or theirs is None:
        return theirs if mine is None else mine
    combine = _BY_NAME.get(name) or _BY_KIND.get(kind)
    return combine(mine, theirs) if combine else mine


def _is_lost(name: str, kind: Kind, value: Any, theirs: Any) -> bool:
    """Tell whether what the other lead says is not in the value that stays."""
    return name not in _BY_NAME and kind not in _BY_KIND and theirs is not None and theirs != value


def _join(names: tuple[str, str], kept: Lead, other: Lead, values: dict[str, Any], aside: dict[str, Any]) -> None:
    """Keep the first two of both leads' addresses (numbers), each once; what is left over is put aside."""
    order = [getattr(kept, names[0]), getattr(kept, names[1]), getattr(other, names[0]), getattr(other, names[1])]
    known = list(dict.fromkeys(one for one in order if one))
    values |= dict(zip(names, [*known[:2], None, None][:2], strict=True))
    left = known[2:]
    aside |= {name: getattr(other, name) for name in names if getattr(other, name) in left}
