"""What runs have done, in one file per day that its owner alone may read. Standard library only.

Each line is appended in one piece, so that several processes may write at once. A log that cannot be written is said
once and stops nothing.
"""

import os
from collections.abc import Callable
from contextlib import suppress
from datetime import date, datetime, tzinfo
from pathlib import Path

from leadnurture.retention import first_day

FOLDER = "log"
Say = Callable[[str], None]


class LogFile:
    """The studio's log; days and times are those of `zone` (None: the computer's)."""

    def __init__(self, state: Path, zone: tzinfo | None, say: Say) -> None:
        self.folder = state / FOLDER
        self._zone, self._say = zone, say
        self._complained = False

    def write(self, at: datetime, text: str, more: str = "") -> bool:
        """Append a line, and below it `more`, moved in; return whether it could be written."""
        moment = at.astimezone(self._zone)
        below = "".join(f"    {row}\n" for row in more.splitlines())
        entry = f"{moment.isoformat(timespec='seconds')} [{os.getpid()}] {_one_line(text)}\n{below}"
        try:
            self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            _append(self._of(moment.date()), entry.encode("utf-8", "backslashreplace"))
        except OSError as error:
            if not self._complained:
                self._say(f"the log in {self.folder} cannot be written: {error.strerror}; the work goes on without it")
            self._complained = True
            return False
        return True

    def sweep(self, now: datetime, days: int) -> None:
        """Delete the files of more than so many days ago; nothing else in the folder is touched."""
        oldest = first_day(now, self._zone, days)
        with suppress(OSError):
            for path in self.folder.glob("*.log"):
                if (day := _day(path)) is not None and day < oldest:
                    path.unlink(missing_ok=True)

    def _of(self, day: date) -> Path:
        return self.folder / f"{day.isoformat()}.log"


def _append(path: Path, entry: bytes) -> None:
    descriptor = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
    try:
        os.write(descriptor, entry)
    finally:
        os.close(descriptor)


def _one_line(text: str) -> str:
    """Return text without line ends and other control characters: servers' words are in it."""
    return "".join(sign if sign.isprintable() else " " for sign in text)


def _day(path: Path) -> date | None:
    try:
        return date.fromisoformat(path.stem)
    except ValueError:
        return None
