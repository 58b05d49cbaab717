"""Who looks after the studio: the daemon if there is one, the last tick and the next, and whether runs fail."""

from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Any

from leadnurture.at_work import DAEMON, TICK, AtWork, at_work, is_locked, lock_of, noted
from leadnurture.engine.clock_guard import jump
from leadnurture.engine.heartbeat import Failing, Tick, read_heartbeat
from leadnurture.reports.as_of import AsOf, iso


@dataclass(frozen=True)
class WorkerState:
    """Who is at work, in the studio's zone.

    `running` holds the studio right now; a `daemon` that is not `alive` was killed. `next_at` is its next tick. `clock`
    says how the clock has jumped, if it has.
    """

    running: AtWork | None
    daemon: AtWork | None
    alive: bool
    last: Tick | None
    next_at: datetime | None
    failing: Failing | None
    clock: str | None

    @property
    def is_ticking(self) -> bool:
        """Whether it is the daemon that is at work right now, and so not late for its next tick."""
        return self.running is not None and self.daemon is not None and self.running.pid == self.daemon.pid

    def as_json(self) -> dict[str, Any]:
        """Return the documented keys."""
        return {
            "daemon": _who(self.daemon) | {"alive": self.alive} if self.daemon else None,
            "last_tick": _tick(self.last) if self.last else None,
            "next_tick_at": iso(self.next_at),
            "failing": _failing(self.failing) if self.failing else None,
            "clock": self.clock,
        }

    def running_as_json(self) -> dict[str, Any] | None:
        """Return the documented keys of who holds the studio."""
        return _who(self.running) if self.running else None


def worker_state(state: Path, as_of: AsOf) -> WorkerState:
    """Return who looks after the studio with that state folder."""
    heartbeat = read_heartbeat(state)
    daemon = noted(state, DAEMON)
    alive = daemon is not None and is_locked(lock_of(state, DAEMON))
    if not alive:
        daemon = noted(state, DAEMON)  # one that ended this moment took its note with it
    last, failing = heartbeat.last, heartbeat.failing
    return WorkerState(
        running=_local(at_work(state, TICK), as_of),
        daemon=_local(daemon, as_of),
        alive=alive,
        last=replace(last, at=as_of.local(last.at)) if last else None,
        next_at=as_of.local(heartbeat.next_at) if alive else None,
        failing=replace(failing, since=as_of.local(failing.since)) if failing else None,
        clock=jump(last.at if last else None, as_of.now, as_of.zone),
    )


def _local(holder: AtWork | None, as_of: AsOf) -> AtWork | None:
    return replace(holder, since=as_of.local(holder.since)) if holder else None


def _who(holder: AtWork) -> dict[str, Any]:
    return {"pid": holder.pid, "what": holder.what, "since": iso(holder.since)}


def _tick(last: Tick) -> dict[str, Any]:
    return {"at": iso(last.at), "by": last.by, "pid": last.pid, "counts": dict(last.counts), "trouble": last.trouble}


def _failing(failing: Failing) -> dict[str, Any]:
    return {"runs": failing.runs, "since": iso(failing.since), "why": failing.why, "owner_told": failing.told}
