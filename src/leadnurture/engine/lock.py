"""One tick at a time: a lock of the operating system, which dies with its process and never with a sleeping laptop."""

import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

from leadnurture.errors import BusyError, ConfigurationError


class StudioBusyError(BusyError):
    """Another process is at work in this studio."""


@contextmanager
def locked(folder: Path, now: datetime, what: str) -> Iterator[None]:
    """Hold the studio's lock for the length of the block; raises StudioBusyError that says who holds it."""
    from filelock import FileLock, Timeout  # noqa: PLC0415 - an idle tick never takes the lock

    lock = FileLock(folder / "run.lock", timeout=0)
    holder = folder / "run.json"
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        lock.acquire()
    except Timeout:
        raise StudioBusyError(f"the studio is busy: {_told(holder)}", hint="wait for it to end, or stop it") from None
    except OSError as error:
        raise ConfigurationError(f"the lock in {folder} cannot be taken: {error.strerror}") from None
    try:
        holder.write_text(json.dumps({"pid": os.getpid(), "since": now.isoformat(), "what": what}), encoding="utf-8")
        yield
    finally:
        holder.unlink(missing_ok=True)
        lock.release()


def _told(holder: Path) -> str:
    try:
        who = json.loads(holder.read_text(encoding="utf-8"))
        return f"{who['what']} (process {who['pid']}) has been working since {who['since']}"
    except (OSError, ValueError, KeyError):
        return "another leadnurture is working"
