"""docs/seed-coverage.md as a test reads it: its tables, and what their cells name."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

PAGE = Path(__file__).parents[1] / "docs" / "seed-coverage.md"
KINDS = ("column", "command", "option", "field", "JSON", "YAML", "action", "merge field", "setting", "exit code")
_NAMED = re.compile(rf"({'|'.join((*KINDS, 'envelope'))}) `([^`]+)`")
_ALL_NAMED = re.compile(rf"{_NAMED.pattern}(, {_NAMED.pattern})*")


@dataclass(frozen=True)
class Row:
    """One row of a table, below a heading."""

    heading: str
    cells: tuple[str, ...]

    def __str__(self) -> str:
        return f"{self.heading}: {self.cells[0]}"


@dataclass(frozen=True)
class Enumeration:
    """A list of words: whose it is in the code, how the two compare, what only the code has, and what the page has."""

    code: str
    compared: str
    only_here: frozenset[str]
    values: frozenset[str]


def rows(*head: str) -> list[Row]:
    """Return the rows of all tables with these heads."""
    return [row for found, row in _rows() if found == head]


def _rows() -> Iterator[tuple[tuple[str, ...], Row]]:
    heading, head = "", None
    for line in PAGE.read_text(encoding="utf-8").splitlines():
        if line.startswith("#"):
            heading = line.lstrip("# ")
        if not line.startswith("|"):
            head = None
            continue
        cells = tuple(cell.strip() for cell in line.strip("|").split("|"))
        if head is None:
            head = cells
        elif set("".join(cells)) != {"-"}:
            yield head, Row(heading, cells)


def enumerations() -> dict[str, Enumeration]:
    """Return the lists of words that the page compares with the code, by name."""
    values: dict[str, set[str]] = {}
    for row in rows("value", "here", "how"):
        values.setdefault(row.heading.removeprefix("Values of "), set()).update(_codes(row.cells[1]))
    return {
        row.cells[0]: Enumeration(
            row.cells[1].strip("`"), row.cells[2], frozenset(_codes(row.cells[3])), frozenset(values[row.cells[0]])
        )
        for row in rows("enumeration", "in the code", "compared", "only here")
    }


def _codes(cell: str) -> list[str]:
    return re.findall(r"`([^`]+)`", cell)


def names_homes(cell: str) -> bool:
    """Tell whether a cell is nothing but homes, each with its kind."""
    return _ALL_NAMED.fullmatch(cell) is not None


def homes(kind: str) -> list[tuple[Row, str]]:
    """Return the homes of one kind, with their rows."""
    named = ((row, found) for row in rows("name", "here", "how") for found in _NAMED.findall(row.cells[1]))
    return [(row, name) for row, (given, name) in named if given == kind]
