"""Hours of the day, such as 08:00-21:00. Pure."""

import re
from dataclasses import dataclass
from datetime import time

_WRITTEN = re.compile(r"([01]?\d|2[0-3]):([0-5]\d)\s*[-–]\s*([01]?\d|2[0-3]):([0-5]\d)")


@dataclass(frozen=True)
class Hours:
    """The same hours of every day, from `opens` until before `closes`, by the clock of whoever they are for."""

    opens: time
    closes: time

    def __str__(self) -> str:
        return f"{self.opens:%H:%M}-{self.closes:%H:%M}"


def read_hours(text: str) -> Hours:
    """Read `08:00-21:00`; raises ValueError for anything else, and for hours that end before they begin."""
    found = _WRITTEN.fullmatch(text.strip())
    if not found:
        raise ValueError(f"'{text}' are no hours of the day; write them like 08:00-21:00")
    hours = Hours(time(int(found[1]), int(found[2])), time(int(found[3]), int(found[4])))
    if hours.closes <= hours.opens:
        raise ValueError(f"'{text}' ends before it begins; hours lie within one day, such as 08:00-21:00")
    return hours
