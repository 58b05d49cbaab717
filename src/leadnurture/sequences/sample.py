"""Filling a text once for a couple of whom everything is known, to see whether it can be filled at all."""

from collections import defaultdict
from collections.abc import Mapping
from datetime import date
from functools import cache
from typing import Any

from leadnurture.crm.fields import LEAD_FIELDS, Kind
from leadnurture.sequences import vocabulary
from leadnurture.sequences.sandbox import TooMuchError
from leadnurture.sequences.words import PLAIN, LetterDate, LetterList, with_date_sums

_DAY = LetterDate.of(date(2027, 6, 12))
_OF_KIND: Mapping[Kind, Any] = {
    Kind.DATE: _DAY,
    Kind.INSTANT: _DAY,
    Kind.NUMBER: 50,
    Kind.RATING: 4.5,
    Kind.TRUTH: True,
    Kind.LIST: LetterList(["one", "two", "three"]),
    Kind.RECORD: defaultdict(lambda: "words"),
}
_LETTER = "<template>"  # what Jinja calls the file that it compiles a text into


def line_of_too_much(words: str) -> int | None:
    """Return the line (from 1) at which filling a text becomes more work than a letter can be; None if it never does.

    What else goes wrong with it depends on the couple, and shows when it is filled for one. Raises
    jinja2.TemplateSyntaxError.
    """
    template = PLAIN.from_string(with_date_sums(words))
    try:
        template.render(_names())
    except TooMuchError as error:
        return _line(error)
    except Exception:  # noqa: BLE001 - whatever it is, a couple's own values decide on it
        return None
    return None


def _line(error: TooMuchError) -> int:
    line, trace = 1, error.__traceback__
    while trace is not None:
        line = trace.tb_lineno if trace.tb_frame.f_code.co_filename == _LETTER else line
        trace = trace.tb_next
    return line


@cache
def _names() -> dict[str, Any]:
    lead = {name: _value(meant) for name, meant in vocabulary.LEAD_NAMES.items()}
    lead |= dict.fromkeys(vocabulary.OPEN_NAMES, _OF_KIND[Kind.RECORD])
    owner = dict.fromkeys(vocabulary.OWNER_NAMES, "words")
    studio = dict.fromkeys(vocabulary.STUDIO_NAMES, "words")
    alone = {name: _value(meant) for name, meant in vocabulary.ALONE.items()}
    dates = dict.fromkeys(vocabulary.DATES, _DAY)
    records = {"lead": lead, "owner": owner, "coach": owner, "studio": studio}
    return {**records, **alone, **dates, vocabulary.UNSUBSCRIBE: "mailto:words"}


def _value(field: str) -> Any:
    return _OF_KIND.get(LEAD_FIELDS[field].kind, "words") if field in LEAD_FIELDS else "words"
