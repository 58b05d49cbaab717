"""Attachments as they are found: by their content, and by what tells without reading them that it is the same still.

Must stay free of heavy imports: an idle `run --once` asks it.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import file_digest
from pathlib import Path
from typing import Any

from leadnurture.sequences.plain_files import LARGEST_ATTACHMENT, plain_file


@dataclass(frozen=True)
class Attached:
    """An attachment: the SHA-256 of its content, its size in bytes, and when it was changed (nanoseconds, as stat)."""

    sha256: str
    size: int
    modified: int


def attached(path: Path, known: Attached | None = None) -> Attached:
    """Return a file as an attachment; it is not read if size and time are those of `known`.

    Raises OSError, or ValueError for what is no file or too large.
    """
    found = plain_file(path, LARGEST_ATTACHMENT)
    if known is not None and (found.st_size, found.st_mtime_ns) == (known.size, known.modified):
        return known
    with path.open("rb") as file:
        return Attached(file_digest(file, "sha256").hexdigest(), found.st_size, found.st_mtime_ns)


def is_still(path: Path, known: Attached) -> bool:
    """Tell whether a file has the content that it had; it is read only if its time differs and its size does not."""
    try:
        return plain_file(path).st_size == known.size and attached(path, known).sha256 == known.sha256
    except (OSError, ValueError):
        return False


def recorded(given: Mapping[str, Mapping[str, Any]]) -> dict[str, Attached]:
    """Return the attachments of a version by name, from how the database holds them."""
    return {name: Attached(**found) for name, found in given.items()}


def contents(files: Mapping[str, Attached]) -> dict[str, str]:
    """Return the SHA-256 of each attachment by its name."""
    return {name: file.sha256 for name, file in files.items()}
