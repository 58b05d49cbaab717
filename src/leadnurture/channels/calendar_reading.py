"""Which days a calendar file takes: whole days and timed entries, recurring ones worked out up to a last day."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from leadnurture.channels.one_line import one_line
from leadnurture.errors import InvalidInputError

LARGEST = 20_000_000  # bytes; a calendar of many years has some hundred thousand
_TOO_OFTEN = ("SECONDLY", "MINUTELY", "HOURLY")
# What the two libraries raise for a value that means nothing.
_FAULTS = (ValueError, LookupError, TypeError, AttributeError, ArithmeticError)


class BadCalendarError(InvalidInputError):
    """A file is no calendar, or one of its entries cannot be understood."""

    def __init__(self, file: str, why: str) -> None:
        super().__init__(f"{file}: {why}", hint="export the calendar again as iCalendar (.ics); nothing was imported")


@dataclass(frozen=True)
class Busy:
    """An entry of a calendar, and the days that it takes; none if it is cancelled or says that one is free."""

    uid: str
    title: str
    days: tuple[date, ...]


def busy_days(content: bytes, file: str, zone: ZoneInfo, first: date, last: date) -> list[Busy]:
    """Return every entry of a calendar file with the days from `first` to `last` that it takes, days being the zone's.

    A time without a zone is one on the zone's clocks; an entry that ends at midnight does not take the next day.
    Raises BadCalendarError.
    """
    calendar = _parsed(content, file)
    taken: dict[str, set[date]] = {}
    titles: dict[str, str] = {}
    for event in calendar.walk("VEVENT"):
        uid = _uid(event)
        taken.setdefault(uid, set())
        titles.setdefault(uid, one_line(str(event.get("SUMMARY", "")))[:255])
        _require_sound(event, file, titles[uid])
    for event in _occurrences(calendar, file, first, last):
        if (
            str(event.get("STATUS", "")).upper() != "CANCELLED"
            and str(event.get("TRANSP", "")).upper() != "TRANSPARENT"
        ):
            taken[_uid(event)].update(day for day in _days(event, zone) if first <= day <= last)
    return [Busy(uid, titles[uid], tuple(sorted(days))) for uid, days in taken.items()]


def _parsed(content: bytes, file: str) -> Any:
    from icalendar import Calendar  # noqa: PLC0415 - 160 ms that most starts save

    if len(content) > LARGEST:
        raise BadCalendarError(file, f"it has {len(content):,} bytes; at most {LARGEST:,} are read")
    try:
        calendar = Calendar.from_ical(content)
    except _FAULTS as error:
        raise BadCalendarError(file, f"this is no calendar: {_shortly(error)}") from None
    if calendar.name != "VCALENDAR":
        raise BadCalendarError(file, f"this is no calendar, but a {calendar.name}")
    return calendar


def _require_sound(event: Any, file: str, title: str) -> None:
    """Refuse an entry without a beginning, or one that would come thousands of times a day."""
    try:
        _ = event.start, event.end
        rules = event.get("RRULE", [])
        often = [str(part) for rule in _each(rules) for part in rule.get("FREQ", [])]
    except _FAULTS as error:
        raise BadCalendarError(file, f"'{title}': {_shortly(error)}") from None
    if any(word.upper() in _TOO_OFTEN for word in often):
        raise BadCalendarError(file, f"'{title}' comes again {often[0].lower()}, which takes no days")


def _occurrences(calendar: Any, file: str, first: date, last: date) -> list[Any]:
    import recurring_ical_events  # noqa: PLC0415

    try:
        found: list[Any] = recurring_ical_events.of(calendar).between(first, last + timedelta(days=1))
    except _FAULTS as error:
        raise BadCalendarError(file, f"what comes again cannot be worked out: {_shortly(error)}") from None
    return found


def _days(event: Any, zone: ZoneInfo) -> Iterator[date]:
    start, end = event.start, event.end
    first = _day(start, zone)
    last = _day(end, zone)
    if last > first and (not isinstance(end, datetime) or _local(end, zone).time() == time(0)):
        last -= timedelta(days=1)
    for number in range((last - first).days + 1):
        yield first + timedelta(days=number)


def _day(moment: date, zone: ZoneInfo) -> date:
    return _local(moment, zone).date() if isinstance(moment, datetime) else moment


def _local(moment: datetime, zone: ZoneInfo) -> datetime:
    return moment.astimezone(UTC).astimezone(zone) if moment.tzinfo else moment


def _uid(event: Any) -> str:
    """Return what an entry is known by; one without a UID by its beginning and its title."""
    return str(event.get("UID") or f"{event.get('DTSTART')}/{event.get('SUMMARY')}")[:255]


def _each(rules: Any) -> list[Any]:
    return rules if isinstance(rules, list) else [rules]


def _shortly(error: Exception) -> str:
    return one_line(str(error))[:200]
