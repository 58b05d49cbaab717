"""Letters in Markdown, compiled once per version into two Jinja2 templates: the HTML and the plain-text mail part.

Markdown runs on the photographer's words only. Every Jinja token is hidden behind a placeholder first and put back
last, so that what a lead typed is never read as Markdown, and as HTML only after Jinja has escaped it.

The way through: `jinja_tokens` hides the tokens → `parser` reads Markdown, and `arrange` moves statements to where they
break no nesting → `html_part` or `plain_text` writes the template → `placeholders` puts the tokens back.
"""

from leadnurture.sequences.markdown.html_part import html_template
from leadnurture.sequences.markdown.links import safe_url
from leadnurture.sequences.markdown.text_part import text_template, tidy_text

__all__ = ["html_template", "safe_url", "text_template", "tidy_text"]
