"""One line of the table of results."""

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True)
class Figure:
    """What was measured, its median, the range over all pairs, and the absolute numbers behind it."""

    name: str
    median: str
    span: str
    behind: str


HEADINGS = Figure("measured", "median", "min to max", "behind it")


def as_table(figures: Iterable[Figure]) -> str:
    """Return a Markdown table, aligned so that it reads in a terminal too."""
    rows = [[row.name, row.median, row.span, row.behind] for row in (HEADINGS, *figures)]
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    lines = [" | ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)) for row in rows]
    lines.insert(1, " | ".join("-" * width for width in widths))
    return "\n".join(f"| {line} |" for line in lines)
