"""Couples' names: one text into two partners, and two partners into how one speaks of them. Pure."""

import re
import unicodedata

# A capital Y or E between two names is a middle initial.
_JOIN = re.compile(r"\s+(?:(?i:&|\+|and|und|et|og|och|en)|y|e)\s+|\s*[&+/]\s*")
_TITLE = re.compile(r"^(?:mr|mrs|ms|miss|mx|dr)\b\.?\s*", re.IGNORECASE)


def clean(text: str) -> str:
    """Return text without control characters, in composed form, with single blanks."""
    kept = "".join(
        " " if unicodedata.category(sign) in {"Cc", "Zl", "Zp"} else sign for sign in unicodedata.normalize("NFC", text)
    )
    return " ".join(kept.split())


def clean_lines(text: str) -> str:
    """Return text with each of its lines cleaned."""
    return "\n".join(clean(line) for line in text.splitlines())


def split_couple(text: str) -> tuple[str | None, str | None]:
    """Split `Emma Stone & Jack Smith` into both partners; a surname that stands once goes to both.

    `Emma & Jack Smith` is Emma Smith and Jack Smith; a single name is the first partner alone.
    """
    whole = clean(text)
    parts = [part for part in _JOIN.split(whole, maxsplit=1) if part]
    if not parts:
        return None, None
    if not all(_TITLE.sub("", part) for part in parts):
        return whole, None  # `Mr & Mrs Smith` has no first names to address
    parts = [_TITLE.sub("", part) for part in parts]
    if len(parts) == 1:
        return parts[0], None
    first, second = parts
    if " " not in first and " " in second:
        first = f"{first} {second.split(' ', 1)[1]}"
    return first, second


def first_name(full: str | None) -> str | None:
    """Return the name by which one addresses a person; None if there is none."""
    if not full or _TITLE.match(full):
        return full or None
    return full.split(" ", 1)[0]


def couple_names(bride: str | None, groom: str | None) -> str | None:
    """Return how one addresses both, `Emma & Jack`; None if neither name is known."""
    firsts = [name for name in (first_name(bride), first_name(groom)) if name]
    return " & ".join(firsts) or None


def couple_full_names(bride: str | None, groom: str | None) -> str | None:
    """Return both whole names, a shared surname once: `Emma & Jack Smith`; None if neither is known."""
    if bride and groom:
        start, _, surname = bride.partition(" ")
        if surname and groom.endswith(f" {surname}"):
            return f"{start} & {groom}"
        return f"{bride} & {groom}"
    return bride or groom
