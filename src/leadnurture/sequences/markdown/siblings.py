"""The blocks of one level of a letter, with the statements between and inside its paragraphs taken apart."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from markdown_it.token import Token

from leadnurture.sequences.markdown.placeholders import STATEMENT, Placeholders
from leadnurture.sequences.markdown.statements import Statement, read_statement

_STATEMENT = re.compile(f"({STATEMENT})")


@dataclass(frozen=True)
class Prose:
    """A stretch of a paragraph's Markdown without statements."""

    text: str
    after_blank: bool
    opening: Token


@dataclass(frozen=True)
class Block:
    """Anything but a paragraph: a heading, a list, a list item, a quotation, code, a rule."""

    tokens: list[Token]


@dataclass(frozen=True)
class Group:
    """A statement that opens, everything up to the one that closes it, and both of them."""

    members: "list[Node]"


Node = Prose | Block | Statement | Group


def spans(tokens: Sequence[Token]) -> Iterator[list[Token]]:
    """Yield the tokens of each block of the outermost level."""
    start = 0
    for end, token in enumerate(tokens, start=1):
        if token.nesting <= 0 and token.level == tokens[start].level:
            yield list(tokens[start:end])
            start = end


def pieces(span: Sequence[Token], before: Sequence[Token], lines: Sequence[str], known: Placeholders) -> list[Node]:
    """Return what a paragraph consists of; `before` is the block before it, `lines` are those of the whole letter."""
    opening, inline = span[0], span[1]
    joint = _joint(opening, before, lines)
    parts = [part for part in (joint or "", *_STATEMENT.split(inline.content)) if part]
    return [_piece(part, known, opening, index == 0 and joint is None) for index, part in enumerate(parts)]


def _piece(part: str, known: Placeholders, opening: Token, after_blank: bool) -> Node:
    if _STATEMENT.fullmatch(part):
        return read_statement(part, known, opening, after_blank)
    return Prose(part, after_blank, opening)


def _joint(opening: Token, before: Sequence[Token], lines: Sequence[str]) -> str | None:
    """Return the line break between a paragraph and one that ends in the line above it; None after a blank line."""
    if not before or before[0].type != "paragraph_open" or not before[0].map or not opening.map:
        return None
    if before[0].map[1] != opening.map[0]:
        return None
    # Markdown strips the two blanks that ask for a hard break when a paragraph ends with them.
    return "  \n" if lines[opening.map[0] - 1].endswith("  ") else "\n"


def nest(nodes: Sequence[Node]) -> list[Node]:
    """Return the nodes with matching statements gathered into groups; one that finds no match stays where it is."""
    open_groups: list[list[Node]] = [[]]
    for node in nodes:
        if isinstance(node, Statement) and node.role == "opens":
            open_groups.append([node])
        elif isinstance(node, Statement) and _closes(node, open_groups[-1]):
            group = Group([*open_groups.pop(), node])
            open_groups[-1].append(group)
        else:
            open_groups[-1].append(node)
    return [node for group in open_groups for node in group]


def _closes(closing: Statement, group: Sequence[Node]) -> bool:
    first = group[0] if group else None
    return isinstance(first, Statement) and first.role == "opens" and closing.keyword == f"end{first.keyword}"
