"""What is known of a couple when somebody asks what to do next, and days told in words. Pure.

All instants are in one zone, the owner's: days are calendar days there.
"""

from dataclasses import dataclass
from datetime import datetime

from leadnurture.store.vocabulary import LeadStatus, Temperature


@dataclass(frozen=True)
class Planned:
    """Something that stands in the book with its moment; None for a task without one."""

    title: str
    at: datetime | None


@dataclass(frozen=True)
class Situation:
    """What is known of a couple: facts, score, when each side spoke last, and what stands in the book for them.

    `task` is the open task that is due first, `meeting` the next appointment, `step` what a sequence does next by
    itself, `trouble` why a sequence stands still until somebody mends something.
    """

    status: LeadStatus
    score: int
    temperature: Temperature
    inquiry_at: datetime
    last_outbound_at: datetime | None = None
    last_reply_at: datetime | None = None
    follow_up_at: datetime | None = None
    has_phone: bool = False
    has_value: bool = False
    opted_out: bool = False
    bounced: bool = False
    date_taken: bool = False
    task: Planned | None = None
    meeting: Planned | None = None
    step: Planned | None = None
    trouble: str | None = None

    @property
    def awaits_us(self) -> bool:
        """Whether they have written, and we have not since."""
        if self.last_reply_at is None:
            return False
        return self.last_outbound_at is None or self.last_outbound_at < self.last_reply_at

    def silence(self, now: datetime) -> int | None:
        """Return for how many calendar days they have not answered our last word; None if it is not their turn."""
        if self.last_outbound_at is None or self.awaits_us:
            return None
        return days_since(self.last_outbound_at, now)


def days_since(at: datetime, now: datetime) -> int:
    """Return how many calendar days have passed; 0 for what lies ahead."""
    return max(0, (now.date() - at.date()).days)


def ago(at: datetime, now: datetime) -> str:
    """Return `today`, `yesterday` or `3 days ago`."""
    passed = days_since(at, now)
    return {0: "today", 1: "yesterday"}.get(passed, f"{in_days(passed)} ago")


def ahead(at: datetime, now: datetime) -> str:
    """Return `today`, `tomorrow` or `in 3 days`."""
    left = days_since(now, at)
    return {0: "today", 1: "tomorrow"}.get(left, f"in {in_days(left)}")


def in_days(number: int) -> str:
    """Return a number of days: `1 day`, `3 days`."""
    return f"{number} day{'s' * (number != 1)}"
