"""Making what was written to a disk survive a power cut."""

import os
from pathlib import Path


def sync_folder(folder: Path) -> None:
    """Make a new name in a folder durable; raises OSError."""
    if os.name == "nt":  # Windows opens no folders
        return
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def replace_file(path: Path, text: str) -> None:
    """Put a small file, readable by its owner alone, in the place of another in one step; raises OSError.

    It is not synced: a power cut may take the new one, never half of one. Processes do not get in one another's way.
    """
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="utf-8") as file:
            file.write(text)
        draft.replace(path)
    except BaseException:
        draft.unlink(missing_ok=True)
        raise
