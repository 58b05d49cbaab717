"""Files that letters are made of, read only if they are plain ones: a pipe would be waited for without an end.

Must stay free of heavy imports: an idle `run --once` looks at these files, too.
"""

import os
import stat
from pathlib import Path

LARGEST_ATTACHMENT = 20_000_000  # bytes; most servers take 25 MB after base64


def inside(folder: Path, name: str) -> Path:
    """Return the path of a name in a folder, links followed; raises ValueError if it lies outside."""
    try:
        path = (folder / name).resolve()
    except RuntimeError:  # what Python before 3.13 makes of a link that leads to itself
        raise ValueError("it is a link that leads to itself") from None
    if not path.is_relative_to(folder.resolve()):
        raise ValueError("it lies outside the studio's templates folder")
    return path


def plain_file(path: Path, largest: int | None = None) -> os.stat_result:
    """Return what the system knows of a file; raises OSError, or ValueError for what is no file or beyond `largest`."""
    found = path.stat()
    if stat.S_ISDIR(found.st_mode):
        raise ValueError("it is a folder, not a file")
    if not stat.S_ISREG(found.st_mode):
        raise ValueError("it is a pipe, a socket or a device, not a file")
    if largest is not None and found.st_size > largest:
        raise ValueError(f"it has {found.st_size:,} bytes, more than {largest:,}")
    return found


def why_unreadable(error: Exception) -> str:
    """Return what an OSError or ValueError of reading a file says to people."""
    if isinstance(error, FileNotFoundError):
        return "there is no such file"
    return (error.strerror if isinstance(error, OSError) else None) or str(error)
