"""One copy of a database, whole or not at all: by SQLite's backup API, checked before it counts.

The copy grows under another name beside its place, which is taken first. So a file under a backup's name is a whole
one, or empty where the power went: no folder needs to know hard links, and nobody's file is replaced.
"""

import os
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

from leadnurture.durable import sync_folder
from leadnurture.store.backup.errors import BackupExistsError, BackupFailedError, DamagedDatabaseError
from leadnurture.store.files import BUSY_TIMEOUT_MS, connect, translated

PIECE = 2048  # pages, mostly of 4 KiB, between two calls of `on_piece`
UNFINISHED = ".part"

OnPiece = Callable[[int, int], None]  # pages copied, pages in all


def no_progress(done: int, total: int) -> None:
    """Take no notice."""


def back_up(path: Path, target: Path, on_piece: OnPiece = no_progress) -> None:
    """Copy a studio's database to a new file that only its owner may read; a run may be at work meanwhile.

    Raises the errors of `store.errors` and of this package.
    """
    with closing(connect(path)) as source:
        copy(source, path, target, on_piece)


def copy(source: sqlite3.Connection, path: Path, target: Path, on_piece: OnPiece = no_progress) -> None:
    """Copy the open database of `path` to a new file; raises the errors of `store.errors` and of this package."""
    unfinished = target.with_name(f".{target.name}{UNFINISHED}")
    try:
        _take_name(target)
        try:
            _write(source, path, unfinished, on_piece)
            unfinished.replace(target)
        except BaseException:
            target.unlink(missing_ok=True)
            unfinished.unlink(missing_ok=True)
            raise
        sync_folder(target.parent)
    except FileExistsError:
        raise BackupExistsError(target) from None
    except OSError as error:
        raise BackupFailedError(target, error.strerror or str(error)) from error


def _take_name(path: Path) -> None:
    os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))


def _write(source: sqlite3.Connection, path: Path, unfinished: Path, on_piece: OnPiece) -> None:
    _take_name(unfinished)
    try:
        with closing(sqlite3.connect(unfinished, isolation_level=None)) as target:
            target.execute("PRAGMA journal_mode=OFF")  # whatever fails, the file goes
            target.execute("PRAGMA synchronous=OFF")  # it is made durable once, at the end
            _copy_pages(source, path, target, on_piece)
            if (why := damage(target)) is not None:
                raise DamagedDatabaseError(path, why)
    except sqlite3.Error as error:
        raise BackupFailedError(unfinished, str(error)) from error
    with unfinished.open("rb+") as file:
        os.fsync(file.fileno())


def _copy_pages(source: sqlite3.Connection, path: Path, target: sqlite3.Connection, on_piece: OnPiece) -> None:
    """Copy inside one read transaction: who writes meanwhile waits, and the copy need not begin anew."""
    with translated(path):
        source.execute(f"PRAGMA busy_timeout={BUSY_TIMEOUT_MS}")
        source.execute("BEGIN")
        try:
            source.execute("SELECT count(*) FROM sqlite_master").fetchone()
        except BaseException:
            source.execute("ROLLBACK")
            raise
    try:
        source.backup(target, pages=PIECE, progress=lambda _, left, total: on_piece(total - left, total))
    except sqlite3.DatabaseError as error:
        if "malformed" in str(error) or "not a database" in str(error):
            raise DamagedDatabaseError(path, str(error)) from error
        raise
    finally:
        source.execute("ROLLBACK")


def damage(connection: sqlite3.Connection) -> str | None:
    """Return the first thing that SQLite's integrity check complains of; None if all is well."""
    try:
        found = str(connection.execute("PRAGMA integrity_check(1)").fetchone()[0])
    except sqlite3.DatabaseError as error:
        return str(error)
    return None if found == "ok" else " ".join(found.split())
