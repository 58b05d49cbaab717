"""A transcript as text that does not change: written into a file, and compared with what it says there."""

from collections.abc import Iterable, Iterator
from difflib import unified_diff
from itertools import groupby

from leadnurture.crm.names import clean
from leadnurture.simulation.transcript import Entry

NOTHING = "nothing happens"


def text_lines(entries: Iterable[Entry]) -> Iterator[str]:
    """Yield the transcript, a heading for each day; widths are fixed, so that a change touches no other line."""
    empty = True
    for day, several in groupby(entries, key=lambda entry: entry.at.date()):
        empty = False
        yield f"{day:%a} {day.day} {day:%B %Y}"
        yield from (f"  {_line(entry)}" for entry in several)
    if empty:
        yield NOTHING


def _line(entry: Entry) -> str:
    deed = " ".join(part for part in (entry.action, entry.outcome) if part)
    told = f"{deed}: {entry.words}" if entry.words else deed
    return f"{entry.at:%H:%M}  {clean(entry.lead):<20}  {entry.place:<32}  {told}"


def as_text(entries: Iterable[Entry]) -> str:
    """Return the transcript as a golden file holds it."""
    return "".join(f"{line}\n" for line in text_lines(entries))


def difference(expected: str, entries: Iterable[Entry], name: str) -> list[str]:
    """Return a unified diff from the golden text to the transcript; empty if they agree. `name` is the file's."""
    wanted = expected.replace("\r\n", "\n").splitlines()
    return list(unified_diff(wanted, list(text_lines(entries)), name, "this simulation", lineterm=""))
