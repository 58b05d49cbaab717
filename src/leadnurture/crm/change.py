"""One transaction of the book of business, and the facts that happened in it."""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from sqlmodel import Session

from leadnurture.config import Config


class FactKind(StrEnum):
    """What can happen to a lead that rules, sequences and reports must know of."""

    CREATED = "created"
    CHANGED = "changed"
    STATUS = "status"
    TAGGED = "tagged"
    SCORED = "scored"
    ADJUSTED = "adjusted"
    REPLIED = "replied"
    OPENED = "opened"
    CLICKED = "clicked"
    CONVERTED = "converted"
    LOST = "lost"
    OPTED_OUT = "opted_out"
    CHANNEL_CLOSED = "channel_closed"  # they opted out of one channel, or one address did
    BOUNCED = "bounced"
    RESUMED = "resumed"
    WEDDING_MOVED = "wedding_moved"  # its text is the date before, if there was one
    DATE_TAKEN = "date_taken"
    DATE_FREED = "date_freed"
    ZONE_CHANGED = "zone_changed"  # its text is the zone before
    READDRESSED = "readdressed"  # an address or a number of theirs is another one
    ENROLLMENT_ENDED = "enrollment_ended"


@dataclass(frozen=True)
class Fact:
    """Something that happened to a lead; `text` is a word for the timeline or a reason."""

    kind: FactKind
    lead_id: int
    text: str | None = None


@dataclass
class Change:
    """An open transaction: the session, the instant it happens at, and the facts so far.

    `enrolling` False: leads touched here are passed over by sequences instead of enrolled (an old spreadsheet), because
    of `asleep`. `new_sources` False: a lead's source must be one that is known.
    """

    session: Session
    now: datetime
    config: Config
    enrolling: bool = True
    new_sources: bool = True
    asleep: str = "it was imported without --enroll"
    facts: list[Fact] = field(default_factory=list)
    enrolled: list[tuple[int, str]] = field(default_factory=list)  # (lead, sequence) that this change enrolled
    removed: list[tuple[int, str]] = field(default_factory=list)  # (lead, sequence) that this change ended
    kept_out: dict[int, str] = field(default_factory=dict)  # leads that enter nothing: another one gets their letters
    suppressed: list[int] = field(default_factory=list)  # leads whose addresses turned out to be suppressed

    def record(self, kind: FactKind, lead_id: int | None, text: str | None = None) -> None:
        """Note that something happened; the engine reacts to it before the commit."""
        if lead_id is None:
            raise ValueError("a fact about a lead that was not flushed yet")
        self.facts.append(Fact(kind, lead_id, text))
