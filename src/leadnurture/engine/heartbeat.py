"""What the last tick left behind for the next one and for `status`: a small file. Standard library only.

Two runs that end at the same moment may overwrite one another's; what is lost then is one tick's count.
"""

import json
import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from leadnurture.durable import replace_file

FILE_NAME = "heartbeat.json"


@dataclass(frozen=True)
class Tick:
    """A tick that was done: when it ended, by which command and process, how often it did what, and what stopped it."""

    at: datetime
    by: str
    pid: int
    counts: Mapping[str, int] = field(default_factory=dict)
    trouble: str | None = None


@dataclass(frozen=True)
class Failing:
    """Runs in a row that failed to do their work. `outside`: the world outside is to blame. `told`: the owner knows."""

    runs: int
    since: datetime
    why: str
    outside: bool = False
    told: bool = False


@dataclass(frozen=True)
class Heartbeat:
    """The last tick, when the daemon's next one is, and whether runs fail; instants are aware."""

    last: Tick | None = None
    next_at: datetime | None = None
    failing: Failing | None = None


def read_heartbeat(state: Path) -> Heartbeat:
    """Return what the file in the state folder says; one that is not there or is damaged says nothing."""
    try:
        found = json.loads((state / FILE_NAME).read_text(encoding="utf-8"))
        return Heartbeat(_tick(found["last"]), _instant(found["next_at"]), _failing(found["failing"]))
    except Exception:  # noqa: BLE001 - whatever has become of the file, it keeps no letter from going out
        return Heartbeat()


def write_heartbeat(state: Path, heartbeat: Heartbeat) -> None:
    """Leave it for the next tick, whole or not at all; raises OSError."""
    state.mkdir(mode=0o700, parents=True, exist_ok=True)
    replace_file(state / FILE_NAME, json.dumps(_as_json(heartbeat), ensure_ascii=False))


def ticked(at: datetime, by: str, counts: Mapping[str, int] | None = None, trouble: str | None = None) -> Tick:
    """Return a tick that this process has just done."""
    return Tick(at, by, os.getpid(), {name: number for name, number in (counts or {}).items() if number}, trouble)


def _as_json(heartbeat: Heartbeat) -> dict[str, Any]:
    last, failing = heartbeat.last, heartbeat.failing
    return {
        "last": vars(last) | {"at": last.at.isoformat(), "counts": dict(last.counts)} if last else None,
        "next_at": heartbeat.next_at.isoformat() if heartbeat.next_at else None,
        "failing": vars(failing) | {"since": failing.since.isoformat()} if failing else None,
    }


def _tick(found: Any) -> Tick | None:
    if found is None:
        return None
    counts = {_text(name): _number(number) for name, number in found["counts"].items()}
    trouble = None if found["trouble"] is None else _text(found["trouble"])
    return Tick(_required(found["at"]), _text(found["by"]), _number(found["pid"]), counts, trouble)


def _failing(found: Any) -> Failing | None:
    if found is None:
        return None
    since, why = _required(found["since"]), _text(found["why"])
    return Failing(_number(found["runs"]), since, why, bool(found["outside"]), bool(found["told"]))


def _instant(text: str | None) -> datetime | None:
    return None if text is None else _required(text)


def _required(text: str) -> datetime:
    instant = datetime.fromisoformat(text)
    if instant.tzinfo is None or not 2000 <= instant.year < 9000:
        raise ValueError("an instant needs its offset, and room for reckoning with it")
    return instant


def _text(found: Any) -> str:
    if not isinstance(found, str):
        raise TypeError("no text")
    found.encode()  # half a character cannot be written again
    return found


def _number(found: Any) -> int:
    if not isinstance(found, int) or abs(found) >= 2**63:
        raise TypeError("no number")
    return found
