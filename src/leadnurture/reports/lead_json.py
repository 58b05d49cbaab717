"""A lead as `--json` carries it: every stored field under the seed's name."""

from collections.abc import Mapping
from datetime import date, datetime
from enum import Enum
from typing import Any
from zoneinfo import ZoneInfo

from leadnurture.config import Config
from leadnurture.crm.fields import STORED_FIELDS, Kind
from leadnurture.crm.names import couple_names
from leadnurture.money import money_json
from leadnurture.reports.as_of import iso
from leadnurture.store.tables.lead import Lead

_MONEY = frozenset(field.name for field in STORED_FIELDS if field.kind is Kind.MONEY)


def lead_json(lead: Lead, config: Config) -> dict[str, Any]:
    """Return a lead's id, the couple's names and all stored fields; instants carry the studio zone's offset."""
    return values_json(lead_values(lead, config.studio.zone), config.studio.currency)


def lead_values(lead: Lead, zone: ZoneInfo) -> dict[str, Any]:
    """Return the same as plain typed values that outlive the session; instants are in `zone`."""
    values: dict[str, Any] = {
        "id": lead.id,
        "couple_names": couple_names(lead.couple_name_bride, lead.couple_name_groom),
    }
    for field in STORED_FIELDS:
        value = getattr(lead, field.name)
        values[field.name] = value.astimezone(zone) if isinstance(value, datetime) else value
    return values


def values_json(values: Mapping[str, Any], currency: str) -> dict[str, Any]:
    """Return a lead's typed values in their JSON forms; `currency` is that of its money."""
    return {name: money_json(value, currency) if name in _MONEY else _plain(value) for name, value in values.items()}


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return iso(value)
    if isinstance(value, date):
        return value.isoformat()
    return value.value if isinstance(value, Enum) else value
