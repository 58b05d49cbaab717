"""What a person says of a source, as the columns that keep it. Pure."""

from collections.abc import Iterable, Mapping
from typing import Any

from leadnurture.crm.fields import Kind, LeadField
from leadnurture.crm.names import clean
from leadnurture.crm.utm import PARAMETERS, read_url
from leadnurture.crm.values import BadValueError, Reading, read_value
from leadnurture.errors import InvalidInputError
from leadnurture.store.vocabulary import Priority, SourceCategory

# By option: the column, and how its text is read.
_COLUMNS: Mapping[str, tuple[str, LeadField]] = {
    "category": (
        "source_category",
        LeadField("category", Kind.WORD, "Category", optional=False, words=SourceCategory),
    ),
    "priority": ("default_priority", LeadField("priority", Kind.WORD, "Priority", optional=False, words=Priority)),
    "cost-per-lead": ("cost_per_lead", LeadField("cost-per-lead", Kind.MONEY, "Cost per lead", optional=False)),
    "cost-per-month": ("cost_per_month", LeadField("cost-per-month", Kind.MONEY, "Cost per month")),
    "assign": ("auto_assign_to_user_id", LeadField("assign", Kind.TEXT, "Assigned to", longest=100)),
    "tracking-code": ("conversion_tracking_code", LeadField("tracking-code", Kind.TEXT, "Code", longest=2000)),
}


def read_source(given: Mapping[str, str | None], utm: Iterable[str], reading: Reading) -> dict[str, Any]:
    """Return the columns that options (name → text, None if not given) mean; an empty text clears what may be empty.

    Raises InvalidInputError that names the option.
    """
    columns: dict[str, Any] = {}
    for option, text in given.items():
        if text is None:
            continue
        try:
            name, value = _read(option, text, reading)
        except InvalidInputError as error:
            raise InvalidInputError(
                f"--{option}: {error.message.removeprefix(f'{option}: ')}", hint=error.hint
            ) from None
        columns[name] = value
    parameters = dict(_parameter(text) for text in utm)
    return columns | ({"utm_parameters": parameters} if parameters else {})


def _read(option: str, text: str, reading: Reading) -> tuple[str, Any]:
    if option == "url":
        return "tracking_url", read_url(text) if text.strip() else None
    column, field = _COLUMNS[option]
    return column, read_value(field, text, reading)


def _parameter(text: str) -> tuple[str, str]:
    """Read `medium=cpc` or `utm_medium=cpc`; raises InvalidInputError."""
    name, mark, value = text.partition("=")
    whole = name.strip().lower() if name.strip().lower().startswith("utm_") else f"utm_{name.strip().lower()}"
    if not mark or not clean(value) or len(value) > 200:
        raise InvalidInputError(f"--utm: '{text}' should be NAME=VALUE", hint="such as --utm medium=cpc")
    if whole not in PARAMETERS:
        raise BadValueError(f"--utm: '{name}' is none of {', '.join(PARAMETERS)}")
    return whole, clean(value)
