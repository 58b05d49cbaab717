"""What can go wrong with a backup, each in words that say what to do next."""

from pathlib import Path

from leadnurture.errors import ConfigurationError, ConflictError


class BackupExistsError(ConflictError):
    """There is a file already; a backup never overwrites one."""

    def __init__(self, target: Path) -> None:
        what = "is a folder" if target.is_dir() else "is there already, and a backup overwrites nothing"
        super().__init__(f"{target} {what}", hint="name a new file")


class BackupFailedError(ConfigurationError):
    """The copy could not be written; nothing of it is left."""

    def __init__(self, target: Path, why: str) -> None:
        hint = "free some space and run it again" if "full" in why or "space" in why else None
        super().__init__(f"no backup was made: {target}: {why}", hint=hint or "check the folder and its permissions")


class DamagedDatabaseError(ConfigurationError):
    """A database whose pages do not fit together any more."""

    def __init__(self, path: Path, why: str) -> None:
        super().__init__(
            f"{path} is damaged: {why}",
            hint="keep the backups you have; leadnurture restore FILE puts one in its place",
        )
