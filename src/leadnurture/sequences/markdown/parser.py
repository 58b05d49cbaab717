"""CommonMark as letters use it: no HTML, and lines of Jinja statements are blocks of their own."""

from functools import cache

from markdown_it import MarkdownIt
from markdown_it.rules_block import StateBlock

from leadnurture.sequences.markdown.arrange import arrange_statements
from leadnurture.sequences.markdown.html_renderer import LetterRenderer
from leadnurture.sequences.markdown.links import normalized_target
from leadnurture.sequences.markdown.placeholders import PLACEHOLDER
from leadnurture.sequences.markdown.statements import STATEMENTS_ONLY

_INTERRUPTS = ["paragraph", "reference", "blockquote", "list"]


class LetterParser(MarkdownIt):
    """A parser whose links keep placeholders; `env["placeholders"]` must hold the letter's hidden tokens."""

    def __init__(self) -> None:
        options = {"html": False, "breaks": False, "linkify": False, "typographer": False}
        super().__init__("commonmark", options, renderer_cls=LetterRenderer)
        self.block.ruler.before("code", "statement_line", _statement_line, {"alt": _INTERRUPTS})
        self.core.ruler.after("block", "arrange_statements", arrange_statements)

    def normalizeLink(self, url: str) -> str:  # noqa: N802  the library's name
        """Return a link's percent-encoded target."""
        return normalized_target(url)

    def normalizeLinkText(self, link: str) -> str:  # noqa: N802  the library's name
        """Return the readable form of a bare address."""
        return link if PLACEHOLDER.search(link) else super().normalizeLinkText(link)


@cache
def letter_parser() -> LetterParser:
    """Return the parser, which keeps nothing between letters."""
    return LetterParser()


def _statement_line(state: StateBlock, start: int, _end: int, silent: bool) -> bool:
    """Block rule: a line of nothing but statements ends a paragraph, list or quotation, as a paragraph of its own."""
    content = state.src[state.bMarks[start] + state.tShift[start] : state.eMarks[start]]
    if not STATEMENTS_ONLY.fullmatch(content):
        return False
    if not silent:
        state.line = start + 1
        _push_paragraph(state, content.strip(), [start, state.line])
    return True


def _push_paragraph(state: StateBlock, content: str, lines: list[int]) -> None:
    state.push("paragraph_open", "p", 1).map = lines
    inline = state.push("inline", "", 0)
    inline.content, inline.map, inline.children = content, lines, []
    state.push("paragraph_close", "p", -1)
