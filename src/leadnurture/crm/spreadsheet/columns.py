"""Matching a spreadsheet's headers to a lead's fields. Pure."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain, combinations, count

from leadnurture.crm.fields import LEAD_FIELDS, Kind
from leadnurture.crm.spreadsheet.maps import mapped_columns
from leadnurture.crm.spreadsheet.meanings import (
    ColumnError,
    ColumnKind,
    Meaning,
    custom_meaning,
    meaning_of,
    squashed,
)

__all__ = ["Column", "ColumnError", "ColumnKind", "is_joined", "match_columns"]

_BRIDE, _GROOM = "couple_name_bride", "couple_name_groom"
_ONE_NAME = {ColumnKind.FIRST_NAME, ColumnKind.LAST_NAME}


@dataclass(frozen=True)
class Column:
    """One column: its header, and the field, `couple` or `custom_fields.x` it fills (None: its cells are not read)."""

    header: str
    target: str | None
    kind: ColumnKind


def match_columns(headers: Sequence[str], maps: Mapping[str, str]) -> tuple[Column, ...]:
    """Return what each column holds; `maps` (header → target) goes before what the headers say by themselves.

    A column that nobody knows becomes a custom field. Raises ColumnError if two columns hold the same, none holds the
    e-mail address, or a map does not fit.
    """
    known = _known(headers, mapped_columns(headers, maps))
    meanings = {**known, **_unknown(headers, known)}
    columns = tuple(Column(header, meanings[at].target, meanings[at].kind) for at, header in enumerate(headers))
    _require_one_each(columns)
    _require_email(columns)
    return columns


def is_joined(target: str) -> bool:
    """Tell whether several columns may fill a field together: long texts and lists."""
    field = LEAD_FIELDS.get(target)
    return field is not None and (field.kind is Kind.LIST or field.longest > 255)


def _known(headers: Sequence[str], told: Mapping[int, Meaning]) -> dict[int, Meaning]:
    """Return what the user says and what the headers say; a field that the user gave away is not given again."""
    taken = {meaning.target for meaning in told.values() if meaning.target and not is_joined(meaning.target)}
    said = {at: meaning for at, header in enumerate(headers) if (meaning := meaning_of(header))}
    together = {at: _beside(headers[at], at, {**said, **told}) for at in said.keys() - told.keys()}
    return {**{at: meaning for at, meaning in together.items() if meaning and meaning.target not in taken}, **told}


def _beside(header: str, at: int, known: Mapping[int, Meaning]) -> Meaning | None:
    """Return what a header means beside the others: `Date`, `Where` and `Name` depend on them."""
    meaning = known[at]
    others = {other.target for place, other in known.items() if place != at}
    if squashed(header) == "date" and "wedding_date" in others:
        return None if "inquiry_at" in others else Meaning(ColumnKind.FIELD, "inquiry_at")
    if squashed(header) == "where" and "wedding_venue" in others and "wedding_location" not in others:
        return Meaning(ColumnKind.FIELD, "wedding_location")
    if meaning.target == "couple" and _GROOM in others and _BRIDE not in others:  # `Name` and `Partner's name`
        return Meaning(ColumnKind.FIELD if meaning.kind is ColumnKind.COUPLE else meaning.kind, _BRIDE)
    return meaning


def _unknown(headers: Sequence[str], known: Mapping[int, Meaning]) -> dict[int, Meaning]:
    """Return a custom field for every other column, each with a key of its own: `colour`, `colour_2`."""
    taken = {meaning.target for meaning in known.values()}
    unknown: dict[int, Meaning] = {}
    for at, header in enumerate(headers):
        if at not in known:
            kind, target = custom_meaning(header, at + 1)
            numbered = (f"{target}_{number}" for number in count(2))
            unknown[at] = Meaning(kind, next(key for key in chain([target], numbered) if key not in taken))
            taken.add(unknown[at].target)
    return unknown


def _require_one_each(columns: Sequence[Column]) -> None:
    clashes = list(_clashes(columns))
    if not clashes:
        return
    told = "\n".join(f"the columns '{one.header}' and '{two.header}' both hold {_shown(two)}" for one, two in clashes)
    one, two = clashes[0]
    if one.header == two.header:
        raise ColumnError(told, hint="rename or remove one of them in the file")
    place = _other_place(two, columns)
    raise ColumnError(
        told, hint=f'say what one of them is: --map "{two.header}={place}" or --map "{two.header}=ignore"'
    )


def _clashes(columns: Sequence[Column]) -> Iterator[tuple[Column, Column]]:
    """Yield each two columns that would fill one field; a first and a last name fill it together."""
    for one, two in combinations(columns, 2):
        targets = {one.target, two.target}
        alike = len(targets) == 1 and one.target and not is_joined(one.target) and {one.kind, two.kind} != _ONE_NAME
        if alike or ("couple" in targets and targets & {_BRIDE, _GROOM}):
            yield one, two


def _shown(column: Column) -> str:
    return "the couple's names" if column.target in {"couple", _BRIDE, _GROOM} else f"the {column.target}"


def _other_place(column: Column, columns: Sequence[Column]) -> str | None:
    """Suggest where else a column could go: the second phone, or a field of its own."""
    second = (column.target or "").replace("primary_", "secondary_")
    free = second in LEAD_FIELDS and second not in {other.target for other in columns}
    return second if free else custom_meaning(column.header, columns.index(column) + 1).target


def _require_email(columns: Sequence[Column]) -> None:
    if any(column.target == "primary_email" for column in columns):
        return
    headers = ", ".join(column.header for column in columns if column.header)
    if "@" in headers:
        hint = "put a line above it that says what each column is: Name, Email, Wedding date …"
        raise ColumnError(f"the first line is no header, it is a couple already: {headers}", hint=hint)
    raise ColumnError(
        f"no column is known to hold the e-mail address; the columns are: {headers}",
        hint='say which it is: --map "HEADER=primary_email"',
    )
