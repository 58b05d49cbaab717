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
            why, hint=f"set the clock, and runs go on by themselves. If it is right{_way_on(last, now)}"
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


def _way_on(last: datetime | None, now: datetime) -> str:
    is_absence = last is not None and now > last
    return f", `leadnurture status` shows what is due and would go out; then: {GO_ON}" if is_absence else f": {GO_ON}"


def _span(length: timedelta) -> str:
    hours, minutes = divmod(int(length.total_seconds() // 60), 60)
    if hours >= 24:
        return _counted(hours // 24, "day")
    told = [_counted(number, name) for number, name in ((hours, "hour"), (minutes, "minute")) if number]
    return " ".join(told)


def _counted(number: int, name: str) -> str:
    return f"{number} {name}{'s' * (number != 1)}"
