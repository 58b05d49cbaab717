"""The blocks of a letter as plain text, in pieces: a piece is a line with its break, or a statement without one.

Every block brings the blank line after it, inside the statements around it. So what an `if` leaves out leaves no gap.
"""

from collections.abc import Iterable

from markdown_it.tree import SyntaxTreeNode

from leadnurture.sequences.markdown.placeholders import MARGIN, Placeholders
from leadnurture.sequences.markdown.plain_inline import plain_words
from leadnurture.sequences.markdown.plain_lists import item_markers

_BLANK = "\n"
_RULE = "* * *"
_CODE_INDENT = "    "
_ITEM_INDENTS = {"bullet_list": "  ", "ordered_list": "   "}


def plain_blocks(parent: SyntaxTreeNode, placeholders: Placeholders) -> list[str]:
    """Return the pieces of everything inside a node."""
    return [piece for node in parent.children for piece in _block(node, placeholders)]


def _block(node: SyntaxTreeNode, placeholders: Placeholders) -> list[str]:
    match node.type:
        case "paragraph" | "heading":
            return [*_lines(plain_words(node.children)), *([] if node.hidden else [_BLANK])]
        case "bullet_list" | "ordered_list":
            return _list(node, placeholders)
        case "blockquote":
            return _indented(plain_blocks(node, placeholders), "> ", "> ")
        case "fence" | "code_block":
            return [*_indented(_lines(node.content.rstrip("\n")), _CODE_INDENT, _CODE_INDENT), _BLANK]
        case "hr":
            return [*_lines(_RULE), _BLANK]
        case _:
            return [f"{MARGIN}{node.content}{MARGIN}"]


def _lines(text: str) -> list[str]:
    """Return a text's lines, fenced so that a token's `-` cannot eat the line breaks around its block."""
    return [f"{MARGIN}{line}{MARGIN}\n" for line in text.split("\n")]


def _indented(pieces: Iterable[str], first: str, rest: str) -> list[str]:
    """Return the pieces with something before every line that has words."""
    indented, before = [], first
    for piece in pieces:
        has_words = piece.endswith("\n") and piece != _BLANK
        indented.append(before + piece if has_words else piece)
        before = rest if has_words else before
    return indented


def _list(node: SyntaxTreeNode, placeholders: Placeholders) -> list[str]:
    """Return a list, followed by a blank line unless it is part of a tight list's item."""
    pieces = []
    for child, marker in zip(node.children, item_markers(node, placeholders), strict=True):
        pieces += _item(child, marker, _ITEM_INDENTS[node.type], placeholders)
    ends_blank = pieces[-1:] == [_BLANK] or (node.parent is not None and _is_tight(node.parent))
    return pieces if ends_blank else [*pieces, _BLANK]


def _item(node: SyntaxTreeNode, marker: str, indent: str, placeholders: Placeholders) -> list[str]:
    if node.type != "list_item":
        return [marker, *_block(node, placeholders)]
    pieces = plain_blocks(node, placeholders) or _lines("")
    return _indented(pieces, marker, indent)


def _is_tight(item: SyntaxTreeNode) -> bool:
    return any(child.type == "paragraph" and child.hidden for child in item.children)
