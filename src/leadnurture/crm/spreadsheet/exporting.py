"""Leads as the rows of a spreadsheet, in the form that an import reads back to the same leads. Pure."""

import json
from collections.abc import Iterable, Iterator
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any

from leadnurture.crm.assignments import CUSTOM
from leadnurture.crm.fields import STORED_FIELDS, Kind, LeadField
from leadnurture.crm.spreadsheet.cells import defused, joined
from leadnurture.money import exponent
from leadnurture.store.tables.lead import Lead

_FIELDS = tuple(field for field in STORED_FIELDS if field.name != "custom_fields")  # each of those has a column


def export_rows(leads: Iterable[Lead], *, currency: str) -> Iterator[list[str]]:
    """Yield a header and one row per lead: stored fields by their names, then `custom_fields.x` for each key.

    Dates are ISO, instants ISO in UTC with their offset, money is in major units of `currency`; no cell is a formula.
    """
    everyone = list(leads)
    keys = sorted({key for lead in everyone for key in lead.custom_fields})
    yield [*(field.name for field in _FIELDS), *(CUSTOM + key for key in keys)]
    for lead in everyone:
        cells = [_field_cell(field, getattr(lead, field.name), currency) for field in _FIELDS]
        yield [defused(cell) for cell in (*cells, *(cell_of(lead.custom_fields.get(key)) for key in keys))]


def _field_cell(field: LeadField, value: Any, currency: str) -> str:
    if field.kind is Kind.LIST:
        return joined(value)
    if field.kind is Kind.MONEY and value is not None:
        return _major(value, currency)
    return cell_of(value or None) if field.kind is Kind.RECORD else cell_of(value)


def _major(minor: int, currency: str) -> str:
    """Return an amount in plain decimals, without zeros at its end: `2400`, `2400.5`."""
    amount = f"{Decimal(minor).scaleb(-exponent(currency)):f}"
    return amount.rstrip("0").rstrip(".") if "." in amount else amount


def cell_of(value: Any) -> str:
    """Return the text that stands for a value in a cell; nothing for None."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, StrEnum | str):
        return str(value)
    if isinstance(value, datetime | date):
        return value.isoformat()
    return json.dumps(value, ensure_ascii=False)
