"""The backup of the day: made by the first tick of each of the studio's days; the older ones are thinned out."""

from contextlib import suppress
from datetime import datetime, tzinfo
from pathlib import Path

from leadnurture.store.backup.copying import back_up
from leadnurture.store.backup.errors import BackupFailedError
from leadnurture.store.backup.keeping import to_keep
from leadnurture.store.backup.names import DAILY, Backup, backups_of, new_name, unfinished_of


def back_up_daily(database: Path, now: datetime, zone: tzinfo | None) -> Path | None:
    """Make the day's backup unless it is there; return its path if it was made now. `zone` None is the system's.

    Raises the errors of `store.errors` and of this package; the older backups are then as they were.
    """
    try:
        today = now.astimezone(zone).date()
        if any(one.is_daily and one.at.astimezone(zone).date() == today for one in backups_of(database)):
            return None
        target = new_name(database, now, DAILY)
        back_up(database, target)
        _thin_out(database, now, zone)
    except OSError as error:
        where = Path(error.filename) if isinstance(error.filename, str) else database.parent
        raise BackupFailedError(where, error.strerror or str(error)) from error
    return target


def _thin_out(database: Path, now: datetime, zone: tzinfo | None) -> None:
    """Delete the daily backups that are not kept, and what is left of those that were broken off before today."""
    daily = [one for one in backups_of(database) if one.is_daily]
    kept = to_keep(one.at.astimezone(zone) for one in daily)
    _delete([one for one in daily if one.at not in kept])
    today = now.astimezone(zone).date()
    _delete([one for one in unfinished_of(database) if one.at.astimezone(zone).date() < today])


def _delete(backups: list[Backup]) -> None:
    for backup in backups:
        with suppress(FileNotFoundError):  # another run was quicker
            backup.path.unlink()
