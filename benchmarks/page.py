"""The figures in docs/performance.md: what stands between two marks is rewritten, the rest is people's."""

import os
import platform
import sqlite3
from datetime import date

from benchmarks.processes import PROJECT

PAGE = PROJECT / "docs" / "performance.md"
END = "<!-- end of figures -->"


def rewrite(begin: str, figures: str) -> None:
    """Put new figures into the page, between a mark and the next end of figures."""
    before, found, rest = PAGE.read_text(encoding="utf-8").partition(begin)
    _, ended, behind = rest.partition(END)
    if not found or not ended:
        raise ValueError(f"{PAGE} has no place for figures: {begin} … {END}")
    PAGE.write_text(f"{before}{begin}\n{figures}\n{END}{behind}", encoding="utf-8")


def surroundings(today: date, measured: str) -> str:
    """Return when and with what something was measured, in a line that names no machine."""
    versions = f"Python {platform.python_version()}, SQLite {sqlite3.sqlite_version}"
    return f"{today.day} {today:%B %Y}, {measured}, {platform.system()}, {os.cpu_count()} cores, {versions}."
