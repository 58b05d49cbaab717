"""What stands before the items of a list in plain text: a dash, or a number that counts what is really printed."""

from collections.abc import Iterator

from markdown_it.tree import SyntaxTreeNode

from leadnurture.sequences.markdown.placeholders import Placeholders
from leadnurture.sequences.markdown.statements import keyword_of


def item_markers(node: SyntaxTreeNode, placeholders: Placeholders) -> Iterator[str]:
    """Yield what comes before each child of a list; nothing, or the counter's start, before a statement.

    In a list with statements Jinja counts. Items that follow a loop in the same list go on from before the loop.
    """
    if node.type == "bullet_list":
        yield from ("- " if child.type == "list_item" else "" for child in node.children)
    elif all(child.type == "list_item" for child in node.children):
        yield from (f"{number}. " for number, _ in enumerate(node.children, start=_start(node)))
    else:
        yield from _counted(node, placeholders)


def _counted(node: SyntaxTreeNode, placeholders: Placeholders) -> Iterator[str]:
    counter = f"_item{node.level}"  # by level, for a list inside an item has its own
    before = placeholders.hide(f"{{% set {counter} = {_start(node) - 1} %}}")
    groups: list[str] = []
    for child in node.children:
        if child.type == "list_item":
            yield before + _number(counter, placeholders, in_loop="for" in groups)
        else:
            _enter_or_leave(groups, keyword_of(placeholders.token(child.content)))
            yield before
        before = ""


def _enter_or_leave(groups: list[str], keyword: str) -> None:
    """Keep the groups around the next item; in a loop's `else` there is no loop."""
    if keyword in {"if", "for"}:
        groups.append(keyword)
    elif groups and keyword in {"else", "endif", "endfor"}:
        groups.pop()
        groups += ["else"] if keyword == "else" else []


def _number(counter: str, placeholders: Placeholders, *, in_loop: bool) -> str:
    if in_loop:  # what a loop sets is forgotten after each round, so the loop counts its own items
        return placeholders.hide(f"{{{{ {counter} + loop.index }}}}") + ". "
    following = placeholders.hide(f"{{% set {counter} = {counter} + 1 %}}")
    return following + placeholders.hide(f"{{{{ {counter} }}}}") + ". "


def _start(node: SyntaxTreeNode) -> int:
    return int(node.attrs.get("start", 1))
