"""Reading what people type into a field's value: dates, money, phones, addresses, words. Pure.

Each reader raises BadValueError with a reason that names the text, never a guess.
"""

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, timezone
from difflib import get_close_matches
from typing import Any
from zoneinfo import ZoneInfo

from leadnurture.config import Config
from leadnurture.crm.fields import Kind, LeadField
from leadnurture.crm.names import clean, clean_lines
from leadnurture.crm.zones import nearest_zone, zone_named
from leadnurture.errors import InvalidInputError
from leadnurture.money import parse_money

EARLIEST, LATEST = date(1990, 1, 1), date(2100, 12, 31)
_MOST_DIGITS = 20  # Python refuses to read a number of thousands of them
_DEEPEST = 20  # how far a JSON object may be nested, so that everything that walks through it comes back
_YES = {"yes", "y", "true", "1", "on", "x", "✓"}
_NO = {"no", "n", "false", "0", "off", ""}
_DAY_FIRST_EXCEPT = {"US", "PH", "FM", "PW", "MH"}  # month first; all others write the day first or ISO
_ISO = re.compile(r"^\d{4}([-/.])\d{1,2}\1\d{1,2}([T ].*)?$")  # 2027/06/14 as well: the year first leaves no doubt
_CLOCK = re.compile(r"[ T,]+(\d{1,2}):(\d{2})(?::\d{2})?(?i:\s?([ap])\.?m\.?)?( (?:GMT|UTC)([+-]\d{1,2})?)?$")
_WEEKDAY = re.compile(r"\b(?:mon|tue|tues|wed|wednes|thu|thur|thurs|fri|sat|satur|sun)(?:day)?\b[.,]?", re.IGNORECASE)
_NUMERIC = re.compile(r"^(\d{1,2})\s*[./\-]\s*(\d{1,2})\s*[./\-]\s*(\d{2}|\d{4})$")


class BadValueError(InvalidInputError):
    """A text that does not fit its field."""


@dataclass(frozen=True)
class Reading:
    """What a text's meaning depends on: currency, region for phones, zone for instants, order of dates.

    `date_order` is `dmy`, `mdy`, or None: then a date such as 03/04/2027 is an error, because it could be either.
    """

    currency: str
    region: str
    zone: ZoneInfo
    date_order: str | None

    @classmethod
    def of(cls, config: Config, date_order: str | None = None) -> "Reading":
        """Take all from the studio's configuration, the order of dates from its locale unless one is given."""
        studio = config.studio
        return cls(studio.currency, studio.country, studio.zone, date_order or order_of(studio.locale))


def order_of(locale: str) -> str | None:
    """Return `mdy` for locales that write the month first, `dmy` for the others, None for one without a country."""
    _, _, country = locale.replace("-", "_").partition("_")
    if not country:
        return None
    return "mdy" if country.upper() in _DAY_FIRST_EXCEPT else "dmy"


def read_value(field: LeadField, text: str, reading: Reading) -> Any:
    """Return the value that `text` means for `field`; an empty text is None (or the empty value of its kind)."""
    bare = text.strip()
    if not bare:
        return _empty(field)
    return _READERS[field.kind](field, bare, reading)


def _empty(field: LeadField) -> Any:
    if field.kind is Kind.LIST:
        return []
    if field.kind is Kind.RECORD:
        return {}
    if field.kind is Kind.TRUTH:
        return False
    if not field.optional:
        raise BadValueError(f"{field.name} must not be empty")
    return None


def _text(field: LeadField, text: str, _: Reading) -> str:
    kept = clean(text) if field.longest <= 255 else clean_lines(text)
    if len(kept) > field.longest:
        raise BadValueError(f"{field.name} is {len(kept):,} characters long; at most {field.longest:,} are kept")
    return kept


def read_email(text: str) -> str:
    """Return an address trimmed, in lower case, with its domain in one (Unicode) form; raises BadValueError."""
    from email_validator import EmailNotValidError, validate_email  # noqa: PLC0415 - 40 ms that most starts save

    try:
        return validate_email(
            text.strip().removeprefix("mailto:"), check_deliverability=False, test_environment=True
        ).normalized.lower()
    except EmailNotValidError as error:
        raise BadValueError(f"'{text.strip()}' is no e-mail address: {error}") from None


