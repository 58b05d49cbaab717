"""Lists with statements around their items: `{% for %}` repeats items of one list, and not lists of one item."""

from collections.abc import Sequence
from itertools import takewhile

from markdown_it.token import Token

from leadnurture.sequences.markdown.paragraphs import flattened
from leadnurture.sequences.markdown.siblings import Block, Group, Node, Prose
from leadnurture.sequences.markdown.statements import Statement

_Kind = tuple[str, str]  # the token's type, and the bullet or delimiter


def list_run(nodes: Sequence[Node]) -> Sequence[Node]:
    """Return the nodes at the beginning that make one list: several of one kind, or one that a loop repeats."""
    kind = _kind(nodes[0])
    if kind is None:
        return []
    run = list(takewhile(lambda node: _is_neutral(node) or _kind(node) == kind, nodes))
    while _is_neutral(run[-1]):
        run.pop()
    flat = list(flattened(run))
    lists = sum(isinstance(piece, Block) for piece in flat)
    looped = any(isinstance(piece, Statement) and piece.keyword == "for" for piece in flat)
    return run if lists > 1 or looped else []


def _kind(node: Node) -> _Kind | None:
    """Return the kind of a list, or of a group that holds lists of one kind and nothing else."""
    if isinstance(node, Block):
        first = node.tokens[0]
        return (first.type, first.markup) if first.type in {"bullet_list_open", "ordered_list_open"} else None
    if not isinstance(node, Group):
        return None
    kinds = {_kind(member) for member in node.members if not isinstance(member, Statement) and not _is_neutral(member)}
    return kinds.pop() if len(kinds) == 1 else None


def _is_neutral(node: Node) -> bool:
    """Tell whether a node prints nothing and divides nothing."""
    if isinstance(node, Prose):
        return not node.text.strip()
    return isinstance(node, Statement) and node.role == "alone"


def write_list(run: Sequence[Node]) -> list[Token]:
    """Return the run as one list, with the statements between its items."""
    lists = [node.tokens for node in flattened(run) if isinstance(node, Block)]
    inside = [token for node in flattened(run) for token in _inside(node)]
    return [lists[0][0], *inside, lists[-1][-1]]


def _inside(node: Prose | Statement | Block) -> list[Token]:
    if isinstance(node, Statement):
        return [node.leaf()]
    return node.tokens[1:-1] if isinstance(node, Block) else []
