"""Text that cannot break out of the line it is put in."""

import re

# Controls, line and paragraph separators, lone surrogates (no encoding takes them) and runs of blanks.
_BREAKS = re.compile("[\x00-\x20\x7f-\x9f\u2028\u2029\ud800-\udfff]+")


def one_line(text: str) -> str:
    """Return `text` on one line: control characters, line breaks and runs of blanks become one blank."""
    return _BREAKS.sub(" ", text).strip(" ")
