"""The words of one paragraph or heading as plain text."""

from collections.abc import Iterable

from markdown_it.tree import SyntaxTreeNode

_SHOWN_WITHOUT = ("mailto:", "tel:")


def plain_words(nodes: Iterable[SyntaxTreeNode]) -> str:
    """Return the words without their emphasis: one line, but for hard breaks."""
    return "".join(_word(node) for node in nodes)


def _word(node: SyntaxTreeNode) -> str:
    match node.type:
        case "text" | "code_inline":
            return node.content
        case "softbreak":
            return " "
        case "hardbreak":
            return "\n"
        case "link":
            return _link(node)
        case _:  # emphasis, and a picture's description
            return plain_words(node.children)


def _link(node: SyntaxTreeNode) -> str:
    """Return `words (address)`, or the address where the words are nothing else."""
    words, target = plain_words(node.children), str(node.attrs["href"])
    address = next((target.removeprefix(scheme) for scheme in _SHOWN_WITHOUT if target.startswith(scheme)), target)
    if node.markup == "autolink" or words in {target, address}:
        return words
    return f"{words} ({address})" if words.strip() else address
