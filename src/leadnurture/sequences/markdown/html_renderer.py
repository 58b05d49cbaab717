"""Markdown as HTML where Jinja has a say: statements between blocks, links to values, paragraphs that may be empty."""

from collections.abc import Sequence

from markdown_it.renderer import RendererHTML
from markdown_it.token import Token
from markdown_it.utils import EnvType, OptionsDict

from leadnurture.sequences.markdown.links import guarded_target

# A paragraph whose words all hang on an `if` is captured first, so that no empty `<p>` is left of it.
_CAPTURE = "{% set _paragraph %}"
_CAPTURED = "{% endset %}{% if _paragraph | trim %}"
_PARAGRAPH = "{{ _paragraph }}"
_END = "{% endif %}"


class LetterRenderer(RendererHTML):
    """The HTML of a letter's Markdown; `env["placeholders"]` holds its hidden tokens."""

    def statement(self, tokens: Sequence[Token], idx: int, _options: OptionsDict, _env: EnvType) -> str:
        """Return a statement that stands between blocks."""
        return tokens[idx].content + "\n"

    def paragraph_open(self, tokens: Sequence[Token], idx: int, options: OptionsDict, env: EnvType) -> str:
        """Return `<p>`, or the beginning of a capture."""
        if _is_captured(tokens[idx]):
            return str(env["placeholders"].hide(_CAPTURE))
        return self.renderToken(tokens, idx, options, env)

    def paragraph_close(self, tokens: Sequence[Token], idx: int, options: OptionsDict, env: EnvType) -> str:
        """Return `</p>`, or the end of a capture and the paragraph that it may become."""
        if not _is_captured(tokens[idx]):
            return self.renderToken(tokens, idx, options, env)
        captured, words, end = map(env["placeholders"].hide, (_CAPTURED, _PARAGRAPH, _END))
        return f"{captured}<p>{words}</p>{end}\n"

    def link_open(self, tokens: Sequence[Token], idx: int, _options: OptionsDict, env: EnvType) -> str:
        """Return `<a>` with a target that cannot become a script."""
        token = tokens[idx]
        guarded = guarded_target(str(token.attrs["href"]), env["placeholders"])
        return f"<a{self.renderAttrs(token.copy(attrs={**token.attrs, 'href': guarded}))}>"


def _is_captured(token: Token) -> bool:
    """Tell whether a paragraph may be empty; in a tight list none has a tag of its own."""
    return bool(token.meta.get("may_be_empty")) and not token.hidden
