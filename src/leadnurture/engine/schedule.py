"""When: delays, windows and zones into instants. Pure: no clock, no files; holidays are passed in.

Minutes and hours elapse. Days and weeks are wall-clock days in the zone, resolved once: a local time that a clock
change skips becomes the moment after the gap, one that happens twice is the first.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from leadnurture.sequences.duration import Duration
from leadnurture.sequences.window import Window

IsHoliday = Callable[[date], bool]
FARTHEST_DAYS = 400  # a window that is not open once in this time never is
MORNING = time(9)  # when a step on a calendar day happens whose window does not say from when


@dataclass(frozen=True)
class Due:
    """A resolved moment: the instant in UTC, and the intent on the wall clock of its zone."""

    at: datetime
    local: str


def never_a_holiday(_: date) -> bool:
    """Say that no day is a holiday."""
    return False


def due_at(
    anchor: datetime, delay: Duration, window: Window, zone: ZoneInfo, is_holiday: IsHoliday = never_a_holiday
) -> Due:
    """Return when a step is due that comes `delay` after `anchor` (an aware instant).

    A delay of whole days with a window that opens at a time means that time, that many calendar days later; any other
    delay ends at its instant. Either way the moment is the first from there on at which the window is open.
    """
    if delay.days and not delay.elapsed and window.at is not None:
        day = anchor.astimezone(zone).date() + timedelta(days=delay.days)
        earliest = max(anchor, resolve(datetime.combine(day, time(0)), zone))  # a midnight can come twice
    else:
        earliest = after(anchor, delay, zone)
    return opening(earliest, window, zone, is_holiday)


def on_day(day: date, window: Window, zone: ZoneInfo, is_holiday: IsHoliday = never_a_holiday) -> Due:
    """Return the first moment on a calendar day, or behind it, at which the window is open.

    Where the window does not say from when it is open it is 09:00, or the day's beginning if it has closed by then.
    """
    starts = MORNING if window.at is None and (window.closes is None or window.closes > MORNING) else time(0)
    return opening(resolve(datetime.combine(day, starts), zone), window, zone, is_holiday)


def after(anchor: datetime, delay: Duration, zone: ZoneInfo) -> datetime:
    """Return the instant `delay` after `anchor`: its days on the wall clock first, then its hours and minutes."""
    if not delay.days:
        return anchor.astimezone(UTC) + delay.elapsed
    local = anchor.astimezone(zone).replace(tzinfo=None)
    return resolve(local + timedelta(days=delay.days), zone) + delay.elapsed


def opening(instant: datetime, window: Window, zone: ZoneInfo, is_holiday: IsHoliday = never_a_holiday) -> Due:
    """Return the first moment from `instant` on at which the window is open."""
    if is_open(instant, window, zone, is_holiday):
        return due_of(instant, zone)
    start = instant.astimezone(zone).date()
    for ahead in range(FARTHEST_DAYS):
        for moment in _shown(datetime.combine(start + timedelta(days=ahead), window.opens), zone):
            if moment >= instant and is_open(moment, window, zone, is_holiday):
                return due_of(moment, zone)
    return due_of(instant, zone)  # nothing but holidays: late beats never


def closing(instant: datetime, window: Window, zone: ZoneInfo) -> datetime:
    """Return when (UTC) a window closes that is open at an instant; with no closing time the end of that local day."""
    day = instant.astimezone(zone).date()
    ends = [datetime.combine(day + timedelta(days=1), time(0))]
    if window.closes is not None:
        ends.append(datetime.combine(day, window.closes))
    return min(moment for end in ends for moment in _shown(end, zone) if moment > instant)


def is_open(instant: datetime, window: Window, zone: ZoneInfo, is_holiday: IsHoliday = never_a_holiday) -> bool:
    """Tell whether the window is open at an instant."""
    local = instant.astimezone(zone)
    if local.weekday() not in window.days or (window.holidays == "skip" and is_holiday(local.date())):
        return False
    clock = local.time()
    return window.opens <= clock and (window.closes is None or clock < window.closes)


def resolve(local: datetime, zone: ZoneInfo) -> datetime:
    """Return the UTC instant of a wall-clock time: the first of two, or the end of a gap."""
    instant = local.replace(tzinfo=zone, fold=0).astimezone(UTC)
    if instant.astimezone(zone).replace(tzinfo=None) == local:
        return instant
    return _end_of_gap(local.replace(tzinfo=zone, fold=1).astimezone(UTC), instant, zone)


def _shown(local: datetime, zone: ZoneInfo) -> list[datetime]:
    """Return the UTC instants at which clocks show a time: one, two where it comes twice, or the end of its gap."""
    first, again = resolve(local, zone), local.replace(tzinfo=zone, fold=1).astimezone(UTC)
    return [first, again] if again > first else [first]


def _end_of_gap(before: datetime, behind: datetime, zone: ZoneInfo) -> datetime:
    """Return the instant between two at which the zone's offset changes, to the second."""
    offset = before.astimezone(zone).utcoffset()
    while behind - before > timedelta(seconds=1):
        middle = before + (behind - before) / 2
        before, behind = (middle, behind) if middle.astimezone(zone).utcoffset() == offset else (before, middle)
    return behind.replace(microsecond=0)


def day_after(instant: datetime, zone: ZoneInfo) -> datetime:
    """Return the instant (UTC) at which the zone's next calendar day begins."""
    return resolve(datetime.combine(instant.astimezone(zone).date() + timedelta(days=1), time(0)), zone)


def due_of(instant: datetime, zone: ZoneInfo) -> Due:
    """Return an instant with what the clocks of a zone show then."""
    moment = instant.astimezone(UTC)
    return Due(moment, f"{moment.astimezone(zone):%Y-%m-%dT%H:%M:%S} {zone.key}")
