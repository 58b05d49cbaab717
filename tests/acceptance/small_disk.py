"""A real disk with little room: a file system in memory, which only root may mount."""

import subprocess
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

PAGE = 4096


class SmallDisk:
    """A mounted file system that can be filled up to the last page, and emptied again."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._filler = folder / "somebody's film"

    def fill(self, leaving: int = 0) -> None:
        """Fill the disk but for so many pages."""
        with self._filler.open("ab", buffering=0) as file:
            for size in (256 * PAGE, 16 * PAGE, PAGE):
                with suppress(OSError):
                    while True:
                        file.write(b"\0" * size)
            file.truncate(max(0, file.tell() - leaving * PAGE))

    def make_room(self) -> None:
        """Delete what fills the disk."""
        self._filler.unlink(missing_ok=True)

    def remount(self, how: str) -> None:
        """Let the disk be written to (`rw`), or not (`ro`)."""
        subprocess.run(["mount", "-o", f"remount,{how}", self.folder], check=True)


@contextmanager
def mounted(folder: Path, megabytes: int) -> Iterator[SmallDisk | None]:
    """Mount a disk of this size; yield None where that is not allowed."""
    folder.mkdir(parents=True, exist_ok=True)
    options = ["-o", f"size={megabytes}m", "tmpfs", folder]
    done = subprocess.run(["mount", "-t", "tmpfs", *options], capture_output=True, check=False)
    if done.returncode != 0:
        yield None
        return
    try:
        yield SmallDisk(folder)
    finally:
        subprocess.run(["umount", "-l", folder], check=True)
