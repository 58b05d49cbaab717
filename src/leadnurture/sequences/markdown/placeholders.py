"""Stand-ins for Jinja tokens that Markdown and the CSS inliner carry through unchanged."""

import re

# A private-use character counts as a letter where Markdown looks at the neighbours of `*` and `_`. That suits an
# expression, which will be a word. A statement prints nothing, so it is fenced by punctuation: in
# `{% if x %}_really_{% endif %}` the underscores must still open and close emphasis.
EXPRESSION = "\ue000[0-9]+\ue001"
STATEMENT = "⸨\ue002[0-9]+\ue003⸩"
PLACEHOLDER = re.compile(f"{EXPRESSION}|{STATEMENT}")
MARGIN = "\ue004"

_RESERVED = dict.fromkeys(map(ord, "\ue000\ue001\ue002\ue003\ue004"))
_SIGNED = re.compile(r"\{([%#])([-+]?)(.*?)([-+]?)([%#])\}", re.DOTALL)
_MARGIN_IN_DANGER = re.compile(rf"(?<=-\}}\}}|-%\}}|-#\}}){MARGIN}|{MARGIN}(?=\{{[{{%#]-)")


def without_reserved(source: str) -> str:
    """Return the source without the characters that placeholders are made of."""
    return source.translate(_RESERVED)


class Placeholders:
    """The hidden tokens of one letter; the same token always gets the same placeholder."""

    def __init__(self) -> None:
        self._by_token: dict[str, str] = {}
        self._tokens: dict[str, str] = {}

    def hide(self, token: str) -> str:
        """Return the placeholder for a Jinja token, or for several that print nothing."""
        if token not in self._by_token:
            number = len(self._by_token)
            held = f"\ue000{number}\ue001" if token.startswith("{{") else f"⸨\ue002{number}\ue003⸩"
            self._by_token[token], self._tokens[held] = held, token
        return self._by_token[token]

    def token(self, placeholder: str) -> str:
        """Return the token behind a placeholder; nothing for one that a letter has forged by character references."""
        return self._tokens.get(placeholder, "")

    def restore(self, text: str) -> str:
        """Return the Jinja template: tokens back in their place, static braces as text that Jinja prints."""
        static = text.replace("{", "{{ '{' }}")
        restored = PLACEHOLDER.sub(lambda found: _explicit(self.token(found[0])), static)
        return _MARGIN_IN_DANGER.sub("{#++#}", restored).replace(MARGIN, "")


def _explicit(token: str) -> str:
    """Return a statement that eats only the whitespace which its `-` asks for, whatever the environment trims."""
    signed = _SIGNED.fullmatch(token)
    if signed is None:
        return token
    opening, left, code, right, closing = signed.groups()
    return f"{{{opening}{left or '+'}{code}{right or '+'}{closing}}}"
