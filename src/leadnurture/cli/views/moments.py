"""Dates and instants in words, seen from now; both in the same zone."""

from datetime import date, datetime, timedelta

HOUR = timedelta(hours=1)


def moment(at: datetime, now: datetime) -> str:
    """Return an instant such as `Thu 14 Jan 09:00 (in 2 days)`; the year only if it is another one."""
    return f"{at:%a} {at.day} {at:%b}{_year(at, now)} {at:%H:%M} ({distance(at, now)})"


def stamp(at: datetime, now: datetime) -> str:
    """Return an instant in at most twelve characters: `14 Jan 09:00`, in other years `14 Jan 2025`."""
    return f"{at.day:>2} {at:%b} {at:%H:%M}" if at.year == now.year else f"{at.day:>2} {at:%b %Y}"


def day(when: date) -> str:
    """Return a date such as `14 Jun 2027`."""
    return f"{when.day} {when:%b %Y}"


def short_day(when: date, today: date) -> str:
    """Return a date in at most eight characters: `14 Jan`, in other years `Jan 2025`."""
    return f"{when.day:>2} {when:%b}" if when.year == today.year else f"{when:%b %Y}"


def distance(at: datetime, now: datetime) -> str:
    """Return how far off an instant is: by the clock within the hour and the day, else in calendar days."""
    away = abs(at - now)
    if away < HOUR:
        minutes = int(away.total_seconds() // 60)
        return _placed(f"{minutes} min", at > now) if minutes else "now"
    if at.date() == now.date():
        return _placed(f"{away // HOUR} h", at > now)
    return days(at.date(), now.date())


def days(when: date, today: date) -> str:
    """Return how far off a day is: `tomorrow`, `in 9 days`, `5 weeks ago`, `in 14 months`."""
    away = (when - today).days
    near = {-1: "yesterday", 0: "today", 1: "tomorrow"}
    return near[away] if away in near else _placed(span(abs(away)), away > 0)


def span(length: int) -> str:
    """Return a number of days as a rough length: `9 days`, `5 weeks`, `14 months`, `3 years`."""
    for unit, size, enough in (("year", 365.25, 3 * 365), ("month", 30.44, 61), ("week", 7, 21)):
        if length >= enough:
            return f"{round(length / size)} {unit}s"
    return f"{length} day{'s' * (length != 1)}"


def _placed(length: str, ahead: bool) -> str:
    return f"in {length}" if ahead else f"{length} ago"


def _year(at: datetime, now: datetime) -> str:
    return "" if at.year == now.year else f" {at.year}"
