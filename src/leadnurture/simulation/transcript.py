"""What a simulation has to tell: dated entries, the same every time, and what they add up to by day and sequence."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from leadnurture.crm.names import clean


@dataclass(frozen=True)
class Entry:
    """One thing that happened at one moment (`at` in the studio's zone).

    `outcome` is the engine's word (sent, executed, skipped, held, waiting, failed …), `enrolled`, how a walk ended
    (completed, cancelled, failed), or an event that was played in. `subject` is a mail's subject or a task's title.
    `to` are a mail's recipients, where these are others than the couple's first address.
    """

    at: datetime
    lead_id: int
    lead: str
    sequence: str | None
    step: str | None
    action: str | None
    outcome: str
    reason: str | None
    subject: str | None
    to: str | None = None

    @property
    def place(self) -> str:
        """Where it happened: the sequence, and the step in it; a dash for an event that was played in."""
        return "/".join(part for part in (self.sequence, self.step) if part) or "–"

    @property
    def words(self) -> str:
        """The subject, other recipients and the reason on one line, as far as there are any."""
        to = f"to {self.to}" if self.to else None
        return " – ".join(clean(part) for part in (self.subject, to, self.reason) if part)

    def as_json(self) -> dict[str, Any]:
        """Return the documented keys."""
        return vars(self) | {"at": self.at.isoformat()}


@dataclass(frozen=True)
class DayTotal:
    """How many steps of one sequence came to which outcome on one day."""

    day: date
    sequence: str
    counts: Counter[str]

    def as_json(self) -> dict[str, Any]:
        """Return the documented keys."""
        return {
            "day": self.day.isoformat(),
            "sequence": self.sequence,
            **{name: self.counts[name] for name in TOTALLED},
        }


@dataclass(frozen=True)
class Transcript:
    """All entries in order of time, from `start` to `end`, and what people should know about how they came about."""

    start: datetime
    end: datetime
    entries: tuple[Entry, ...]
    notes: tuple[str, ...] = ()

    def as_json(self) -> dict[str, Any]:
        """Return the documented keys."""
        return {
            "from": self.start.isoformat(),
            "until": self.end.isoformat(),
            "events": [entry.as_json() for entry in self.entries],
            "totals": [total.as_json() for total in day_totals(self.entries)],
            "notes": list(self.notes),
        }


TOTALLED = ("sent", "executed", "skipped", "held", "failed")


def day_totals(entries: Iterable[Entry]) -> list[DayTotal]:
    """Return the totals of all days on which a sequence did something, in order of time."""
    found: dict[tuple[date, str], Counter[str]] = {}
    for entry in entries:
        if entry.sequence is not None and entry.step is not None and entry.outcome in TOTALLED:
            found.setdefault((entry.at.date(), entry.sequence), Counter())[entry.outcome] += 1
    return [
        DayTotal(day, sequence, counts) for (day, sequence), counts in sorted(found.items(), key=lambda one: one[0])
    ]
