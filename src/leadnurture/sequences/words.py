"""Letters as Jinja2 templates: sandboxed, compiled once per version, and a hole is an error instead of a blank.

A known name without a value is `Missing`: false in an `if`, replaced by `or "…"` and `| default("…")`, but never
printed. A name that nobody knows is an error wherever it is used.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, NoReturn

from jinja2 import StrictUndefined, Template, Undefined, pass_context, pass_eval_context
from jinja2.nodes import EvalContext
from jinja2.runtime import Context

from leadnurture.sequences.markdown import html_template, safe_url, text_template
from leadnurture.sequences.sandbox import LetterEnvironment
from leadnurture.sequences.sandbox.allowance import weigh
from leadnurture.sequences.sandbox.letter_filters import join, weighed
from leadnurture.sequences.sequence import Sequence
from leadnurture.sequences.texts import Text, TextKind

_TOKEN_BEGINS = re.compile(r"\{[{%]")
_TOKEN_ENDS = {"{{": "}}", "{%": "%}"}
_LONGEST_PATTERN = 100
_CURRENT_DATE = re.compile(r"\b(currentDate|today)\s*([+-])\s*(\d{1,4})\s*(day|week)s?\b")


class HoleError(Exception):
    """A letter would have a hole in it: a name without a value and without a fallback."""

    def __init__(self, name: str) -> None:
        super().__init__(f"'{name}' has no value for this lead and the text has no fallback for it")
        self.name = name


class Missing(Undefined):
    """A known name without a value. A comparison with it does not hold: an `if` may ask for more than a presence."""

    __slots__ = ()

    def _hole(self, *_: object, **__: object) -> NoReturn:
        raise HoleError(str(self._undefined_name))

    def _no(self, _: object) -> bool:
        return False

    __str__ = __html__ = __iter__ = __len__ = __format__ = _hole
    __lt__ = __le__ = __gt__ = __ge__ = __contains__ = _no  # type: ignore[assignment]


class MissingList(Missing):
    """A known list with nothing in it: a loop over it has no turns."""

    __slots__ = ()

    def __iter__(self) -> Iterator[Any]:  # type: ignore[override]
        return iter(())

    def __len__(self) -> int:  # type: ignore[override]
        return 0


class LetterDate(date):
    """A date that reads as people write it: 14 June 2027."""

    def __str__(self) -> str:
        return f"{self.day} {self:%B %Y}"

    @classmethod
    def of(cls, day: date) -> "LetterDate":
        """Return the same day."""
        return cls(day.year, day.month, day.day)


class LetterList(list[Any]):
    """A list that reads as people write it: `full day, album`."""

    def __str__(self) -> str:
        return ", ".join(map(str, self))


@pass_context
def _printed(_: Context, value: Any) -> Any:
    """Return what a letter prints for a value; one that is no text (a record, a function) shows nobody its insides.

    It asks for the context so that Jinja prints nothing while it compiles, when there is no allowance yet.
    """
    weigh(value)
    if isinstance(value, list | tuple) and value:
        return str(LetterList(value))
    if isinstance(value, str | int | float | date | Undefined):
        return value
    raise TypeError(f"a {type(value).__name__} is no text")


def _date(value: Any, pattern: str | None = None) -> Any:
    """Filter `date`: 14 June 2027, or by a strftime pattern; a missing date stays missing, for a fallback behind it."""
    if isinstance(value, Missing):
        return value
    if pattern and len(pattern) > _LONGEST_PATTERN:
        raise ValueError(f"a pattern for a date has at most {_LONGEST_PATTERN} signs")
    return value.strftime(pattern) if pattern else str(LetterDate.of(value))


@pass_eval_context
def _join(context: EvalContext, value: Any, d: str = "", attribute: str | int | None = None) -> Any:
    """Filter `join`: as Jinja's own, but what it would make of nothing is a hole."""
    return str(value) if isinstance(value, Missing) else join(context, value, d, attribute)


def _days(count: int) -> timedelta:
    return timedelta(days=max(-3660, min(3660, int(count))))


def environment(*, html: bool) -> LetterEnvironment:
    """Return the environment in which letters are compiled; with `html`, values are escaped."""
    made = LetterEnvironment(
        autoescape=html,
        undefined=StrictUndefined,
        finalize=_printed,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=False,
    )
    made.globals["days"] = _days
    made.filters |= {"date": weighed(_date), "join": weighed(_join), "safe_url": weighed(safe_url)}
    return made


def with_date_sums(words: str) -> str:
    """Return the words with the seed's `{{ currentDate + 1 day }}` in Jinja's own grammar."""
    parts, position = [], 0
    while (begin := _TOKEN_BEGINS.search(words, position)) is not None:
        end = words.find(_TOKEN_ENDS[begin[0]], begin.end())
        if end < 0:
            break  # Jinja will say so
        parts += [words[position : begin.start()], _CURRENT_DATE.sub(_date_sum, words[begin.start() : end])]
        position = end
    return "".join(parts) + words[position:]


def _date_sum(found: re.Match[str]) -> str:
    factor = 7 if found[4] == "week" else 1
    return f"({found[1]} {found[2]} days({int(found[3]) * factor}))"


PLAIN = environment(html=False)
HTML = environment(html=True)


@dataclass(frozen=True)
class Compiled:
    """One text, ready to fill; `html` only for letters."""

    kind: TextKind
    plain: Template
    html: Template | None = None


CompiledWords = Mapping[tuple[str, str], Compiled]  # (step id, text name)


def compile_text(kind: TextKind, words: str, language: str = "en") -> Compiled:
    """Compile one text; raises jinja2.TemplateSyntaxError with the line inside it."""
    source = with_date_sums(words)
    if kind is not TextKind.LETTER:
        return Compiled(kind, PLAIN.from_string(source))
    PLAIN.compile(source)  # so that a mistake is told with the letter's own line
    return Compiled(
        kind, PLAIN.from_string(text_template(source)), HTML.from_string(html_template(source, lang=language))
    )


def compile_words(sequence: Sequence, templates: Mapping[str, str], language: str = "en") -> CompiledWords:
    """Compile all texts of a sequence, with the templates that belong to it."""
    return {
        (step.id, text.name): compile_text(text.kind, words_of(text, templates), language)
        for step in sequence.steps
        for text in step.texts()
    }


def words_of(text: Text, templates: Mapping[str, str]) -> str:
    """Return a text's words, from the step or from its template."""
    return templates[text.template] if text.template else text.words or ""
