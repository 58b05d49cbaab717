"""Finding leads by words: the one question that each database answers in its own way. Here SQLite's FTS5 does."""

import re
import unicodedata

from sqlalchemy import ColumnElement, column, false, select, table
from sqlmodel import col

from leadnurture.store.tables.lead import Lead

_INDEX = table("lead_search", column("rowid"), column("lead_search"))
_PHONE = re.compile(r"(?<!\S)\+?[\d(][\d\s().\-/]{5,}\d(?!\S)")  # a number as people write it, blanks and all
_FEWEST_DIGITS = 7


def matches(words: str) -> ColumnElement[bool]:
    """Return, as SQL, whether all words begin a word of a lead's names, addresses, phones, venue, location or notes.

    Case and accents do not count; a phone number fits with or without its country code. What is typed is never read as
    a query language; without a single letter or digit in it nobody fits.
    """
    wanted = phrases(words)
    if not wanted:
        return false()
    found = select(_INDEX.c.rowid).where(_INDEX.c.lead_search.op("MATCH")(" ".join(wanted)))
    return col(Lead.id).in_(found)


def phrases(words: str) -> list[str]:
    """Return the FTS5 phrases that were meant, each quoted, the last word of each a beginning. Pure."""
    numbers: list[str] = []

    def taken(found: re.Match[str]) -> str:
        digits = re.sub(r"\D", "", found[0].replace("(0)", ""))
        if len(digits) < _FEWEST_DIGITS:
            return found[0]
        numbers.append(digits.lstrip("0"))
        return " "

    rest = _PHONE.sub(taken, words).split()
    return [f'"{word.replace(chr(34), " ")}"*' for word in (*rest, *numbers) if any(map(_is_searchable, word))]


def _is_searchable(sign: str) -> bool:
    return unicodedata.category(sign)[0] in "LN"
