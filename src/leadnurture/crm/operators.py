"""The six comparisons of scoring rules and conditions, over every kind of value. Pure.

The expected side is read when a rule or a sequence is written, so that one that can never fit is refused there.
"""

import re
from collections.abc import Callable, Mapping
from datetime import date
from math import isfinite, nan
from typing import Any

from leadnurture.crm.fields import LEAD_FIELDS, SHORT_NAMES, Kind, LeadField
from leadnurture.crm.values import BadValueError, Reading, read_value
from leadnurture.store.vocabulary import Operator

_ORDERED = frozenset({Kind.NUMBER, Kind.MONEY, Kind.RATING, Kind.DATE, Kind.INSTANT})
_WORDED = frozenset({Kind.TEXT, Kind.EMAIL, Kind.PHONE, Kind.WORD, Kind.ZONE})
FITTING: Mapping[Operator, frozenset[Kind]] = {
    Operator.EQUALS: _ORDERED | _WORDED | {Kind.TRUTH},
    Operator.CONTAINS: frozenset({Kind.TEXT, Kind.EMAIL, Kind.PHONE, Kind.LIST}),
    Operator.GREATER_THAN: _ORDERED,
    Operator.LESS_THAN: _ORDERED,
    Operator.BETWEEN: _ORDERED,
    Operator.IN_LIST: _ORDERED | _WORDED,
}
OPEN_RECORDS = ("custom_fields", "source_details")


def field_at(path: str) -> LeadField | None:
    """Return the field that a (dotted) path means; keys inside custom fields are open texts. None if unknown."""
    head, _, rest = path.partition(".")
    if rest:
        return LeadField(path, Kind.TEXT, path, longest=10_000) if head in OPEN_RECORDS else None
    return LEAD_FIELDS.get(SHORT_NAMES.get(path, path))


def value_at(values: Mapping[str, Any], path: str) -> Any:
    """Return the value at a dotted path in a lead's values; None where nothing is. A key may itself have dots."""
    return _inside(values, SHORT_NAMES.get(path, path))


def _inside(record: Mapping[str, Any], path: str) -> Any:
    if path in record:
        return record[path]
    head, _, rest = path.partition(".")
    inner = record.get(head)
    return _inside(inner, rest) if rest and isinstance(inner, Mapping) else None


def read_expected(field: LeadField, operator: Operator, given: Any, reading: Reading) -> Any:
    """Return the typed value that `operator` compares `field` with; lists may be given as lists or comma-separated.

    Raises BadValueError if the operator does not fit the field or the value does not.
    """
    if field.kind not in FITTING[operator]:
        fitting = ", ".join(kind for kind in Operator if field.kind in FITTING[kind])
        raise BadValueError(
            f"{operator} does not fit {field.name}, which is a {field.kind}; {fitting or 'no operator'} would"
        )
    if given is None or isinstance(given, Mapping):
        raise BadValueError(f"{field.name} is compared with a value, not {given!r}")
    if operator in {Operator.BETWEEN, Operator.IN_LIST}:
        parts = given if isinstance(given, list | tuple) else re.split(r"\s*,\s*", str(given))
        typed = [_read_one(field, part, reading) for part in parts]
        if operator is Operator.BETWEEN and (len(typed) != 2 or typed[0] > typed[1]):
            raise BadValueError(f"between needs a lower and an upper value, not {given!r}")
        if not typed:
            raise BadValueError("in_list needs at least one value")
        return typed
    return _read_one(field, given, reading)


def _read_one(field: LeadField, given: Any, reading: Reading) -> Any:
    if isinstance(given, list | tuple | Mapping) or given is None:
        raise BadValueError(f"{field.name} is compared with one value, not {given!r}")
    text = str(given).lower() if isinstance(given, bool) else str(given)
    if field.kind is Kind.LIST:
        return text
    if field.kind is Kind.NUMBER:
        return _plain_number(field, text)
    if field.kind in {Kind.TEXT, Kind.EMAIL, Kind.PHONE}:
        return text
    if not text.strip():
        raise BadValueError(f"{field.name} is compared with a value, and this is empty")
    return read_value(field, text, reading)


def _plain_number(field: LeadField, text: str) -> float:
    try:
        number = float(text)
    except ValueError:
        number = nan
    if not isfinite(number):
        raise BadValueError(f"{field.name} is a number; '{text}' is none")
    return number


def holds(operator: Operator, actual: Any, expected: Any) -> bool:
    """Tell whether the comparison holds; an empty actual value never does. Texts compare without regard to case."""
    return not _empty(actual) and _COMPARISONS[operator](actual, expected)


def _empty(value: Any) -> bool:
    return value is None or (isinstance(value, str | list | tuple | Mapping) and not value)


def _contains(actual: Any, expected: Any) -> bool:
    wanted = str(expected).casefold()
    if isinstance(actual, list | tuple):
        return any(str(one).casefold() == wanted for one in actual)
    return wanted in str(actual).casefold()


def _same(actual: Any, expected: Any) -> bool:
    if isinstance(actual, str) or isinstance(expected, str):
        return str(actual).strip().casefold() == str(expected).strip().casefold()
    return bool(actual == expected)


_COMPARISONS: Mapping[Operator, Callable[[Any, Any], bool]] = {
    Operator.EQUALS: _same,
    Operator.CONTAINS: _contains,
    Operator.GREATER_THAN: lambda actual, bound: bool(actual > bound),
    Operator.LESS_THAN: lambda actual, bound: bool(actual < bound),
    Operator.BETWEEN: lambda actual, bounds: bool(bounds[0] <= actual <= bounds[1]),
    Operator.IN_LIST: lambda actual, listed: any(_same(actual, one) for one in listed),
}


def shown(value: Any) -> str:
    """Return a value in few words, for traces and explanations."""
    if _empty(value):
        return "nothing"
    if isinstance(value, list | tuple):
        return ", ".join(str(one) for one in value)
    return value.isoformat() if isinstance(value, date) else str(value)
