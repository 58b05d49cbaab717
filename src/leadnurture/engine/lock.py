"""One tick at a time: a lock of the operating system, which dies with its process and never with a sleeping laptop."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

from leadnurture.at_work import DAEMON, TICK, WRITING, lock_of, noted, remove_note, write_note
from leadnurture.errors import BusyError, ConfigurationError, way_out_of

_PATIENCE = 0.2  # seconds for a daemon to begin: `status` takes a lock for a moment to see whether it is free


class StudioBusyError(BusyError):
    """Another process is at work in this studio."""


class DaemonRunningError(BusyError):
    """Another process ticks for this studio already."""


@contextmanager
def locked(folder: Path, now: datetime, what: str) -> Iterator[None]:
    """Hold the studio's lock for the length of the block; raises StudioBusyError that says who holds it.

    `now` is given in the studio's zone: who must wait is told since when.
    """
    with _held(folder, TICK, now, what) as free:
        if not free:
            told = noted(folder, TICK) or "another leadnurture is working"
            raise StudioBusyError(f"the studio is busy: {told}", hint="wait for it to end, or stop it")
        yield


@contextmanager
def only_daemon(folder: Path, now: datetime, what: str) -> Iterator[None]:
    """Be the studio's one daemon for the length of the block; raises DaemonRunningError that says who is."""
    with _held(folder, DAEMON, now, what, _PATIENCE) as free:
        if not free:
            told = noted(folder, DAEMON) or "another leadnurture run has it"
            hint = "one is enough; `leadnurture status` shows what it does, `leadnurture run --once` ticks in between"
            raise DaemonRunningError(f"the studio has its daemon: {told}", hint=hint)
        yield


@contextmanager
def announced(folder: Path, now: datetime, what: str) -> Iterator[None]:
    """Let who must wait for the database meanwhile know for what. Keeps nobody out: of several, one is named."""
    with _held(folder, WRITING, now, what):
        yield


@contextmanager
def _held(folder: Path, name: str, now: datetime, what: str, patience: float = 0) -> Iterator[bool]:
    """Hold a lock if it is free, with a note of who does; yields whether it was. Raises ConfigurationError."""
    from filelock import FileLock, Timeout  # noqa: PLC0415 - an idle tick never takes the lock

    lock = FileLock(lock_of(folder, name), timeout=patience)
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        lock.acquire()
    except Timeout:
        yield False
        return
    except OSError as error:
        trouble = f"the lock in {folder} cannot be taken: {error.strerror}"
        raise ConfigurationError(trouble, hint=way_out_of(error)) from None
    try:
        write_note(folder, name, now, what)
        yield True
    finally:
        remove_note(folder, name)
        lock.release()
