"""Who is at work in a studio: a lock that dies with its process, and beside it a note that says whose it is.

The note alone proves nothing: a killed process leaves it behind, and its number is given to another one day.
"""

import json
import os
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

TICK, DAEMON, WRITING = "run", "daemon", "writing"  # what there is a lock for, and the names of the files


@dataclass(frozen=True)
class AtWork:
    """A process, the command that it does, and since when, in the studio's zone."""

    pid: int
    what: str
    since: datetime

    def __str__(self) -> str:
        return f"{self.what} (process {self.pid}) has been working since {told(self.since)}"


def told(at: datetime) -> str:
    """Return an instant for people, as its own zone shows it: `Mon 4 Jan 2027 10:00 GMT`."""
    return f"{at:%a} {at.day} {at:%b %Y %H:%M %Z}"


def lock_of(state: Path, name: str) -> Path:
    """Return the file that is locked."""
    return state / f"{name}.lock"


def write_note(state: Path, name: str, since: datetime, what: str) -> None:
    """Say who has taken a lock. It is a courtesy: where it cannot be written the work goes on without."""
    with suppress(OSError):
        zone = getattr(since.tzinfo, "key", None)  # an offset alone has no name for people
        note = {"pid": os.getpid(), "since": since.isoformat(), "zone": zone, "what": what}
        _note(state, name).write_text(json.dumps(note), encoding="utf-8")


def remove_note(state: Path, name: str) -> None:
    """Take the note away when the work is done."""
    with suppress(OSError):
        _note(state, name).unlink(missing_ok=True)


def noted(state: Path, name: str) -> AtWork | None:
    """Return who the note speaks of, whether or not they are still there; None without one that can be read."""
    try:
        note = json.loads(_note(state, name).read_text(encoding="utf-8"))
        since = datetime.fromisoformat(note["since"])
        zone = ZoneInfo(note["zone"]) if note.get("zone") else since.tzinfo
        return AtWork(int(note["pid"]), str(note["what"]), since.astimezone(zone))
    except Exception:  # noqa: BLE001 - it is a courtesy: whatever has become of the file, it keeps nobody from work
        return None


def at_work(state: Path, name: str) -> AtWork | None:
    """Return who holds the lock; None if nobody does, or nobody knows who."""
    holder = noted(state, name)
    return holder if holder is not None and is_locked(lock_of(state, name)) else None


def other_at_work(state: Path) -> AtWork | None:
    """Return which other process has left word that it is at work; None if none has."""
    for name in (WRITING, TICK):
        holder = at_work(state, name)
        if holder is not None and holder.pid != os.getpid():
            return holder
    return None


def is_locked(lock: Path) -> bool:
    """Tell whether a lock is held, by taking it for a moment."""
    from filelock import FileLock, Timeout  # noqa: PLC0415 - an idle run never asks

    try:
        with FileLock(lock, timeout=0):
            return False
    except Timeout:
        return True
    except OSError:
        return False


def _note(state: Path, name: str) -> Path:
    return state / f"{name}.json"
