"""What becomes of a mail that may have arrived, by what the Sent folder shows. Pure."""

from datetime import datetime, timedelta
from enum import StrEnum

# A provider files its copy within seconds, but may be slow on the very day on which its answers get lost.
LOOK_FOR = timedelta(minutes=10)


class Fate(StrEnum):
    """What is to be done with a mail in doubt."""

    SENT = "sent"
    """Its copy is there."""
    LOOK_AGAIN = "look again"
    """Its copy may still come."""
    QUEUE_AGAIN = "queue again"
    """It was certainly not taken."""
    PARK = "park"
    """Only the owner can find out."""


def fate(*, found: bool, in_doubt_at: datetime, now: datetime, absence_tells: bool) -> Fate:
    """Return what the Sent folder's answer means for a mail that was handed over at `in_doubt_at`.

    `absence_tells` is whether what was sent is certainly there: only then is what is not there not sent.
    """
    if found:
        return Fate.SENT
    if now < in_doubt_at + LOOK_FOR:
        return Fate.LOOK_AGAIN
    return Fate.QUEUE_AGAIN if absence_tells else Fate.PARK
