"""Other people's words on our terminal: whatever a couple or a server wrote, it is shown as text and does nothing."""

import unicodedata
from collections.abc import Mapping
from typing import Any

from rich.text import Text

from leadnurture.crm.names import clean, couple_full_names

# They turn the direction of everything behind them; joiners (U+200D) stay, emoji families are made with them.
_DIRECTIONS = dict.fromkeys([*range(0x202A, 0x202F), *range(0x2066, 0x206A), 0x200E, 0x200F])


def line(text: object, style: str = "") -> Text:
    """Return text as one line without control characters; never read as markup."""
    return Text(clean(str(text)).translate(_DIRECTIONS), style=style)


def cut(text: object, longest: int, style: str = "") -> Text:
    """Return text as one line of at most `longest` cells, what is too long ending in …"""
    shown = line(text, style)
    shown.truncate(longest, overflow="ellipsis")
    return shown


def prose(text: str) -> Text:
    """Return text with its lines kept, without other control characters."""
    kept = ("".join(_harmless(sign) for sign in row.expandtabs(4)) for row in text.splitlines())
    return Text("\n".join(kept).translate(_DIRECTIONS))


def _harmless(sign: str) -> str:
    return " " if unicodedata.category(sign) in {"Cc", "Zl", "Zp"} else sign


def word(value: object) -> str:
    """Return a stored word for people: `proposal_sent` is `proposal sent`."""
    return str(value).replace("_", " ")


def couple(values: Mapping[str, Any]) -> str:
    """Return the couple's names in full from a lead's values, or their address if we know none."""
    names = couple_full_names(values["couple_name_bride"], values["couple_name_groom"])
    return names or str(values["primary_email"])


def count(number: int, one: str, several: str | None = None) -> str:
    """Return a number with its noun: `1 lead`, `3 leads`."""
    return f"{number:,} {one if number == 1 else several or one + 's'}"
