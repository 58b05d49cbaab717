"""What the engine did, one line at a time, for logs and summaries."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True)
class Event:
    """One thing the engine did with one lead at one step (`at` in UTC); a `notice` is for the owner to see at once."""

    at: datetime
    lead_id: int
    sequence: str
    step: str
    outcome: str
    reason: str | None = None
    notice: str | None = None


OnEvent = Callable[[Event], None]


def ignore(_: Event) -> None:
    """Take no notice."""
