"""The value that a column's cells mean for their field. Pure."""

from collections.abc import Sequence
from typing import Any

from leadnurture.crm.assignments import CUSTOM
from leadnurture.crm.fields import LEAD_FIELDS, Kind, LeadField
from leadnurture.crm.names import clean, split_couple
from leadnurture.crm.operators import field_at
from leadnurture.crm.sources import source_name
from leadnurture.crm.spreadsheet.cells import entries, means_nothing, mended
from leadnurture.crm.spreadsheet.columns import Column, ColumnKind, is_joined
from leadnurture.crm.spreadsheet.meanings import squashed
from leadnurture.crm.spreadsheet.wordings import SPOKEN
from leadnurture.crm.utm import LANDING, landing_details
from leadnurture.crm.values import BadValueError, Reading, read_instant, read_value

_LONGEST = 10_000
_YES_OR_NO = LeadField("opt_out_date", Kind.TRUTH, "Opted out")
_SPOKEN = {
    field: {squashed(wording): word for word, wordings in words.items() for wording in wordings}
    for field, words in SPOKEN.items()
}


def read_cells(column: Column, texts: Sequence[str], reading: Reading) -> dict[str, Any]:
    """Return the values by field name that the (not empty) texts of a column, or of columns that go together, mean.

    Raises BadValueError or BadMoneyError. `opt_out_date` is None for a couple that opted out nobody knows when.
    """
    assert column.target is not None
    _require_sane(texts)
    if column.kind is ColumnKind.CUSTOM:
        return _custom(column.target, texts, reading)
    said = [text for text in texts if not means_nothing(text) or _is_prose(column.target)]
    if not said:
        return {}
    if column.target == "couple":
        return _couple(" ".join(said), reading)
    if column.target == LANDING:
        return {"source_details": landing_details(said[0])}
    if column.target == "opt_out_date":
        return _opt_out(mended(said[0], Kind.INSTANT), reading)
    value = _value(LEAD_FIELDS[column.target], said, reading)
    return {} if value in ("", [], {}) else {column.target: value}


def _require_sane(texts: Sequence[str]) -> None:
    length = sum(map(len, texts))
    if length > _LONGEST:
        raise BadValueError(f"this is {length:,} characters long; at most {_LONGEST:,} are kept")


def _is_prose(target: str) -> bool:
    return is_joined(target) and LEAD_FIELDS[target].kind is Kind.TEXT


def _custom(target: str, texts: Sequence[str], reading: Reading) -> dict[str, Any]:
    field = field_at(target)
    assert field is not None
    return {"custom_fields": {target.removeprefix(CUSTOM): read_value(field, "\n".join(texts), reading)}}


def _couple(text: str, reading: Reading) -> dict[str, Any]:
    names = zip(("couple_name_bride", "couple_name_groom"), split_couple(mended(text, Kind.TEXT)), strict=True)
    return {field: read_value(LEAD_FIELDS[field], name, reading) for field, name in names if name}


def _opt_out(text: str, reading: Reading) -> dict[str, Any]:
    try:
        opted_out = read_value(_YES_OR_NO, text, reading)
    except BadValueError:
        return {"opt_out_date": read_instant(text, reading)}
    return {"opt_out_date": None} if opted_out else {}


def _value(field: LeadField, texts: Sequence[str], reading: Reading) -> Any:
    if _is_prose(field.name):
        return read_value(field, "\n".join(texts), reading)
    text = mended(" ".join(texts), field.kind)
    if field.name == "lead_source":
        return source_name(text)
    if field.kind is Kind.LIST:
        return _list(field, texts)
    return _SPOKEN.get(field.name, {}).get(squashed(text)) or read_value(field, text, reading)


def _list(field: LeadField, texts: Sequence[str]) -> list[str]:
    found = [clean(entry) for text in texts for entry in entries(text)]
    if any(len(entry) > 100 for entry in found):
        raise BadValueError(f"{field.name}: an entry is longer than 100 characters")
    return list(dict.fromkeys(entry for entry in found if entry))
