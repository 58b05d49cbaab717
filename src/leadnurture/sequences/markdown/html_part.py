"""The HTML mail part: the letter in a document that mail programs show well, light or dark, with its styles inline."""

from functools import cache
from html import escape

from css_inline import CSSInliner

from leadnurture.sequences.markdown.jinja_tokens import hide_tokens
from leadnurture.sequences.markdown.parser import letter_parser
from leadnurture.sequences.markdown.placeholders import Placeholders

# Colours are left to the mail program: a letter that names none is readable on white and on black.
_CSS = """
body { margin: 0; padding: 0; }
div { max-width: 600px; margin: 0 auto; padding: 24px 16px; font-family: Georgia, 'Times New Roman', serif;
  font-size: 17px; line-height: 1.55; }
p, ul, ol, pre, blockquote { margin: 0 0 1em; }
ul, ol { padding-left: 1.5em; }
h1, h2, h3, h4, h5, h6 { margin: 1.4em 0 0.6em; line-height: 1.25; font-weight: bold; font-size: 17px; }
h1 { font-size: 26px; }
h2 { font-size: 21px; }
blockquote { padding-left: 1em; border-left: 3px solid #999999; }
hr { margin: 2em 0; border: 0; border-top: 1px solid #999999; }
img { max-width: 100%; height: auto; }
pre { white-space: pre-wrap; }
pre, code { font-family: Menlo, Consolas, monospace; font-size: 15px; }
"""

_DOCUMENT = """<!DOCTYPE html>
<html lang="{lang}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="supported-color-schemes" content="light dark">
</head>
<body>
<div>
{letter}</div>
</body>
</html>"""


def html_template(source: str, *, lang: str = "en") -> str:
    """Return the Jinja template of the HTML part of a letter in Markdown; `lang` is a BCP 47 tag such as `en-GB`.

    It must be rendered with autoescape on, by an environment that has `links.safe_url` as the filter `safe_url`: a
    link whose target begins with a value goes through it. A mistake in the letter's Jinja stays one in the template.
    """
    placeholders = Placeholders()
    markdown = hide_tokens(source, placeholders)
    letter = letter_parser().render(markdown, {"placeholders": placeholders})
    document = _DOCUMENT.format(lang=escape(lang), letter=letter)
    return placeholders.restore(_inliner().inline(document))


@cache
def _inliner() -> CSSInliner:
    return CSSInliner(extra_css=_CSS, load_remote_stylesheets=False)