def read_phone(text: str, region: str) -> str:
    """Return a phone number in E.164 form, read with the region's rules; raises BadValueError."""
    import phonenumbers  # noqa: PLC0415 - large tables

    try:
        number = phonenumbers.parse(text, region)
    except phonenumbers.NumberParseException:
        raise BadValueError(f"'{text}' is no phone number") from None
    # A number that is possible only locally (without its area code) has no E.164 form that anybody could dial.
    if phonenumbers.is_possible_number_with_reason(number) != phonenumbers.ValidationResult.IS_POSSIBLE:
        raise BadValueError(f"'{text}' is no phone number ({region} numbers are of another length)")
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


def read_date(text: str, order: str | None) -> date:
    """Return a date written ISO, in numbers (by `order`), or in words (`3 July 2027`); raises BadValueError."""
    bare = _WEEKDAY.sub("", text).strip(" ,")  # `Sat 5/6/2027` is numbers too, not words that dateutil may guess at
    found = _iso_date(bare) if _ISO.match(bare) else _numeric_date(bare, order) or _worded_date(text, order)
    _require_our_times(text, found)
    return found


def _require_our_times(text: str, found: date) -> None:
    if not EARLIEST <= found <= LATEST:
        raise BadValueError(f"'{text}' is the year {found.year}; dates lie between {EARLIEST.year} and {LATEST.year}")


def _iso_date(text: str) -> date:
    try:
        year, month, day = (int(part) for part in re.split(r"[-/.]", re.split(r"[T ]", text)[0]))
        return date(year, month, day)
    except ValueError:
        raise BadValueError(f"'{text}' is no date in any calendar") from None


def _numeric_date(text: str, order: str | None) -> date | None:
    found = _NUMERIC.match(text)
    if not found:
        return None
    first, second, year = int(found[1]), int(found[2]), int(found[3])
    if order is None and first <= 12 and second <= 12 and first != second:
        raise BadValueError(f"'{text}' could be two dates; say which with --dates dmy or --dates mdy")
    month_first = order == "mdy" if max(first, second) <= 12 or order else second > 12
    day, month = (second, first) if month_first else (first, second)
    try:
        return date(year + 2000 if year < 100 else year, month, day)
    except ValueError:
        raise BadValueError(
            f"'{text}' is no date with the {'month' if month_first else 'day'} first; --dates says the order"
        ) from None


def _worded_date(text: str, order: str | None) -> date:
    from dateutil.parser import ParserError, parse  # noqa: PLC0415 - 20 ms

    if (
        not re.search(r"[A-Za-z]{3}", text)
        or not re.search(r"\d{4}|'\d\d\b|\b\d{1,2}\D+\d\d\b", text)
        or not re.search(r"\b\d{1,2}(st|nd|rd|th)?\b", text)
    ):
        raise BadValueError(f"'{text}' is no whole date; write it like 14 June 2027 or 2027-06-14")
    first, second = datetime(2001, 1, 1), datetime(2002, 2, 2)  # noqa: DTZ001 - two defaults show what the text left open
    try:
        read, again = (parse(text, dayfirst=order != "mdy", default=default) for default in (first, second))
    except (ParserError, OverflowError):
        raise BadValueError(f"'{text}' is no date; write it like 14 June 2027 or 2027-06-14") from None
    if read.date() != again.date():
        raise BadValueError(f"'{text}' is no whole date; write it like 14 June 2027 or 2027-06-14")
    return read.date()


def read_instant(text: str, reading: Reading) -> datetime:
    """Return an instant in UTC; a date alone is nine o'clock that morning, a time without offset is in the zone."""
    clock = _CLOCK.search(text)
    if _ISO.match(text) and len(text) > 10:
        try:
            found = datetime.fromisoformat(text)
        except ValueError:
            if clock is None:
                raise BadValueError(f"'{text}' is no date and time; write it like 2027-06-14 09:30") from None
        else:
            _require_our_times(text, found.date())
            return (found if found.tzinfo else found.replace(tzinfo=reading.zone)).astimezone(UTC)
    day = read_date(text[: clock.start()] if clock else text, reading.date_order)
    try:
        at = _time_of_day(clock, reading.zone) if clock else time(9, tzinfo=reading.zone)
    except ValueError:
        raise BadValueError(f"'{text}' has no such time of day") from None
    return datetime.combine(day, at).astimezone(UTC)


def _time_of_day(clock: re.Match[str], here: ZoneInfo) -> time:
    """Return the time that `_CLOCK` found, as `9:12`, `9:12:33 pm` or `9:12:33 am GMT+1` (Google's forms)."""
    hour, half = int(clock[1]), (clock[3] or "").lower()
    if half:
        hour = hour % 12 + (12 if half == "p" else 0)
    zone = timezone(timedelta(hours=int(clock[5] or 0))) if clock[4] else here
    return time(hour, int(clock[2]), tzinfo=zone)


