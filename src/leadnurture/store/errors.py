"""What can go wrong with the database file, each in words that say what to do next."""

from pathlib import Path

from leadnurture.at_work import other_at_work
from leadnurture.errors import BusyError, ConfigurationError
from leadnurture.locate import STATE_FOLDER


class NoDatabaseError(ConfigurationError):
    """The studio has no database file."""

    def __init__(self, path: Path) -> None:
        super().__init__(
            f"there is no database at {path}", hint="`leadnurture init` makes one; a backup may hold yours"
        )


class NotADatabaseError(ConfigurationError):
    """The file is something else, or damaged."""

    def __init__(self, path: Path, why: str) -> None:
        super().__init__(
            f"{path} is not a leadnurture database: {why}", hint="move it away, or put a backup in its place"
        )


class NewerDatabaseError(ConfigurationError):
    """The file was written by a later program; opening it could harm it."""

    def __init__(self, path: Path, found: int, known: int) -> None:
        super().__init__(
            f"{path} has schema version {found}; this leadnurture knows up to {known}",
            hint="upgrade leadnurture: a newer one has used this studio",
        )


class DatabaseBusyError(BusyError):
    """Another process held the database longer than we wait; says who, where a command has left word."""

    def __init__(self, path: Path) -> None:
        holder = other_at_work(path.parent / STATE_FOLDER)
        told = holder or "another command or program has it, such as a database viewer"
        super().__init__(f"{path} is in use: {told}", hint="try again when it has ended")


class DatabaseUnwritableError(ConfigurationError):
    """The file cannot be read or written: permissions, a read-only folder, a full disk."""

    def __init__(self, path: Path, why: str) -> None:
        hint = "free some space and run it again" if "full" in why else "check the folder's permissions and free space"
        super().__init__(f"{path} cannot be used: {why}; nothing was changed", hint=hint)
