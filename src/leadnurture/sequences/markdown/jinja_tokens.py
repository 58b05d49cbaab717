"""Finding Jinja's tokens the way that Jinja's own lexer does, and hiding them."""

import re

from leadnurture.sequences.markdown.placeholders import Placeholders, without_reserved

_BEGIN = re.compile(r"\{[{%#]")
_COMMENT = re.compile(r"\{#.*?#\}", re.DOTALL)
_RAW = re.compile(r"\{%([-+]?)\s*raw\s*(-?)%\}(.*?)\{%([-+]?)\s*endraw\s*([-+]?)%\}", re.DOTALL)
_LEXEME = re.compile(r"""'(?:\\.|[^'\\])*'|"(?:\\.|[^"\\])*"|[(\[{}\])]|%(?=\})""", re.DOTALL)
_DEPTH = {"(": 1, "[": 1, "{": 1, ")": -1, "]": -1, "}": -1}


def hide_tokens(source: str, placeholders: Placeholders) -> str:
    """Return the letter's Markdown with a placeholder for every token.

    A token without an end reaches to the end of the letter, so that Jinja refuses the template like the letter.
    """
    source = without_reserved(source)
    hidden, position = [], 0
    while begin := _BEGIN.search(source, position):
        hidden.append(source[position : begin.start()])
        markdown, position = _hide_one(source, begin.start(), placeholders)
        hidden.append(markdown)
    return "".join(hidden) + source[position:]


def _hide_one(source: str, start: int, placeholders: Placeholders) -> tuple[str, int]:
    """Return the Markdown that stands for the token at `start`, and where the token ends."""
    if raw := _RAW.match(source, start):
        return _raw_as_text(raw, placeholders), raw.end()
    end = _comment_end(source, start) if source.startswith("{#", start) else _code_end(source, start)
    return placeholders.hide(source[start:end]), end


def _raw_as_text(raw: re.Match[str], placeholders: Placeholders) -> str:
    """Return the inside of a raw block, which is Markdown whose braces mean nothing, between its whitespace marks."""
    before, after_begin, inside, before_end, after = raw.groups()
    begin = placeholders.hide(f"{{#{before} {after_begin}#}}")
    return begin + inside + placeholders.hide(f"{{#{before_end} {after}#}}")


def _comment_end(source: str, start: int) -> int:
    found = _COMMENT.match(source, start)
    return found.end() if found else len(source)


def _code_end(source: str, start: int) -> int:
    """Return where an expression or a statement ends: a delimiter inside a string or a bracket does not end it."""
    delimiter = "}}" if source.startswith("{{", start) else "%}"
    position, depth = start + 2, 0
    while lexeme := _LEXEME.search(source, position):
        if depth == 0 and source.startswith(delimiter, lexeme.start()):
            return lexeme.start() + 2
        depth += _DEPTH.get(lexeme[0], 0)
        position = lexeme.end()
    return len(source)
