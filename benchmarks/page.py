"""The figures in docs/performance.md: what stands between two marks is rewritten, the rest is people's."""

import os
import platform
import sqlite3
from collections.abc import Iterable
from datetime import date

from benchmarks.figures import Figure, as_table
from benchmarks.processes import PROJECT

PAGE = PROJECT / "docs" / "performance.md"
BEGIN, END = "<!-- figures: written by python -m benchmarks --write -->", "<!-- end of figures -->"


def rewrite(figures: Iterable[Figure], today: date, couples: int) -> None:
    """Put new figures into the page."""
    before, _, rest = PAGE.read_text(encoding="utf-8").partition(BEGIN)
    _, found, behind = rest.partition(END)
    if not found:
        raise ValueError(f"{PAGE} has no place for figures: {BEGIN} … {END}")
    section = f"{surroundings(today, couples)}\n\n{as_table(figures)}"
    PAGE.write_text(f"{before}{BEGIN}\n{section}\n{END}{behind}", encoding="utf-8")


def surroundings(today: date, couples: int) -> str:
    """Return what the figures were measured with, in a line that names no machine."""
    versions = f"Python {platform.python_version()}, SQLite {sqlite3.sqlite_version}"
    return f"{today.day} {today:%B %Y}, {couples:,} messages, {platform.system()}, {os.cpu_count()} cores, {versions}."
