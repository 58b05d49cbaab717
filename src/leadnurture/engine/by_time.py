"""What the days that go by do to conditions: whether they can change one, and when to look again. Pure."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from math import floor
from zoneinfo import ZoneInfo

from leadnurture.crm.portrait import DAY_COUNTS, INQUIRY_AGE
from leadnurture.engine.conditions import Subject, judge
from leadnurture.engine.schedule import day_after
from leadnurture.sequences.condition import Condition
from leadnurture.sequences.sequence import Sequence


def depends_on_time(condition: Condition | None) -> bool:
    """Tell whether a condition can begin or stop to hold by the passing of days alone."""
    return any(_counts_days(part) for part in parts(condition))


def enters_by_time(sequence: Sequence) -> bool:
    """Tell whether a lead may come to enter a sequence without a fact: by its condition, or by `again`."""
    enroll = sequence.enroll
    if enroll.when is None and not sequence.default:
        return False
    return enroll.again != "never" or depends_on_time(enroll.when)


def next_look(sequence: Sequence, now: datetime, zone: ZoneInfo) -> datetime | None:
    """Return when leads are to be looked at again for a sequence: as the zone's next day begins; None for never."""
    return day_after(now, zone) if enters_by_time(sequence) else None


def will_hold(condition: Condition | None, subject: Subject) -> bool:
    """Tell whether a condition that does not hold now will, by nothing but the growing age of the inquiry."""
    age = subject.values[INQUIRY_AGE]
    later = {days for bound in _ages(condition) for days in (floor(bound), floor(bound) + 1) if days > age}
    return any(judge(condition, _aged(subject, days)).held for days in later)


def _aged(subject: Subject, days: int) -> Subject:
    return replace(subject, values={**subject.values, INQUIRY_AGE: days})


def parts(condition: Condition | None) -> Iterator[Condition]:
    """Yield a condition and all that it is composed of."""
    if condition is not None:
        yield condition
        for part in (*(condition.all_of or ()), *(condition.any_of or ()), condition.none_of):
            yield from parts(part)


def _counts_days(condition: Condition) -> bool:
    wedding = condition.wedding
    near_or_far = wedding is not None and (wedding.within is not None or wedding.beyond is not None)
    return near_or_far or any(test.field in DAY_COUNTS for test in condition.fields or ())


def _ages(condition: Condition | None) -> Iterator[float]:
    """Yield the ages of an inquiry that a condition compares with: its verdict changes around these alone."""
    for part in parts(condition):
        for test in part.fields or ():
            if test.field == INQUIRY_AGE:
                yield from test.expected if isinstance(test.expected, list) else (test.expected,)
