"""What a column's header, or the target that a `--map` names, means. Pure."""

import re
import unicodedata
from collections.abc import Iterator
from difflib import get_close_matches
from enum import StrEnum
from typing import NamedTuple

from leadnurture.crm.assignments import CUSTOM
from leadnurture.crm.fields import LEAD_FIELDS, SHORT_NAMES, field_named
from leadnurture.crm.names import clean
from leadnurture.crm.spreadsheet.wordings import (
    FIRST_NAMES,
    HEADERS,
    LANDING_PAGES,
    LAST_NAMES,
    NOBODY,
    PARTNERS,
    WHOLE_NAMES,
)
from leadnurture.crm.utm import LANDING
from leadnurture.errors import InvalidInputError

# Nobody sets these by hand, but a couple who wants no more mail, or cannot be reached, must stay so in the next studio.
CARRIED = frozenset({"opt_out_date", "bounced_at"})
SETTABLE = frozenset(name for name, field in LEAD_FIELDS.items() if field.editable) | CARRIED
REASON = "reason"  # the last column of the rows that an import gave back
_QUESTION = re.compile(r"^(?:whatis|whats|whatare)?(?:your|the|our)")


class ColumnError(InvalidInputError):
    """The columns of a spreadsheet, or what `--map` says of them, cannot be understood."""


class ColumnKind(StrEnum):
    """How the cells of a column are read."""

    FIELD = "field"
    COUPLE = "couple"
    FIRST_NAME = "first_name"
    LAST_NAME = "last_name"
    CUSTOM = "custom"
    IGNORED = "ignored"
    OURS = "ours"  # computed by leadnurture itself, as in its own exports


class Meaning(NamedTuple):
    """A kind of column and the field it fills (`couple`, `custom_fields.x`); no target if its cells are not read."""

    kind: ColumnKind
    target: str | None


def squashed(text: str) -> str:
    """Return only the letters and digits of a text, in lower case and without accents."""
    plain = "".join(sign for sign in unicodedata.normalize("NFKD", text) if not unicodedata.combining(sign))
    return re.sub(r"[\W_]", "", plain.casefold())


def meaning_of(header: str) -> Meaning | None:
    """Return what a header means in a wedding photographer's English; None if it is none of ours."""
    if header == REASON:
        return Meaning(ColumnKind.IGNORED, None)
    if header.startswith(CUSTOM) and header != CUSTOM:
        return Meaning(ColumnKind.CUSTOM, header)
    whole, outside = squashed(header), squashed(re.sub(r"\(.*?\)|\[.*?\]", "", header))
    for wording in (whole, outside, _QUESTION.sub("", outside)):
        if wording in _MEANINGS:
            return _MEANINGS[wording]
    return None


def meaning_of_target(target: str) -> Meaning:
    """Return what `--map HEADER=target` asks for; raises ColumnError for a target that is none."""
    if target == "ignore":
        return Meaning(ColumnKind.IGNORED, None)
    field = field_named(target)
    if field is not None and field.name in SETTABLE:
        return Meaning(ColumnKind.FIELD, field.name)
    meaning = meaning_of(target)
    if meaning is None:
        near = get_close_matches(target, [*SHORT_NAMES, *sorted(SETTABLE), "couple", "ignore"], n=1)
        meant = f"did you mean '{near[0]}'?" if near else f"a field of your own is written {CUSTOM}NAME"
        raise ColumnError(f"--map: a lead has no field '{target}'", hint=meant)
    if meaning.kind is ColumnKind.OURS:
        raise ColumnError(f"--map: '{target}' is kept by leadnurture and cannot come from a spreadsheet")
    return meaning


def custom_meaning(header: str, place: int) -> Meaning:
    """Return the field of its own that an unknown column becomes; a nameless one is called by its place (from 1)."""
    key = re.sub(r"[\W_]+", "_", clean(header).casefold()).strip("_")[:100]
    return Meaning(ColumnKind.CUSTOM, CUSTOM + (key or f"column_{place}"))


def _wordings() -> Iterator[tuple[str, Meaning]]:
    """Yield every wording with its meaning; where two are alike, the later holds."""
    for name in LEAD_FIELDS:
        if name != "id":  # a column of that name holds somebody else's numbers; ours are not exported
            yield name, _plain(name)
    yield from ((short, _plain(name)) for short, name in SHORT_NAMES.items())
    for name, wordings in HEADERS.items():
        yield from ((wording, _plain(name)) for wording in wordings)
    yield from ((wording, Meaning(ColumnKind.FIELD, LANDING)) for wording in LANDING_PAGES)
    yield from _name_wordings()


def _plain(name: str) -> Meaning:
    return Meaning(ColumnKind.FIELD, name) if name in SETTABLE else Meaning(ColumnKind.OURS, None)


def _name_wordings() -> Iterator[tuple[str, Meaning]]:
    for target, partners in PARTNERS.items():
        whole = Meaning(ColumnKind.COUPLE if target == "couple" else ColumnKind.FIELD, target)
        yield from ((partner, whole) for partner in partners)
        for partner in (*partners, *NOBODY) if target == "couple" else partners:
            yield from ((f"{partner} {name}", whole) for name in WHOLE_NAMES)
            yield from ((f"{partner} {name}", Meaning(ColumnKind.FIRST_NAME, target)) for name in FIRST_NAMES)
            yield from ((f"{partner} {name}", Meaning(ColumnKind.LAST_NAME, target)) for name in LAST_NAMES)


_MEANINGS = {squashed(wording): meaning for wording, meaning in _wordings()}
