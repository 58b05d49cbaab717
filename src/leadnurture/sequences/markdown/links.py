"""Where links may lead, in the letter as it is written and in the letter as it is filled."""

import re
from urllib.parse import quote

from markdown_it.common.normalize_url import normalizeLink

from leadnurture.sequences.markdown.placeholders import PLACEHOLDER, Placeholders

_SAFE_SCHEME = re.compile(r"(?:https?|mailto|tel):", re.IGNORECASE)
_SCHEME_FROM_A_VALUE = re.compile(rf"[^:/?#]*?(?:{PLACEHOLDER.pattern})")
_KEPT_IN_URLS = ";/?:@&=+$,-_.!~*'()#%"


def safe_url(value: str) -> str:
    """Filter `safe_url`: return an http, https, mailto or tel address, and `#` for anything else (`javascript:`)."""
    address = value.strip()
    return address if _SAFE_SCHEME.match(address) else "#"


def guarded_target(target: str, placeholders: Placeholders) -> str:
    """Return a link's target; where a value decides its scheme, it goes through `safe_url` when the letter is filled.

    Markdown refuses a dangerous scheme that is written out, but it cannot see what `{{ studio.public_url }}` will hold.
    """
    if not _SCHEME_FROM_A_VALUE.match(target):
        return target
    return placeholders.hide("{% filter safe_url %}") + target + placeholders.hide("{% endfilter %}")


def normalized_target(target: str) -> str:
    """Return a percent-encoded target in which the placeholders are left as they are."""
    start = PLACEHOLDER.search(target)
    if start is None:
        return normalizeLink(target)
    # The part before the first token may hold a host name that needs Punycode; what follows is path and query.
    head = normalizeLink(target[: start.start()]) if start.start() else ""
    return head + _quoted_between_placeholders(target[start.start() :])


def _quoted_between_placeholders(text: str) -> str:
    quoted, position = [], 0
    for found in PLACEHOLDER.finditer(text):
        quoted += [quote(text[position : found.start()], safe=_KEPT_IN_URLS), found[0]]
        position = found.end()
    return "".join(quoted) + quote(text[position:], safe=_KEPT_IN_URLS)
