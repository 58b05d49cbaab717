"""Is the database whole, are the files those of their owner alone, is there room, and is there a backup?"""

import os
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from datetime import timedelta
from pathlib import Path

from leadnurture.doctor.check import AmissError, Patient
from leadnurture.locate import STATE_FOLDER
from leadnurture.store.backup.copying import damage
from leadnurture.store.backup.names import FOLDER, backups_of
from leadnurture.store.files import connect, translated

_OLDEST_SQLITE = (3, 35, 0)
_BACKUP_AGE = timedelta(days=2)
_LEAST_ROOM = 100_000_000  # bytes
_FOREIGN = "nobody but you may read what couples wrote"


def sqlite_version(_: Patient) -> str:
    """Is SQLite recent enough?"""
    if sqlite3.sqlite_version_info < _OLDEST_SQLITE:
        raise AmissError(f"SQLite {sqlite3.sqlite_version} is old", hint="use a newer Python, which brings its own")
    return f"SQLite {sqlite3.sqlite_version}"


def integrity(patient: Patient) -> str:
    """Do the pages of the database fit together?"""
    with closing(connect(patient.database)) as connection:
        if (why := damage(connection)) is not None:
            raise AmissError(
                f"{patient.database} is damaged: {why}", hint="leadnurture restore FILE puts a backup back"
            )
    return "the database is whole"


def foreign_keys(patient: Patient) -> str:
    """Does every row belong to one that is there?"""
    with closing(connect(patient.database)) as connection, translated(patient.database):
        orphans = connection.execute("PRAGMA foreign_key_check").fetchall()
    if orphans:
        tables = ", ".join(sorted({str(row[0]) for row in orphans}))
        hint = "another program has written to it; leadnurture restore FILE puts a backup back"
        raise AmissError(f"{len(orphans)} rows belong to nothing (in {tables})", hint=hint)
    return "every row belongs to one that is there"


def permissions(patient: Patient) -> str:
    """May others read the database or its backups, and may we write?"""
    for folder in (patient.root, patient.root / STATE_FOLDER, patient.root / FOLDER):
        if folder.exists() and not os.access(folder, os.W_OK | os.X_OK):
            raise AmissError(f"{folder} cannot be written to", hint=f"chmod u+rwx {folder}")
    for path in _private(patient):
        if os.name != "nt" and path.stat().st_mode & 0o077:
            raise AmissError(f"{path} may be read by others, and {_FOREIGN}", hint=f"chmod 600 {path}")
    return "database and backups are yours alone"


def _private(patient: Patient) -> Iterator[Path]:
    if patient.database.exists():
        yield patient.database
    yield from (backup.path for backup in backups_of(patient.database))


def room(patient: Patient) -> str:
    """Is there room on the disk for the database to grow, and for a backup?"""
    free = shutil.disk_usage(patient.root).free
    size = patient.database.stat().st_size if patient.database.exists() else 0
    if free < max(_LEAST_ROOM, 3 * size):
        raise AmissError(f"{free / 1e6:,.0f} MB are free on the disk", hint="free some space: a backup needs it")
    return f"{free / 1e9:,.1f} GB are free"


def last_backup(patient: Patient) -> str:
    """Is there a backup of these days?"""
    found = backups_of(patient.database)
    if found and patient.now - found[0].at <= _BACKUP_AGE:
        return f"the last backup is {found[0].path.name}"
    if not found and _is_new(patient):
        return "none yet: the first run makes one"
    told = f"the last backup is of {found[0].at:%d %b %Y}" if found else "there is no backup"
    raise AmissError(told, hint="leadnurture backup makes one; leadnurture run makes one a day")


def _is_new(patient: Patient) -> bool:
    """Tell whether the studio has nothing to lose yet."""
    with closing(connect(patient.database)) as connection, translated(patient.database):
        return connection.execute("SELECT 1 FROM leads LIMIT 1").fetchone() is None
