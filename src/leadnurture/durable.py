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
