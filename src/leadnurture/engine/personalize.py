"""Which words: a lead's facts as the names that letters use, and filling a compiled text with them. Pure."""

from collections.abc import Callable, Mapping
from datetime import date, datetime
from enum import Enum
from functools import partial
from typing import Any
from zoneinfo import ZoneInfo

from jinja2 import TemplateError

from leadnurture.config import Config
from leadnurture.crm.fields import LEAD_FIELDS, Kind
from leadnurture.crm.names import clean, first_name
from leadnurture.money import format_money
from leadnurture.sequences import vocabulary
from leadnurture.sequences.markdown import tidy_text
from leadnurture.sequences.words import Compiled, HoleError, LetterDate, LetterList, Missing, MissingList

# What a template can do wrong while it is filled; a macro that calls itself without an end is one of it.
_FAULTS = (TemplateError, TypeError, ValueError, ArithmeticError, AttributeError, LookupError, RecursionError)
_SHORT = {short: meant for short, meant in vocabulary.LEAD_NAMES.items() if short != meant} | {
    "custom": "custom_fields",
    "clientQuestions": "custom_fields",
}
_MONEY = frozenset(name for name in (*LEAD_FIELDS, *_SHORT) if LEAD_FIELDS[_SHORT.get(name, name)].kind is Kind.MONEY)


class UnfillableError(Exception):
    """A text cannot be filled for this lead; the step is held, never sent with a hole."""


Worded = Callable[[str, Any], Any]


class Facts:
    """A record of known names; an open one has keys of the photographer's own.

    `worded` turns a value into what letters say for it, given its name; only those that a letter uses are asked for.
    """

    __slots__ = ("_name", "_open", "_values", "_worded")
    __iter__ = None  # or Python would ask an open record for 0, 1, 2 … without an end

    def __init__(
        self, name: str, values: Mapping[str, Any], worded: Worded | None = None, *, is_open: bool = False
    ) -> None:
        self._name, self._values, self._worded, self._open = name, values, worded, is_open

    def __getitem__(self, key: str) -> Any:
        if key not in self._values and not self._open:
            raise KeyError(key)
        value = self._values.get(key)
        if self._worded is not None:
            value = self._worded(key, value)
        if isinstance(value, Mapping):
            return Facts(f"{self._name}.{key}", value, is_open=True)
        if isinstance(value, list):
            return LetterList(value) if value else MissingList(name=f"{self._name}.{key}")
        return Missing(name=f"{self._name}.{key}") if value is None or value == "" else value


def letter_names(portrait: Mapping[str, Any], config: Config, today: date, unsubscribe: str) -> dict[str, Any]:
    """Return everything a letter to this lead may name; `today` is the date in the studio's zone.

    `unsubscribe` is the lead's own link to opt out by.
    """
    lead = dict(portrait)
    lead["first_name"] = first_name(portrait["couple_name_bride"])
    lead["partner_name"] = first_name(portrait["couple_name_groom"])
    lead |= {short: lead[meant] for short, meant in _SHORT.items()}
    owner = Facts("owner", {"id": "owner"} | {name: getattr(config.owner, name) for name in vocabulary.OWNER_NAMES[1:]})
    studio = Facts("studio", {name: getattr(config.studio, name) for name in vocabulary.STUDIO_NAMES})
    facts = Facts("lead", lead, partial(_worded, currency=config.studio.currency, zone=config.studio.zone))
    day = LetterDate.of(today)
    alone = {name: facts[meant] for name, meant in vocabulary.ALONE.items()}
    records = {"lead": facts, "owner": owner, "coach": owner, "studio": studio}
    return {**records, "today": day, "currentDate": day, vocabulary.UNSUBSCRIBE: unsubscribe, **alone}


def is_empty(name: str, names: Mapping[str, Any]) -> bool:
    """Tell whether a (dotted) name, which is known, has no value among the names of a lead."""
    value: Any = names
    for part in name.split("."):
        if not isinstance(value, Mapping | Facts):
            break
        value = value[part]
    return isinstance(value, Missing)


def _worded(name: str, value: Any, *, currency: str, zone: ZoneInfo) -> Any:
    if isinstance(value, Enum):
        return value.value
    if name in _MONEY and value is not None:
        return format_money(value, currency)
    if isinstance(value, datetime):
        return LetterDate.of(value.astimezone(zone))
    return LetterDate.of(value) if isinstance(value, date) else value


def fill_line(compiled: Compiled, names: Mapping[str, Any]) -> str:
    """Return one filled line without breaks or control characters; raises UnfillableError for a hole or no words."""
    line = clean(_filled(compiled.plain.render, names))
    if not line:
        raise UnfillableError("the text is empty for this lead")
    return line


def with_own(names: Mapping[str, Any], own: Mapping[str, Compiled]) -> dict[str, Any]:
    """Return the names together with lines that are filled with them; raises UnfillableError that says which."""
    return {**names, **{name: _own(name, line, names) for name, line in own.items()}}


def _own(name: str, line: Compiled, names: Mapping[str, Any]) -> str:
    try:
        return fill_line(line, names)
    except UnfillableError as hole:
        raise UnfillableError(f"{name}: {hole}") from None


def fill_plain(compiled: Compiled, names: Mapping[str, Any]) -> str:
    """Return a filled text of several lines; raises UnfillableError."""
    return tidy_text(_filled(compiled.plain.render, names))


def fill_message(compiled: Compiled, names: Mapping[str, Any]) -> str:
    """Return a filled text that somebody is sent; raises UnfillableError, for no words too."""
    text = fill_plain(compiled, names).strip()
    if not text:
        raise UnfillableError("the text is empty for this lead")
    return text


def fill_letter(compiled: Compiled, names: Mapping[str, Any]) -> tuple[str, str]:
    """Return a letter's text and HTML parts; raises UnfillableError."""
    text = fill_plain(compiled, names)
    if not text.strip():
        raise UnfillableError("the letter is empty for this lead")
    assert compiled.html is not None
    return text, _filled(compiled.html.render, names)


def _filled(render: Callable[[Mapping[str, Any]], str], names: Mapping[str, Any]) -> str:
    try:
        return render(names)
    except HoleError as hole:
        raise UnfillableError(str(hole)) from None
    except _FAULTS as error:
        raise UnfillableError(f"the text cannot be filled: {error}") from None
