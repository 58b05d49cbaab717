"""The plain-text mail part: the letter's words, for mail programs that wrap lines themselves."""

import re

from markdown_it.tree import SyntaxTreeNode

from leadnurture.sequences.markdown.jinja_tokens import hide_tokens
from leadnurture.sequences.markdown.parser import letter_parser
from leadnurture.sequences.markdown.placeholders import Placeholders
from leadnurture.sequences.markdown.plain_blocks import plain_blocks

_BLANK_LINES = re.compile(r"\n{3,}")


def text_template(source: str) -> str:
    """Return the Jinja template of the plain-text part of a letter in Markdown; render it with autoescape off.

    Pass what it renders through `tidy_text`. A mistake in the letter's Jinja stays one in the template.
    """
    placeholders = Placeholders()
    markdown = hide_tokens(source, placeholders)
    tokens = letter_parser().parse(markdown, {"placeholders": placeholders})
    text = "".join(plain_blocks(SyntaxTreeNode(tokens), placeholders))
    return placeholders.restore(text.strip("\n"))


def tidy_text(rendered: str) -> str:
    """Return a text with at most one blank line in a row, and no blanks at the end of a line or of the text."""
    lines = rendered.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    return _BLANK_LINES.sub("\n\n", "\n".join(line.rstrip() for line in lines)).strip("\n")
