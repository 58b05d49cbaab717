"""Paragraphs with statements in them: blank lines divide paragraphs, statements never do."""

from collections.abc import Iterator, Sequence
from itertools import takewhile

from markdown_it.token import Token

from leadnurture.sequences.markdown.placeholders import Placeholders
from leadnurture.sequences.markdown.siblings import Block, Group, Node, Prose
from leadnurture.sequences.markdown.statements import Statement, without_statement_lines

_PRINTS_OR_NOT = frozenset({"", "if", "elif", "else", "endif", "for", "endfor"})


def paragraph_run(nodes: Sequence[Node]) -> Sequence[Node]:
    """Return the nodes at the beginning that no blank line divides and that can share a paragraph."""
    first = nodes[0]
    if not _is_inline(first):
        return []
    if isinstance(first, Statement):  # a `set` before the words need not keep their paragraph from being captured
        return [first]
    return [first, *takewhile(lambda node: _is_inline(node) and not _after_blank(node), nodes[1:])]


def _is_inline(node: Node) -> bool:
    """Tell whether a node is words, or a statement or group that begins and ends among them."""
    if isinstance(node, Group):
        inside = all(isinstance(member, Statement) or _is_inline(member) for member in node.members)
        return inside and not any(_after_blank(member) for member in node.members[1:])
    return isinstance(node, Prose) or (isinstance(node, Statement) and node.role == "alone")


def _after_blank(node: Node) -> bool:
    if isinstance(node, Group):
        return _after_blank(node.members[0])
    return isinstance(node, Block) or node.after_blank


def write_paragraph(run: Sequence[Node], placeholders: Placeholders) -> list[Token]:
    """Return the run as one paragraph; without any words, its statements stand alone and leave no empty paragraph."""
    flat = list(flattened(run))
    first_words = next((piece for piece in flat if isinstance(piece, Prose) and piece.text.strip()), None)
    if first_words is None:
        return [piece.leaf() for piece in flat if isinstance(piece, Statement)]
    opening = first_words.opening.copy(meta={"may_be_empty": _may_be_empty(run, flat)})
    content = "".join(map(_source, flat))
    inline = Token("inline", "", 0, children=[], block=True, level=opening.level + 1)
    inline.content = without_statement_lines(content.strip(), placeholders)
    return [opening, inline, opening.copy(type="paragraph_close", nesting=-1)]


def flattened(nodes: Sequence[Node]) -> Iterator[Prose | Statement | Block]:
    """Yield the nodes, and the members of groups in place of the groups."""
    for node in nodes:
        if isinstance(node, Group):
            yield from flattened(node.members)
        else:
            yield node


def _source(piece: Prose | Statement | Block) -> str:
    if isinstance(piece, Prose):
        return piece.text
    return piece.placeholder if isinstance(piece, Statement) else ""


def _may_be_empty(run: Sequence[Node], flat: Sequence[Node]) -> bool:
    """Tell whether all words hang on an `if` or a `for`; any other statement might be lost if it were captured."""
    unconditional = any(isinstance(node, Prose) and node.text.strip() for node in run)
    keywords = {piece.keyword for piece in flat if isinstance(piece, Statement)}
    return not unconditional and keywords <= _PRINTS_OR_NOT
