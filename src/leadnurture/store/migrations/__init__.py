"""Numbered steps from one schema version to the next; `user_version` says which ran last.

A step is never edited once it has been released: a new one is added. `tests/store` proves that walking all steps gives
the very schema that the tables describe.
"""

import sqlite3
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

from leadnurture.store.backup.copying import copy
from leadnurture.store.backup.names import new_name
from leadnurture.store.errors import NewerDatabaseError
from leadnurture.store.files import translated
from leadnurture.store.migrations import (
    m0001_first,
    m0002_channel_rests,
    m0003_condensed,
    m0004_scoring,
    m0005_dates_taken,
    m0006_finding_leads,
    m0007_privacy,
)

Migration = Callable[[sqlite3.Connection], None]

MIGRATIONS: tuple[Migration, ...] = (
    m0001_first.apply,
    m0002_channel_rests.apply,
    m0003_condensed.apply,
    m0004_scoring.apply,
    m0005_dates_taken.apply,
    m0006_finding_leads.apply,
    m0007_privacy.apply,
)
LATEST = len(MIGRATIONS)


def version_of(connection: sqlite3.Connection) -> int:
    """Return the schema version of the open file; 0 is an empty one."""
    return int(connection.execute("PRAGMA user_version").fetchone()[0])


def migrate(connection: sqlite3.Connection, path: Path, now: datetime, *, backup_first: bool = True) -> int:
    """Bring the open file to the latest schema, a backup first, each step in one transaction; return how many ran.

    Raises NewerDatabaseError if a later program wrote the file, and the errors of `store.backup`.
    """
    found = version_of(connection)
    if found > LATEST:
        raise NewerDatabaseError(path, found, LATEST)
    if backup_first and 0 < found < LATEST:
        copy(connection, path, new_name(path, now, f"before-v{found + 1}-"))
    for number, step in enumerate(MIGRATIONS[found:], start=found + 1):
        with translated(path):
            _run(connection, number, step)
    return LATEST - found


def _run(connection: sqlite3.Connection, number: int, step: Migration) -> None:
    """Run one step and record it, in one transaction."""
    connection.execute("BEGIN IMMEDIATE")
    try:
        if version_of(connection) < number:  # another process may have been quicker
            step(connection)
            connection.execute(f"PRAGMA user_version={number}")
        connection.execute("COMMIT")
    except BaseException:
        if connection.in_transaction:  # on a full disk SQLite has rolled back by itself
            connection.execute("ROLLBACK")
        raise
