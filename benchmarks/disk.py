"""What a commit costs that is to survive a power cut: a run waits for hundreds of these, the plain loop has none."""

import sqlite3
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

from benchmarks.figures import Figure
from benchmarks.ratios import spread

COMMITS = 100


def figure(folder: Path) -> Figure:
    """Measure the disk that the studios are on, with SQLite set as a delivery sets it."""
    return Figure("a small durable commit, ms", *spread(list(_times(folder / "commits.db"))), f"{COMMITS} of them")


def _times(path: Path) -> Iterator[float]:
    """Yield the milliseconds that each of many small transactions takes."""
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        connection.execute("PRAGMA journal_mode=PERSIST").fetchone()
        connection.execute("PRAGMA synchronous=EXTRA")
        connection.execute("CREATE TABLE notes (id INTEGER PRIMARY KEY, words TEXT)")
        for _ in range(COMMITS):
            started = time.perf_counter()
            connection.execute("INSERT INTO notes (words) VALUES (?)", ("word " * 200,))
            yield 1000 * (time.perf_counter() - started)
