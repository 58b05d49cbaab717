"""The files in which timers and agents are written down."""

from contextlib import suppress
from pathlib import Path

from leadnurture.durable import replace_file
from leadnurture.errors import ConfigurationError


class UnwritableEntryError(ConfigurationError):
    """A file of an entry cannot be read or written."""


def read(place: Path) -> str | None:
    """Return a file's text; None if there is no such file. Raises UnwritableEntryError."""
    try:
        return place.read_text(encoding="utf-8", errors="replace")
    except FileNotFoundError:
        return None
    except OSError as error:
        raise UnwritableEntryError(f"{place} cannot be read: {error.strerror}", hint="check its permissions") from None


def write(place: Path, text: str) -> None:
    """Write a file whole, readable by its owner alone: its settings tell of servers. Raises UnwritableEntryError."""
    try:
        place.parent.mkdir(parents=True, exist_ok=True)
        replace_file(place, text)
    except OSError as error:
        raise UnwritableEntryError(
            f"{place} cannot be written: {error.strerror}", hint="check the folder's permissions, or try another --kind"
        ) from None


def delete(place: Path) -> None:
    """Delete a file that may be there; raises UnwritableEntryError."""
    try:
        with suppress(FileNotFoundError):
            place.unlink()
    except OSError as error:
        raise UnwritableEntryError(f"{place} cannot be deleted: {error.strerror}", hint="delete it yourself") from None
