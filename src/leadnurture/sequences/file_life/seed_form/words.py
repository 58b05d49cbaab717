"""The seed's words and ours: camelCase keys, `Web Form`, `HIGH`, `{{currentDate + 1 day}}`. Pure."""

import re
from datetime import timedelta
from typing import Any

from leadnurture.crm.sources import source_name
from leadnurture.crm.values import BadValueError
from leadnurture.sequences.duration import Duration

_DATE_SUM = re.compile(r"\{\{\s*(?:currentDate|today)\s*(?:\+\s*(\d{1,4})\s*(minute|hour|day|week)s?\s*)?\}\}")
_SPOKEN_SOURCES = {"website": "Web Form"}


def snake(key: str) -> str:
    """Return `retryDelayDays` as `retry_delay_days`."""
    return re.sub(r"(?<=[a-z0-9])([A-Z])", r"_\1", key).lower()


def camel(key: str) -> str:
    """Return `retry_delay_days` as `retryDelayDays`."""
    head, *rest = key.split("_")
    return head + "".join(part.capitalize() for part in rest)


def word(given: Any) -> Any:
    """Return `Proposal Sent` or `HIGH` as our lists spell it; anything but a text stays."""
    return re.sub(r"[\s\-]+", "_", given.strip().lower()) if isinstance(given, str) else given


def spoken(given: Any) -> Any:
    """Return `proposal_sent` as `Proposal Sent`."""
    return given.replace("_", " ").title() if isinstance(given, str) else given


def source(given: Any) -> Any:
    """Return the name under which a source is kept: `Web Form` is `website`."""
    try:
        return source_name(given) if isinstance(given, str) else given
    except BadValueError:
        return given  # the language itself says what is wrong with it


def spoken_source(given: Any) -> Any:
    """Return a source in the seed's words, if they mean the same."""
    told = _SPOKEN_SOURCES.get(given, spoken(given))
    return told if source(told) == source(given) else given


def due(given: Any) -> Any:
    """Return `{{currentDate + 1 day}}` as `+1d`; anything else stays."""
    found = _DATE_SUM.fullmatch(given.strip()) if isinstance(given, str) else None
    return f"+{found[1] or 0}{(found[2] or 'day')[0]}" if found else given


def spoken_due(length: Duration) -> str:
    """Return a length of time as a sum with the current date, or as we write it where days cannot say it."""
    if length.elapsed:
        return f"+{length}"
    return f"{{{{currentDate + {length.days} day{'s' * (length.days != 1)}}}}}"


def length(days: float, hours: float, minutes: float = 0) -> Duration | None:
    """Return days and hours as a length of time; None for one that is negative or has no whole minutes.

    A part of a day counts as hours, because the seed's days are 24 hours.
    """
    elapsed = (days % 1) * 1440 + hours * 60 + minutes
    if min(days, hours, minutes) < 0 or abs(elapsed - round(elapsed)) > 1e-6:
        return None
    return Duration(int(days // 1), timedelta(minutes=round(elapsed)))
