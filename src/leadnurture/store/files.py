"""Opening the database file with SQLite set for safety (see docs/architecture.md, Promises)."""

import os
import sqlite3
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from leadnurture.store.errors import (
    DatabaseBusyError,
    DatabaseUnwritableError,
    NoDatabaseError,
    NotADatabaseError,
)

APPLICATION_ID = 0x4C4E7572  # "LNur"
BUSY_TIMEOUT_MS = 10_000


def connect(path: Path) -> sqlite3.Connection:
    """Open an existing database file in autocommit mode, set for safety; raises the errors of `store.errors`."""
    if not path.exists():
        raise NoDatabaseError(path)
    if path.is_dir():
        raise NotADatabaseError(path, "it is a folder")
    with translated(path):
        connection = sqlite3.connect(
            f"{path.absolute().as_uri()}?mode=rw", uri=True, isolation_level=None, check_same_thread=False
        )
        try:
            make_safe(connection)
            connection.create_function("lower", 1, _lower, deterministic=True)
            _require_ours(connection, path)
        except BaseException:
            connection.close()
            raise
    return connection


def connect_read_only(path: Path) -> sqlite3.Connection:
    """Open a database file of ours that is only read, such as a backup; raises the errors of `store.errors`."""
    if path.is_dir():
        raise NotADatabaseError(path, "it is a folder")
    with translated(path):
        connection = sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True, isolation_level=None)
        try:
            _require_ours(connection, path)
        except BaseException:
            connection.close()
            raise
    return connection


def connect_to_copy(path: Path) -> sqlite3.Connection:
    """Copy an existing database file into memory and open the copy; raises the errors of `store.errors`."""
    with closing(connect(path)) as source, translated(path):
        copy = sqlite3.connect(":memory:", isolation_level=None, check_same_thread=False)
        source.backup(copy)
    copy.execute("PRAGMA foreign_keys=ON")
    copy.create_function("lower", 1, _lower, deterministic=True)
    return copy


def make_safe(connection: sqlite3.Connection) -> None:
    """Set the PRAGMAs that every connection needs: a rollback journal that survives power loss, and foreign keys."""
    connection.execute(f"PRAGMA busy_timeout={BUSY_TIMEOUT_MS}")
    connection.execute("PRAGMA journal_mode=DELETE").fetchone()
    connection.execute("PRAGMA synchronous=EXTRA")
    connection.execute("PRAGMA foreign_keys=ON")
    connection.execute("PRAGMA cache_size=-65536")  # KiB at most: a big change writes no page before its commit
    connection.execute("PRAGMA secure_delete=ON")  # what is deleted, such as a couple that is forgotten, becomes zeros
    if sys.platform == "darwin":
        connection.execute("PRAGMA fullfsync=ON")


def _lower(text: str | None) -> str | None:
    """SQLite's own `lower` knows A to Z alone: a search for Élise would not find her."""
    return None if text is None else str(text).lower()


def create_file(path: Path) -> sqlite3.Connection:
    """Create an empty database file that only its owner may read, stamped as ours; raises FileExistsError."""
    with translated(path):
        os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o600))
        connection = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
        try:
            make_safe(connection)
            connection.execute(f"PRAGMA application_id={APPLICATION_ID}")
        except BaseException:
            connection.close()
            raise
    return connection


def _require_ours(connection: sqlite3.Connection, path: Path) -> None:
    found = connection.execute("PRAGMA application_id").fetchone()[0]
    if found != APPLICATION_ID:
        raise NotADatabaseError(path, "another program wrote it" if found else "it was not made by `leadnurture init`")


@contextmanager
def translated(path: Path) -> Iterator[None]:
    """Turn SQLite's and the system's complaints about the file into errors for people."""
    try:
        yield
    except sqlite3.OperationalError as error:
        raise told(path, error) from error
    except sqlite3.DatabaseError as error:
        if isinstance(error, sqlite3.IntegrityError):
            raise
        raise NotADatabaseError(path, str(error)) from error
    except FileExistsError:
        raise
    except OSError as error:
        raise DatabaseUnwritableError(path, error.strerror or str(error)) from error


def told(path: Path, error: sqlite3.OperationalError) -> Exception:
    """Return the error for people that stands for one of SQLite's, or that one if it is a fault of ours."""
    text = str(error)
    if "locked" in text or "busy" in text:
        return DatabaseBusyError(path)
    if any(word in text for word in ("full", "readonly", "read-only", "I/O error", "unable to open")):
        return DatabaseUnwritableError(path, text)
    return error