def _number(field: LeadField, text: str, _: Reading) -> int:
    bare = re.sub(r"(?<=\d)[, ](?=\d{3}\b)", "", text).removeprefix("~").removeprefix("c.").strip()
    if not re.fullmatch(r"-?\d+", bare):
        raise BadValueError(f"{field.name}: '{text}' is no whole number")
    if len(bare) > _MOST_DIGITS:
        raise BadValueError(f"{field.name}: a number of {len(bare):,} digits is not between 0 and 100,000")
    if not 0 <= int(bare) <= 100_000:
        raise BadValueError(f"{field.name}: {text} is not between 0 and 100,000")
    return int(bare)


def _rating(field: LeadField, text: str, _: Reading) -> float:
    try:
        rating = round(float(text), 1)
    except ValueError:
        raise BadValueError(f"{field.name}: '{text}' is no number") from None
    if not 1.0 <= rating <= 5.0:
        raise BadValueError(f"{field.name}: {text} is not between 1.0 and 5.0")
    return rating


def _truth(field: LeadField, text: str, _: Reading) -> bool:
    if text.lower() in _YES:
        return True
    if text.lower() in _NO:
        return False
    raise BadValueError(f"{field.name}: '{text}' is neither yes nor no")


def _word(field: LeadField, text: str, _: Reading) -> Any:
    assert field.words is not None
    known = {member.value: member for member in field.words}
    wanted = re.sub(r"[\s\-]+", "_", text.strip().lower())
    if wanted not in known:
        near = get_close_matches(wanted, known, n=1)
        meant = f"; did you mean '{near[0]}'?" if near else ""
        raise BadValueError(f"{field.name}: '{text}' is none of {', '.join(known)}{meant}")
    return known[wanted]


def _zone(field: LeadField, text: str, _: Reading) -> str:
    found = zone_named(text)
    if found is None:
        near = nearest_zone(text)
        meant = f"did you mean '{near}'?" if near else "use a name such as America/New_York"
        raise BadValueError(f"{field.name}: '{text}' is no time zone; {meant}")
    return found


def _list(field: LeadField, text: str, _: Reading) -> list[str]:
    parts = [clean(part) for part in re.split(r"[,;\n]", text)]
    if any(len(part) > 100 for part in parts):
        raise BadValueError(f"{field.name}: an entry is longer than 100 characters")
    return list(dict.fromkeys(part for part in parts if part))


def _record(field: LeadField, text: str, _: Reading) -> dict[str, Any]:
    try:
        record = json.loads(text)
    except (ValueError, RecursionError):
        record = None
    if not isinstance(record, dict):
        raise BadValueError(f'{field.name}: \'{text}\' is no JSON object such as {{"campaign": "spring"}}')
    if _depth(record) > _DEEPEST:
        raise BadValueError(f"{field.name}: the JSON object is nested more than {_DEEPEST} deep")
    try:
        json.dumps(record, ensure_ascii=False, allow_nan=False).encode()
    except UnicodeEncodeError:
        raise BadValueError(f"{field.name}: '{text}' holds half a character (a lone surrogate)") from None
    except ValueError:
        raise BadValueError(f"{field.name}: '{text}' holds a number that JSON does not know, such as NaN") from None
    return record


def _depth(value: Any) -> int:
    """Return how far lists and objects are nested; whatever `json.loads` could read is shallow enough to be walked."""
    level, depth = [value], 0
    while level:
        depth += 1
        inner = [part.values() if isinstance(part, dict) else part for part in level if isinstance(part, dict | list)]
        level = [each for parts in inner for each in parts]
    return depth - 1


_READERS: Mapping[Kind, Callable[[LeadField, str, Reading], Any]] = {
    Kind.TEXT: _text,
    Kind.EMAIL: lambda _, text, __: read_email(text),
    Kind.PHONE: lambda _, text, reading: read_phone(text, reading.region),
    Kind.DATE: lambda _, text, reading: read_date(text, reading.date_order),
    Kind.INSTANT: lambda _, text, reading: read_instant(text, reading),
    Kind.NUMBER: _number,
    Kind.RATING: _rating,
    Kind.MONEY: lambda _, text, reading: parse_money(text, reading.currency),
    Kind.TRUTH: _truth,
    Kind.WORD: _word,
    Kind.ZONE: _zone,
    Kind.LIST: _list,
    Kind.RECORD: _record,
}
