"""Jinja statements among the blocks of a letter: what each one opens, divides or closes."""

import re
from dataclasses import dataclass
from typing import Literal

from markdown_it.token import Token

from leadnurture.sequences.markdown.placeholders import PLACEHOLDER, STATEMENT, Placeholders

Role = Literal["opens", "divides", "closes", "alone"]

STATEMENTS_ONLY = re.compile(rf"[ \t]*(?:{STATEMENT}[ \t]*)+")
_LINE_OF_STATEMENTS = re.compile(rf"^[ \t]*({STATEMENT})((?:[ \t]*{STATEMENT})*)[ \t]*\n", re.MULTILINE)
_LEFT_MARK = re.compile(r"^(\{[%#])-")
_KEYWORD = re.compile(r"\{%[-+]?\s*(\w+)")
_ASSIGNMENT = re.compile(r"\{%[-+]?\s*set\s[\w\s.,()]*=")
_OPENING = frozenset({"if", "for", "with", "set", "filter", "call", "macro", "block", "autoescape"})


@dataclass(frozen=True)
class Statement:
    """One statement or comment; `opening` is the token of the paragraph in which it was written."""

    placeholder: str
    keyword: str
    role: Role
    after_blank: bool
    opening: Token

    def leaf(self) -> Token:
        """Return the token that prints the statement between blocks."""
        return Token("statement", "", 0, content=self.placeholder, block=True, level=self.opening.level)


def read_statement(placeholder: str, placeholders: Placeholders, opening: Token, after_blank: bool) -> Statement:
    """Return the statement behind a placeholder."""
    token = placeholders.token(placeholder)
    keyword = keyword_of(token)
    return Statement(placeholder, keyword, _role(keyword, token), after_blank, opening)


def keyword_of(token: str) -> str:
    """Return `if`, `endfor` …; nothing for a comment."""
    found = _KEYWORD.match(token)
    return found[1] if found else ""


def _role(keyword: str, token: str) -> Role:
    if keyword in _OPENING and not _ASSIGNMENT.match(token):
        return "opens"
    if keyword.startswith("end"):
        return "closes"
    return "divides" if keyword in {"else", "elif"} else "alone"


def without_statement_lines(text: str, placeholders: Placeholders) -> str:
    """Return the text in which a line of nothing but statements prints no line: its line break is gone.

    A `{%-` at its beginning is dropped, because it would take away the line break before it too, and words would touch.
    """

    def printed(line: re.Match[str]) -> str:
        first, others = line[1], line[2]
        last = PLACEHOLDER.findall(first + others)[-1]
        if placeholders.token(last).endswith(("-%}", "-#}")):
            return first + others
        return placeholders.hide(_LEFT_MARK.sub(r"\1", placeholders.token(first))) + others

    return _LINE_OF_STATEMENTS.sub(printed, text)
