"""Who is at work in the studio right now."""

import json
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from filelock import FileLock, Timeout

from leadnurture.reports.as_of import AsOf, iso


@dataclass(frozen=True)
class LockHolder:
    """The process that holds the studio's lock; `since` in the studio's zone."""

    pid: int
    what: str
    since: datetime

    def as_json(self) -> dict[str, Any]:
        """Return the documented keys."""
        return {"pid": self.pid, "what": self.what, "since": iso(self.since)}


def lock_holder(state: Path, as_of: AsOf) -> LockHolder | None:
    """Return who holds the lock of the studio with that state folder; None if nobody does."""
    try:
        told = json.loads((state / "run.json").read_text(encoding="utf-8"))
        holder = LockHolder(int(told["pid"]), str(told["what"]), as_of.local(datetime.fromisoformat(told["since"])))
    except (OSError, ValueError, KeyError, TypeError):
        return None
    return holder if _is_locked(state / "run.lock") else None


def _is_locked(lock: Path) -> bool:
    """Tell whether the lock is held: a killed process leaves its note behind, but never its lock."""
    try:
        with FileLock(lock, timeout=0):
            return False
    except Timeout:
        return True
    except OSError:
        return False
