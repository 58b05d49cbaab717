"""Putting a backup in the database's place, so that nothing that went out since goes out again.

The backup is copied and made ready beside the database – checked, migrated, told what the newer database knows – and
then takes its place in one step. Before that moment nothing has changed; after it there is nothing left to do.
"""

import os
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlalchemy import delete

from leadnurture.clock import Clock
from leadnurture.config import Config
from leadnurture.durable import sync_folder
from leadnurture.engine.forgetting.rows import compact
from leadnurture.engine.lock import locked
from leadnurture.engine.restored.known import carry_over
from leadnurture.engine.restored.outcome import Outcome
from leadnurture.engine.restored.unknown import hold_back
from leadnurture.errors import ConflictError, NotFoundError
from leadnurture.locate import DATABASE_NAME, STATE_FOLDER
from leadnurture.store.backup.copying import back_up, copy
from leadnurture.store.backup.errors import BackupFailedError, DamagedDatabaseError
from leadnurture.store.backup.names import new_name
from leadnurture.store.database import Database, open_database
from leadnurture.store.errors import (
    DatabaseUnwritableError,
    NewerDatabaseError,
    NoDatabaseError,
    NotADatabaseError,
)
from leadnurture.store.files import connect, connect_read_only, translated
from leadnurture.store.migrations import LATEST, version_of
from leadnurture.store.tables.channel_rest import ChannelRest
from leadnurture.studio import Studio

_UNUSABLE = (NoDatabaseError, NotADatabaseError, NewerDatabaseError, DamagedDatabaseError, DatabaseUnwritableError)


@dataclass(frozen=True)
class Restored:
    """What was put back, where the database before it is kept (None if there was none), and what came of the messages.

    `known`: the replaced database could be read, so that nothing had to be guessed.
    """

    file: Path
    kept: Path | None
    known: bool
    outcome: Outcome

    def as_json(self) -> dict[str, Any]:
        """Return the documented keys."""
        names = ("sent", "parked", "walks_added", "walks_paused", "leads_stopped", "leads_added", "leads_forgotten")
        kept = str(self.kept) if self.kept else None
        return {"file": str(self.file), "kept": kept, "known": self.known} | {
            name: self.outcome[name] for name in names
        }


def restore(root: Path, config: Config, clock: Clock, file: Path) -> Restored:
    """Put a backup in the place of the studio's database, which is kept.

    Raises the errors of `store.errors`, `store.backup` and the lock; nothing has changed then.
    """
    database, state = root / DATABASE_NAME, root / STATE_FOLDER
    _require_another(file, database)
    with locked(state, _now(config, clock), "leadnurture restore"), _draft(state / "restoring.db") as draft:
        _copy_of_backup(file, draft)
        with _present(database, clock) as newer:
            kept = _keep(database, clock, readable=newer is not None)
            outcome = _made_ready(root, config, clock, draft, newer)
            if outcome["leads_forgotten"]:
                compact(draft)
            _put_in_place(draft, database)
    return Restored(file, kept, newer is not None, outcome)


def _now(config: Config, clock: Clock) -> datetime:
    return clock.now().astimezone(config.studio.zone)


def _require_another(file: Path, database: Path) -> None:
    if not file.exists():
        raise NotFoundError(f"there is no backup at {file}", hint=f"the studio's own are in {database.parent}/backups")
    if database.exists() and file.samefile(database):
        raise ConflictError(f"{file} is the studio's database itself", hint="name a backup")


@contextmanager
def _draft(path: Path) -> Iterator[Path]:
    """Yield the place where the backup is made ready; nothing is left there afterwards."""
    _clear(path)
    try:
        yield path
    finally:
        _clear(path)


def _clear(path: Path) -> None:
    for left in (path, _journal(path)):
        left.unlink(missing_ok=True)


def _journal(path: Path) -> Path:
    return path.with_name(f"{path.name}-journal")


def _copy_of_backup(file: Path, draft: Path) -> None:
    with closing(connect_read_only(file)) as source:
        found = version_of(source)
        if found > LATEST:
            raise NewerDatabaseError(file, found, LATEST)
        if found == 0:
            raise NotADatabaseError(file, "it is empty")
        copy(source, file, draft)


@contextmanager
def _present(path: Path, clock: Clock) -> Iterator[Database | None]:
    """Yield the database that is to be replaced, locked so that nobody writes to it; None if it cannot be relied on."""
    try:
        database = open_database(path, clock.now())
        guard = connect(path)
    except _UNUSABLE:
        yield None
        return
    try:
        with translated(path):
            guard.execute("BEGIN IMMEDIATE")
        yield database if _is_whole(guard) else None
    finally:
        guard.close()
        database.close()


def _is_whole(connection: sqlite3.Connection) -> bool:
    try:
        return bool(connection.execute("PRAGMA integrity_check(1)").fetchone()[0] == "ok")
    except sqlite3.DatabaseError:
        return False


def _keep(database: Path, clock: Clock, *, readable: bool) -> Path | None:
    """Keep the present database: as a backup, or byte by byte with its journal if it is damaged."""
    if not database.exists():
        return None
    if readable:
        target = new_name(database, clock.now(), "before-restore-")
        back_up(database, target)
        return target
    target = new_name(database, clock.now(), "before-restore-", "damaged")
    try:
        for source, kept in ((database, target), (_journal(database), _journal(target))):
            with suppress(FileNotFoundError):
                shutil.copyfile(source, kept)
                kept.chmod(0o600)
    except OSError as error:
        raise BackupFailedError(target, error.strerror or str(error)) from error
    return target


def _made_ready(root: Path, config: Config, clock: Clock, draft: Path, newer: Database | None) -> Outcome:
    """Migrate the backup, and write into it what is known about messages since it was made.

    Its channels' rests are not kept: what was wrong with a server then says nothing about now.
    """
    with (
        closing(open_database(draft, clock.now(), backup_first=False)) as database,
        (studio := Studio(root, config, clock, database)).change(enrolling=newer is not None) as change,
    ):
        change.session.execute(delete(ChannelRest))
        if newer is None:
            return hold_back(change, studio.engine)
        with newer.read() as session:
            return carry_over(change, studio.engine, session)


def _put_in_place(draft: Path, database: Path) -> None:
    """Let the draft be the database; the old one's journal must not be taken for its own."""
    with draft.open("rb+") as file:
        os.fsync(file.fileno())
    try:
        _journal(database).unlink(missing_ok=True)
        draft.replace(database)
        sync_folder(database.parent)
    except OSError as error:
        raise DatabaseUnwritableError(database, error.strerror or str(error)) from error
