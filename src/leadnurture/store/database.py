"""The open database: short transactions for reading and writing, as SQLModel sessions."""

import json
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.pool import StaticPool
from sqlmodel import Session

from leadnurture.errors import LeadnurtureError
from leadnurture.store.errors import NotADatabaseError
from leadnurture.store.files import connect, connect_to_copy, create_file, told
from leadnurture.store.migrations import migrate


class Database:
    """One studio's file. A write transaction takes SQLite's write lock at its start, so it can never fail half way."""

    def __init__(self, path: Path, engine: Engine) -> None:
        self.path = path
        self._engine = engine
        self._file = _identity(path)

    @property
    def is_replaced(self) -> bool:
        """Whether another file lies in its place now: a backup was restored."""
        return _identity(self.path) != self._file

    @contextmanager
    def write(self) -> Iterator[Session]:
        """Yield a session inside BEGIN IMMEDIATE; commit at the end, roll back on any exception."""
        with self._translated(), Session(self._engine, expire_on_commit=False) as session:
            session.connection(execution_options={"leadnurture_begin": "BEGIN IMMEDIATE"})
            yield session
            session.commit()

    @contextmanager
    def read(self) -> Iterator[Session]:
        """Yield a session that sees one consistent state and writes nothing."""
        with self._translated(), Session(self._engine, expire_on_commit=False, autoflush=False) as session:
            yield session

    @contextmanager
    def many_writes(self) -> Iterator[None]:
        """Make a row of write transactions quicker: the rollback journal's file stays from one to the next.

        Each is as safe as any other (SQLite's PERSIST: zeros for a header end a transaction as surely as a deleted
        file does), and costs half the time on most disks. The journal is gone again at the end.
        """
        self._set_journal_mode("PERSIST")
        try:
            yield
        finally:
            self._set_journal_mode("DELETE")

    def _set_journal_mode(self, mode: str) -> None:
        with self._translated(), self._engine.connect() as connection:
            connection.exec_driver_sql(f"PRAGMA journal_mode={mode}")

    def close(self) -> None:
        """Close the file."""
        self._engine.dispose()

    @contextmanager
    def _translated(self) -> Iterator[None]:
        try:
            yield
        except SQLAlchemyError as error:
            told_error = _told(self.path, error)
            if told_error is None:
                raise
            raise told_error from error


def _identity(path: Path) -> tuple[int, int] | None:
    """Return what tells one file from another under the same name; None if there is none."""
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_dev, found.st_ino


def _told(path: Path, error: BaseException | None) -> Exception | None:
    """Return the error for people behind a failure, or None if it is a fault of ours.

    When the disk is full SQLite undoes the whole transaction by itself, and what is complained of last is a savepoint
    that is gone: the reason stands further up the chain.
    """
    while error is not None:
        original = getattr(error, "orig", error)
        if isinstance(original, sqlite3.OperationalError) and isinstance(
            meant := told(path, original), LeadnurtureError
        ):
            return meant
        if type(original) is sqlite3.DatabaseError:
            return NotADatabaseError(path, str(original))
        error = error.__context__
    return None


def _engine(connected: Callable[[], sqlite3.Connection], **pool: Any) -> Engine:
    engine = create_engine(
        "sqlite://",
        creator=connected,
        **pool,
        hide_parameters=True,  # couples' letters do not belong in an error that a log keeps
        json_serializer=partial(json.dumps, ensure_ascii=False),  # so that a search in SQL sees words, not \u escapes
    )

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        # The driver is in autocommit mode: transactions start where we say, as we say.
        connection.exec_driver_sql(connection.get_execution_options().get("leadnurture_begin", "BEGIN"))

    return engine


def create_database(path: Path, now: datetime) -> None:
    """Create the studio's database with the latest schema; raises FileExistsError if something is there."""
    connection = create_file(path)
    try:
        migrate(connection, path, now)
    except BaseException:
        connection.close()
        path.unlink(missing_ok=True)
        raise
    connection.close()


def open_database(path: Path, now: datetime, *, backup_first: bool = True) -> Database:
    """Open the studio's database, migrated to the latest schema, with a backup before that unless it is one itself.

    Raises the errors of `store.errors` and `store.backup`.
    """
    connection = connect(path)
    try:
        migrate(connection, path, now, backup_first=backup_first)
    finally:
        connection.close()
    return Database(path, _engine(lambda: connect(path), pool_size=2))


def copy_in_memory(path: Path) -> Database:
    """Open a copy of a database that lives in memory alone: nothing that is done to it reaches the file.

    It has one connection, so a transaction must end before the next begins. Raises the errors of `store.errors`.
    """
    connection = connect_to_copy(path)
    return Database(path, _engine(lambda: connection, poolclass=StaticPool))
