from datetime import date, datetime
from zoneinfo import ZoneInfo

import pytest

from leadnurture.cli.views.moments import days, moment, short_day, span, stamp

LONDON = ZoneInfo("Europe/London")
NOW = datetime(2027, 1, 12, 22, 30, tzinfo=LONDON)


def _at(month: int, day: int, hour: int = 9, minute: int = 0, year: int = 2027) -> datetime:
    return datetime(year, month, day, hour, minute, tzinfo=LONDON)


@pytest.mark.parametrize(
    ("at", "told"),
    [
        (NOW, "Tue 12 Jan 22:30 (now)"),
        (_at(1, 12, 22, 50), "Tue 12 Jan 22:50 (in 20 min)"),
        (_at(1, 12, 22, 1), "Tue 12 Jan 22:01 (29 min ago)"),
        (_at(1, 12, 9), "Tue 12 Jan 09:00 (13 h ago)"),
        (_at(1, 13, 0, 10), "Wed 13 Jan 00:10 (tomorrow)"),
        (_at(1, 12, 23, 45), "Tue 12 Jan 23:45 (in 1 h)"),
        (_at(1, 14), "Thu 14 Jan 09:00 (in 2 days)"),
        (_at(1, 11), "Mon 11 Jan 09:00 (yesterday)"),
        (_at(3, 1), "Mon 1 Mar 09:00 (in 7 weeks)"),
        (_at(12, 31, year=2026), "Thu 31 Dec 2026 09:00 (12 days ago)"),
        (_at(6, 12, year=2028), "Mon 12 Jun 2028 09:00 (in 17 months)"),
    ],
)
def test_a_moment_in_words(at: datetime, told: str) -> None:
    assert moment(at, NOW) == told


@pytest.mark.parametrize(
    ("length", "told"),
    [
        (1, "1 day"),
        (20, "20 days"),
        (21, "3 weeks"),
        (60, "9 weeks"),
        (61, "2 months"),
        (365, "12 months"),
        (1096, "3 years"),
    ],
)
def test_a_length_is_told_roughly(length: int, told: str) -> None:
    assert span(length) == told


def test_a_day_is_told_from_today() -> None:
    today = date(2027, 1, 12)
    assert [days(date(2027, 1, day), today) for day in (11, 12, 13, 15)] == [
        "yesterday",
        "today",
        "tomorrow",
        "in 3 days",
    ]


def test_short_forms_always_fit_their_columns() -> None:
    for year in (2026, 2027, 2028):
        for month in range(1, 13):
            at = _at(month, 28, year=year)
            assert len(stamp(at, NOW)) <= 12
            assert len(short_day(at.date(), NOW.date())) <= 8
