"""Where backups lie and what they are called; their names say when they were made, in UTC."""

import re
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from leadnurture.store.backup.copying import UNFINISHED
from leadnurture.store.backup.errors import BackupFailedError

FOLDER = "backups"
_STAMP = "%Y%m%d-%H%M%S"
DAILY = "daily-"
_OURS = re.compile(
    rf"\.?leadnurture-(?P<kind>[a-z0-9-]*?-)?(?P<at>\d{{8}}-\d{{6}})(-\d+)?\.db({re.escape(UNFINISHED)})?"
)


@dataclass(frozen=True)
class Backup:
    """A backup that lies in the studio's folder, and when it was made (UTC)."""

    path: Path
    at: datetime
    is_daily: bool


def folder_of(database: Path) -> Path:
    """Return the folder for the backups of a studio's database, made if it is missing; raises BackupFailedError."""
    folder = database.parent / FOLDER
    try:
        folder.mkdir(mode=0o700, exist_ok=True)
    except OSError as error:
        raise BackupFailedError(folder, error.strerror or str(error)) from None
    return folder


def new_name(database: Path, now: datetime, kind: str = "", ending: str = "db") -> Path:
    """Return a free name in the backups' folder; `kind` says why it is made, such as `daily-`."""
    name = f"leadnurture-{kind}{now.astimezone(UTC):{_STAMP}}"
    folder = folder_of(database)
    path, number = folder / f"{name}.{ending}", 2
    while path.exists():
        path, number = folder / f"{name}-{number}.{ending}", number + 1
    return path


def backups_of(database: Path) -> list[Backup]:
    """Return the whole backups in the studio's folder, the newest first; raises OSError."""
    found = (_read(path) for path in _entries(database) if not path.name.startswith("."))
    return sorted((one for one in found if one is not None), key=lambda one: one.at, reverse=True)


def unfinished_of(database: Path) -> list[Backup]:
    """Return what is left of daily backups that were broken off: half a copy, or an empty file. Raises OSError."""
    entries = [path for path in _entries(database) if path.name.startswith(".") or path.stat().st_size == 0]
    return [one for one in map(_named, entries) if one is not None and one.is_daily]


def _entries(database: Path) -> Iterator[Path]:
    with suppress(FileNotFoundError):
        yield from (path for path in (database.parent / FOLDER).iterdir() if path.is_file() and not path.is_symlink())


def _read(path: Path) -> Backup | None:
    return _named(path) if path.stat().st_size else None


def _named(path: Path) -> Backup | None:
    found = _OURS.fullmatch(path.name)
    if found is None:
        return None
    try:
        at = datetime.strptime(found["at"], _STAMP).replace(tzinfo=UTC)
    except ValueError:
        return None
    return Backup(path, at, found["kind"] == DAILY)
