"""A lead as plain values, stored and derived: what rules, conditions and letters look at. Pure."""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from leadnurture.crm.fields import STORED_FIELDS
from leadnurture.crm.names import couple_full_names, couple_names
from leadnurture.store.tables.lead import Lead

_STORED_NAMES = tuple(field.name for field in STORED_FIELDS)
INQUIRY_AGE = "days_since_inquiry"
# What a lead's portrait says differently tomorrow although nothing has happened.
DAY_COUNTS = frozenset({"days_until_wedding", INQUIRY_AGE, "days_since_contact", "days_since_reply"})


@dataclass(frozen=True)
class Derived:
    """A field that is computed: the stored fields that it needs, and how, on a day (`today`) of a zone."""

    needs: tuple[str, ...]
    value: Callable[[Mapping[str, Any], date, ZoneInfo], Any]


def portrait(lead: Lead, now: datetime, zone: ZoneInfo) -> Mapping[str, Any]:
    """Return all fields of a lead by name, with the derived ones as of `now`; days are calendar days in `zone`."""
    values = {name: getattr(lead, name) for name in _STORED_NAMES}
    values["id"] = lead.id
    return values | derived(values, DERIVED, now, zone)


def derived(values: Mapping[str, Any], names: Collection[str], now: datetime, zone: ZoneInfo) -> dict[str, Any]:
    """Return the named derived fields of stored values (at least those they need) as of `now`."""
    today = now.astimezone(zone).date()
    return {name: DERIVED[name].value(values, today, zone) for name in names}


def _days_since(name: str) -> Derived:
    def value(values: Mapping[str, Any], today: date, zone: ZoneInfo) -> int | None:
        instant = values[name]
        return (today - instant.astimezone(zone).date()).days if instant else None

    return Derived((name,), value)


def _days_until(values: Mapping[str, Any], today: date, _: ZoneInfo) -> int | None:
    wedding = values["wedding_date"]
    return (wedding - today).days if wedding else None


_PARTNERS = ("couple_name_bride", "couple_name_groom")
DERIVED: Mapping[str, Derived] = {
    "couple_names": Derived(_PARTNERS, lambda values, *_: couple_names(*(values[name] for name in _PARTNERS))),
    "couple_full_names": Derived(
        _PARTNERS, lambda values, *_: couple_full_names(*(values[name] for name in _PARTNERS))
    ),
    "email_domain": Derived(("primary_email",), lambda values, *_: values["primary_email"].rpartition("@")[2]),
    "days_until_wedding": Derived(("wedding_date",), _days_until),
    INQUIRY_AGE: _days_since("inquiry_at"),
    "days_since_contact": _days_since("last_contact_at"),
    "days_since_reply": _days_since("last_reply_at"),
}
