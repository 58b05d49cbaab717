"""Whether the computer's clock can be believed: it must not have jumped since the last tick. Pure.

A wrong clock sends what is not due for months, or thins out the backups of a year; so it is asked before anything else.
"""

from datetime import datetime, timedelta, tzinfo

from leadnurture.at_work import told
from leadnurture.errors import ConflictError

BACK, AHEAD = timedelta(minutes=5), timedelta(days=30)
GO_ON = "leadnurture run --once --clock-is-right"


class ClockJumpedError(ConflictError):
    """The clock is not where it can be believed: nothing is done until it is, or somebody says that it is right."""


def require_right(last: datetime | None, now: datetime, zone: tzinfo | None) -> None:
    """Raise ClockJumpedError, told in a zone, if the clock went too far back or ahead since the last tick."""
    why = jump(last, now, zone)
    if why is not None:
        raise ClockJumpedError(
            why, hint=f"set the clock, and runs go on by themselves. If it is right: {way_on(last, now)}"
        )


def jump(last: datetime | None, now: datetime, zone: tzinfo | None) -> str | None:
    """Say how the clock has jumped since the last tick; None if it has not, or there was no tick."""
    if last is None or last - BACK <= now <= last + AHEAD:
        return None
    moments = f"the clock says {told(now.astimezone(zone))}, and the last tick was {told(last.astimezone(zone))}"
    if now < last:
        return f"{moments}: it went back by {_span(last - now)}, so nothing is done"
    return (
        f"{moments}: {_span(now - last)} ago. The clock may be wrong, or the studio was not run for that long; "
        "until that is certain nothing is done"
    )


def way_on(last: datetime | None, now: datetime) -> str:
    """Return what to do if the clock is right after all."""
    first = "`leadnurture status` shows what is due and would go out; " if last is not None and now > last else ""
    return f"{first}{GO_ON}"


def _span(length: timedelta) -> str:
    minutes = int(length.total_seconds() // 60)
    for name, size in (("day", 24 * 60), ("hour", 60)):
        if minutes >= size:
            return _counted(minutes // size, name) + _rest(minutes % size, name)
    return _counted(minutes, "minute")


def _rest(minutes: int, below: str) -> str:
    return f" {_counted(minutes, 'minute')}" if below == "hour" and minutes else ""


def _counted(number: int, name: str) -> str:
    return f"{number} {name}{'s' * (number != 1)}"
