"""Moments as the owner types them: `+2d`, `tomorrow 14:00`, `next monday`, a date. Pure.

One way for all commands. A day without a time of day is nine o'clock that morning, as everywhere.
"""

import re
from calendar import day_abbr, day_name
from datetime import date, datetime, timedelta

from pydantic_core import PydanticCustomError

from leadnurture.crm.values import BadValueError, Reading, read_instant
from leadnurture.engine.schedule import after
from leadnurture.sequences.duration import Duration, read_duration

_WEEKDAYS = {name.lower(): number for names in (day_name, day_abbr) for number, name in enumerate(names)}
_AHEAD = re.compile(r"(?:\+|in\s+)(?P<length>\d+.*?)(?:\s+at)?(?P<clock>\s+\d{1,2}:\S.*)?", re.IGNORECASE)
_DAY = re.compile(
    rf"(?:(?:on|next)\s+)?(?P<day>today|tomorrow|week|{'|'.join(_WEEKDAYS)})[,.]?(?:\s+at)?(?P<clock>\s+\d{{1,2}}:.*)?",
    re.IGNORECASE,
)
_UNITS = ((r"\s*minutes?\b", "m"), (r"\s*hours?\b", "h"), (r"\s*days?\b", "d"), (r"\s*weeks?\b", "w"))


def read_when(text: str, reading: Reading, now: datetime) -> datetime:
    """Return the instant (UTC) that a text means, seen from `now`; days and times are those of the reading's zone.

    A weekday is the next one, never today; `next week` is its Monday. Raises BadValueError.
    """
    bare = text.strip()
    if found := _AHEAD.fullmatch(bare):
        return _ahead(bare, found, reading, now)
    found = _DAY.fullmatch(bare)
    if found is None:
        return _dated(bare, reading)
    today = now.astimezone(reading.zone).date()
    return read_instant(f"{_day(found['day'].lower(), today)}{found['clock'] or ''}", reading)


def read_past(text: str, reading: Reading, now: datetime, option: str) -> datetime:
    """Return the instant (UTC) of what has happened; today without a time is at the latest `now`.

    Raises BadValueError, which names the option, for a day that is yet to come.
    """
    moment = read_instant(text, reading)
    if moment.astimezone(reading.zone).date() > now.astimezone(reading.zone).date():
        raise BadValueError(f"{option}: '{text}' is yet to come", hint="it is for what has happened")
    return min(moment, now)  # a day alone is read as nine o'clock, which may be yet to come


def _ahead(text: str, found: re.Match[str], reading: Reading, now: datetime) -> datetime:
    """Return so many days ahead, on the wall clock, or hours, which elapse."""
    length = _length(text, found["length"])
    if length.elapsed:
        if found["clock"]:
            raise BadValueError(f"'{text}' says a length in hours and a time of day", hint="give one of them")
        return after(now, length, reading.zone)
    day = now.astimezone(reading.zone).date() + timedelta(days=length.days)
    return read_instant(f"{day}{found['clock'] or ''}", reading)


def _length(text: str, written: str) -> Duration:
    short = written
    for word, unit in _UNITS:
        short = re.sub(word, unit, short, flags=re.IGNORECASE)
    try:
        return read_duration(short)
    except PydanticCustomError as error:
        raise BadValueError(f"'{text}': {error.message()}", hint="write it like +2d or +3h") from None


def _day(word: str, today: date) -> date:
    if word in {"today", "tomorrow"}:
        return today + timedelta(days=word == "tomorrow")
    weekday = 0 if word == "week" else _WEEKDAYS[word]
    return today + timedelta(days=(weekday - today.weekday() - 1) % 7 + 1)


def _dated(text: str, reading: Reading) -> datetime:
    try:
        return read_instant(text, reading)
    except BadValueError as error:
        hint = error.hint or "or like +2d, tomorrow 14:00, next monday"
        raise BadValueError(error.message, hint=hint) from None
