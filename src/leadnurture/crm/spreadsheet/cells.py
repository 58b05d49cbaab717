"""What stands in a cell: formulas defused and restored, lists, and the damage that spreadsheet programs do. Pure."""

import re
from collections.abc import Iterable
from decimal import Decimal

from leadnurture.crm.fields import Kind
from leadnurture.crm.values import BadValueError

# A spreadsheet program runs a cell that starts so (some also take the signs as East Asian keyboards write them); an
# apostrophe before it makes it text.
_FORMULA = re.compile("'*[=+\\-@\t\r\n\uff1d\uff0b\uff0d\uff20]")
_ENTRY = re.compile(r'\s*(?:"((?:[^"]|"")*)"|([^,;\n]*?))\s*(?:[,;\n]|$)')
_EDGE = "[\\s\u200b\ufeff\u200e\u200f\u202a-\u202e\u2066-\u2069]+"  # blanks, and marks that one cannot see
_EDGES = re.compile(f"^{_EDGE}|{_EDGE}$")
_NOTHING = {"-", "--", "–", "—", "?", "??", "n/a", "tbc", "tba", "tbd", "none", "unknown", "unsure", "not sure"}
_RUINED = re.compile(r"#(N/A|REF!|VALUE!|NAME\?|DIV/0!|NUM!|NULL!)|#{3,}")
_SCIENTIFIC = re.compile(r"\+?(\d)(?:[.,](\d+))?[Ee]\+?(\d{1,2})")
_MIDNIGHT = re.compile(r"[ T]0?0:00(:00)?$")
_ABOUT = re.compile(r"^(?:approx(?:imately)?|about|around|circa|ca|c|~)\b\.?\s*(?=\d)", re.IGNORECASE)
_GUESTS = re.compile(r"(?<=\d)\s*(?:\+|ish|guests?|people|pax)\.?$", re.IGNORECASE)


def defused(text: str) -> str:
    """Return a cell that no spreadsheet program takes for a formula; `restored` undoes it."""
    return f"'{text}" if _FORMULA.match(text) else text


def restored(cell: str) -> str:
    """Return the text that `defused` (or a careful person) put an apostrophe before."""
    return cell[1:] if cell.startswith("'") and _FORMULA.match(cell) else cell


def bare(cell: str) -> str:
    """Return a cell's text without its protection and without blanks and invisible marks around it."""
    return _EDGES.sub("", restored(_EDGES.sub("", cell)))


def joined(entries: Iterable[str]) -> str:
    """Write a list into one cell: `album; second shooter`; `entries` undoes it."""
    return "; ".join(_quoted(entry) for entry in entries)


def _quoted(entry: str) -> str:
    if entry.startswith('"') or re.search(r"[,;\n]", entry):
        return '"' + entry.replace('"', '""') + '"'
    return entry


def entries(text: str) -> list[str]:
    """Read a list out of one cell: parted by commas, semicolons or lines; quotation marks hold an entry together."""
    found = ((match[1] or "").replace('""', '"') or match[2] or "" for match in _ENTRY.finditer(text))
    return [entry for entry in found if entry]


def means_nothing(text: str) -> bool:
    """Tell a cell that says there is no value yet, such as `TBC` or `-`."""
    return text.casefold() in _NOTHING


def mended(text: str, kind: Kind) -> str:
    """Return a cell as it was before a spreadsheet program dressed it up, where that is certain.

    Raises BadValueError where the value is lost: `#REF!`, or a phone number shown as 7.7E+11.
    """
    if _RUINED.fullmatch(text):
        raise BadValueError(f"'{text}' is what the spreadsheet program shows instead of the value")
    if kind is Kind.PHONE:
        return _phone(text)
    if kind is Kind.DATE:
        return _MIDNIGHT.sub("", text)
    if kind is Kind.NUMBER:
        return _GUESTS.sub("", _ABOUT.sub("", text)).removesuffix(".0")
    return text


def _phone(text: str) -> str:
    """Undo what happens to phone numbers that are taken for numbers: 7700900123.0, 4.47700900123E+11."""
    found = _SCIENTIFIC.fullmatch(text)
    if not found:
        return text.removesuffix(".0")
    decimals, power = len(found[2] or ""), int(found[3])
    if decimals != power:  # the digits that are not shown may be anything
        raise BadValueError(f"'{text}' was a phone number, but the spreadsheet program has cut off its last digits")
    return f"{Decimal(f'{found[1]}.{found[2]}').scaleb(power):f}"
