"""Turning `FIELD=VALUE` texts into a lead's values, with suggestions for names that do not exist."""

from collections.abc import Iterable
from difflib import get_close_matches
from typing import Any

from leadnurture.crm.fields import LEAD_FIELDS, SHORT_NAMES, field_named
from leadnurture.crm.names import split_couple
from leadnurture.crm.operators import field_at
from leadnurture.crm.sources import source_name
from leadnurture.crm.utm import LANDING, landing_details
from leadnurture.crm.values import BadValueError, Reading, read_value
from leadnurture.errors import UsageError

CUSTOM = "custom_fields."


class UnknownFieldError(UsageError):
    """There is no such field."""

    def __init__(self, name: str) -> None:
        near = get_close_matches(name, [*SHORT_NAMES, *LEAD_FIELDS, "couple", LANDING], n=1)
        hint = f"did you mean '{near[0]}'?" if near else "a field of your own is written custom_fields.NAME=VALUE"
        super().__init__(f"a lead has no field '{name}'", hint=hint)


def read_field(name: str, text: str, reading: Reading) -> dict[str, Any]:
    """Return the values that one `name` and its text mean; `couple` sets both partners, `custom_fields.x` one key,
    `landing_url` what the address of a page says of the source.

    Raises UnknownFieldError or BadValueError.
    """
    if name in {"couple", "couple_names"}:
        partners = zip(("couple_name_bride", "couple_name_groom"), split_couple(text), strict=True)
        return {field: read_value(LEAD_FIELDS[field], partner or "", reading) for field, partner in partners}
    if name == LANDING:
        return {"source_details": landing_details(text)}
    if name.startswith(CUSTOM) and len(name) > len(CUSTOM):
        own = field_at(name)
        assert own is not None
        return {"custom_fields": {name.removeprefix(CUSTOM): read_value(own, text, reading)}}
    field = field_named(name)
    if field is None:
        raise UnknownFieldError(name)
    if not field.editable:
        raise BadValueError(f"{field.name} is kept by leadnurture and cannot be set by hand")
    if field.name == "lead_source":
        return {field.name: source_name(text)}
    return {field.name: read_value(field, text, reading)}


def read_assignments(texts: Iterable[str], reading: Reading) -> dict[str, Any]:
    """Read `FIELD=VALUE` texts; custom fields are gathered. Raises UsageError for one without `=`."""
    values: dict[str, Any] = {}
    for text in texts:
        name, mark, value = text.partition("=")
        if not mark:
            raise UsageError(f"'{text}' should be FIELD=VALUE", hint=f"for example: {text}=… ")
        for key, read in read_field(name.strip(), value, reading).items():
            values[key] = {**values.get(key, {}), **read} if key == "custom_fields" else read
    return values


def merged_custom(present: dict[str, Any], given: dict[str, Any]) -> dict[str, Any]:
    """Return the present custom fields with the given ones laid over; an empty one is taken away."""
    return {name: value for name, value in {**present, **given}.items() if value is not None}
