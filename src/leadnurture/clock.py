"""The one place where time enters; everything else takes it as an argument."""

import time
from datetime import UTC, datetime, timedelta
from typing import Protocol


class Clock(Protocol):
    """Tells the present instant as a timezone-aware UTC datetime."""

    def now(self) -> datetime:
        """Return the present instant in UTC."""
        ...


class SystemClock:
    """The computer's own clock."""

    def now(self) -> datetime:
        """Return the computer's present instant in UTC."""
        return datetime.now(UTC)


class VirtualClock:
    """A clock that stands still until it is moved; for the demo, simulations and tests."""

    def __init__(self, now: datetime) -> None:
        if now.tzinfo is None:
            raise ValueError("a virtual clock needs an instant with a time zone")
        self._now = now.astimezone(UTC)

    def now(self) -> datetime:
        """Return the instant that the clock was last set to, in UTC."""
        return self._now

    def set(self, now: datetime) -> None:
        """Move to `now` (any zone)."""
        self._now = now.astimezone(UTC)

    def advance(self, by: timedelta) -> None:
        """Move ahead by an elapsed time."""
        self._now += by


def monotonic() -> float:
    """Return seconds that only ever grow, for measuring how long something took."""
    return time.monotonic()
