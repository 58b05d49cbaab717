"""A lead's values as one tells them to the owner: money as money, instants by the studio's clocks. Pure."""

from collections.abc import Mapping
from typing import Any

from leadnurture.crm.fields import LEAD_FIELDS, Kind
from leadnurture.crm.operators import shown
from leadnurture.crm.values import Reading
from leadnurture.money import format_money

Changes = Mapping[str, tuple[Any, Any]]  # field → (old, new)


def in_words(name: str, value: Any, reading: Reading) -> str:
    """Return the value of the field of that name in few words."""
    field = LEAD_FIELDS.get(name)
    if value is None or field is None:
        return shown(value)
    if field.kind is Kind.MONEY:
        return format_money(value, reading.currency)
    if field.kind is Kind.INSTANT:
        return f"{value.astimezone(reading.zone):%Y-%m-%d %H:%M}"
    return shown(value)


def changes_in_words(changes: Changes, reading: Reading) -> list[str]:
    """Return each change in words, such as `estimated_budget: £2,400 → £3,000`."""
    return [
        f"{name}: {in_words(name, old, reading)} → {in_words(name, new, reading)}"
        for name, (old, new) in changes.items()
    ]
