"""When a step is due: what elapses, what is a day on the calendar, what a clock change does to either."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from leadnurture.engine.schedule import after, due_at, is_open, opening, resolve
from leadnurture.sequences.duration import Duration, read_duration
from leadnurture.sequences.window import ANY_TIME, Weekday, Window

LONDON = ZoneInfo("Europe/London")
WEEKDAYS = frozenset(Weekday) - {Weekday.SAT, Weekday.SUN}
MORNING = Window(at="09:00", days=["mon", "tue", "wed", "thu", "fri"], holidays="skip")
GAPS = {
    "London in March": ("Europe/London", "2027-03-28T01:30", "2027-03-28T01:00"),
    "New York in March": ("America/New_York", "2027-03-14T02:15", "2027-03-14T07:00"),
    "Sydney in October": ("Australia/Sydney", "2027-10-03T02:59:59", "2027-10-02T16:00"),
    "half an hour on Lord Howe": ("Australia/Lord_Howe", "2027-10-03T02:10", "2027-10-02T15:30"),
    "a whole day in Samoa": ("Pacific/Apia", "2011-12-30T12:00", "2011-12-30T10:00"),
    "midnight in Cairo": ("Africa/Cairo", "2027-04-30T00:00", "2027-04-29T22:00"),
}
OVERLAPS = {
    "London in October": ("Europe/London", "2027-10-31T01:30", "2027-10-31T00:30"),
    "New York in November": ("America/New_York", "2027-11-07T01:00", "2027-11-07T05:00"),
    "Sydney in April": ("Australia/Sydney", "2027-04-04T02:30", "2027-04-03T15:30"),
    "half an hour on Lord Howe": ("Australia/Lord_Howe", "2027-04-04T01:45", "2027-04-03T14:45"),
}


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def london(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=LONDON)


def due(anchor: datetime, delay: str, window: Window = ANY_TIME, zone: ZoneInfo = LONDON) -> str:
    return due_at(anchor, read_duration(delay), window, zone).local.removesuffix(f" {zone.key}")


@pytest.mark.parametrize(("zone", "local", "instant"), GAPS.values(), ids=GAPS.keys())
def test_a_time_that_a_clock_change_skips_is_the_end_of_the_gap(zone: str, local: str, instant: str) -> None:
    assert resolve(datetime.fromisoformat(local), ZoneInfo(zone)) == utc(instant)


@pytest.mark.parametrize(("zone", "local", "instant"), OVERLAPS.values(), ids=OVERLAPS.keys())
def test_a_time_that_comes_twice_is_the_first(zone: str, local: str, instant: str) -> None:
    assert resolve(datetime.fromisoformat(local), ZoneInfo(zone)) == utc(instant)


@pytest.mark.parametrize(
    ("anchor", "delay", "expected"),
    [
        ("2027-03-27T12:00", "1d", "2027-03-28T12:00:00"),  # 23 hours later
        ("2027-03-27T12:00", "24h", "2027-03-28T13:00:00"),
        ("2027-10-30T12:00", "1d", "2027-10-31T12:00:00"),  # 25 hours later
        ("2027-10-30T12:00", "24h", "2027-10-31T11:00:00"),
        ("2027-03-21T01:30", "1w", "2027-03-28T02:00:00"),
        ("2027-10-24T01:30", "1w", "2027-10-31T01:30:00"),
        ("2027-03-27T12:00", "1d 2h", "2027-03-28T14:00:00"),
        ("2027-01-04T09:00", "10m", "2027-01-04T09:10:00"),
        ("2027-01-04T09:00", "0m", "2027-01-04T09:00:00"),
        ("2028-02-28T09:00", "1d", "2028-02-29T09:00:00"),
    ],
)
def test_days_are_days_on_the_wall_and_hours_are_hours(anchor: str, delay: str, expected: str) -> None:
    assert due(london(anchor), delay) == expected


def test_a_day_from_the_second_of_two_equal_times_is_the_same_time_the_next_day() -> None:
    second = london("2027-10-31T01:30").replace(fold=1)
    assert due(second, "1d") == "2027-11-01T01:30:00"


@pytest.mark.parametrize(
    ("anchor", "delay", "expected"),
    [
        ("2027-01-04T09:00:07", "1d", "2027-01-05T09:00:00"),  # done some seconds after the opening
        ("2027-01-04T19:59:59", "1d", "2027-01-05T09:00:00"),
        ("2027-01-04T00:00", "2d", "2027-01-06T09:00:00"),
        ("2027-01-08T10:00", "1d", "2027-01-11T09:00:00"),  # Saturday is not a day of the window
        ("2027-03-26T10:00", "3d", "2027-03-29T09:00:00"),  # over a clock change
        ("2027-01-04T09:00", "1d 1h", "2027-01-05T10:00:00"),
        ("2027-01-04T09:30", "24h", "2027-01-05T09:30:00"),
        ("2027-01-04T09:30", "12h", "2027-01-05T09:00:00"),
        ("2027-01-04T05:00", "10m", "2027-01-04T09:00:00"),
        ("2027-01-04T12:00", "0m", "2027-01-04T12:00:00"),
        ("2027-01-04T20:00", "0m", "2027-01-05T09:00:00"),
    ],
)
def test_days_with_an_opening_time_mean_that_many_calendar_days_later_at_that_time(
    anchor: str, delay: str, expected: str
) -> None:
    assert due(london(anchor), delay, MORNING) == expected


def test_days_without_an_opening_time_keep_the_time_of_day() -> None:
    assert due(london("2027-01-04T14:20"), "1d", Window(days=["tue"])) == "2027-01-05T14:20:00"
    assert due(london("2027-01-04T14:20"), "1d", Window(days=["wed"])) == "2027-01-06T00:00:00"


def test_an_opening_in_a_gap_is_the_end_of_the_gap() -> None:
    early = Window(at="01:30")
    assert due(london("2027-03-27T12:00"), "1d", early) == "2027-03-28T02:00:00"


def test_a_window_that_a_clock_change_swallows_opens_the_next_day() -> None:
    short = Window(at="01:10", until="01:50")
    assert due(london("2027-03-27T12:00"), "1d", short) == "2027-03-29T01:10:00"


def test_a_window_opens_again_when_its_time_comes_a_second_time() -> None:
    between = london("2027-10-31T01:05").replace(fold=1)  # after the first 01:10 to 01:50, before the second
    found = opening(between, Window(at="01:10", until="01:50", days=["sun"]), LONDON)
    assert found.at == london("2027-10-31T01:10").replace(fold=1).astimezone(UTC)


def test_a_midnight_that_comes_twice_is_not_before_what_it_follows() -> None:
    newfoundland = ZoneInfo("America/St_Johns")  # the clock went from 00:01 back to 23:01
    anchor = datetime(1990, 10, 27, 23, 30, fold=1, tzinfo=newfoundland)
    found = due_at(anchor, Duration(1), Window(at="00:00"), newfoundland)
    assert found.at == datetime(1990, 10, 28, 0, 0, fold=1, tzinfo=newfoundland).astimezone(UTC)


def test_a_day_that_a_zone_skips_counts_as_the_next_one() -> None:
    apia = ZoneInfo("Pacific/Apia")
    anchor = datetime(2011, 12, 29, 10, tzinfo=apia)
    assert due(anchor, "1d", zone=apia) == "2011-12-31T00:00:00"
    assert due(anchor, "1d", Window(at="09:00"), apia) == "2011-12-31T09:00:00"
    assert due(anchor, "2d", zone=apia) == "2011-12-31T10:00:00"


def test_a_holiday_is_no_day_for_a_window_that_skips_them() -> None:
    new_year = london("2027-01-01T10:00")  # a Friday

    def is_holiday(day: date) -> bool:
        return day in {date(2027, 1, 1), date(2027, 1, 4)}

    assert opening(new_year, MORNING, LONDON, is_holiday).local == "2027-01-05T09:00:00 Europe/London"
    careless = MORNING.model_copy(update={"holidays": "any"})
    assert opening(new_year, careless, LONDON, is_holiday).at == new_year


def test_a_window_that_never_opens_holds_nothing_up() -> None:
    now = london("2027-01-04T10:00")
    assert opening(now, MORNING, LONDON, lambda _: True).at == now


@pytest.mark.parametrize(
    ("local", "held"),
    [
        ("2027-01-04T08:59:59", False),
        ("2027-01-04T09:00", True),
        ("2027-01-04T19:59:59", True),
        ("2027-01-04T20:00", False),
        ("2027-01-09T12:00", False),
    ],
)
def test_a_window_is_open_from_its_first_minute_until_before_its_last(local: str, held: bool) -> None:
    assert is_open(london(local), MORNING, LONDON) is held


def test_what_is_due_is_told_as_an_instant_and_as_a_time_on_the_wall() -> None:
    found = due_at(london("2027-07-01T10:00"), Duration(elapsed=timedelta(minutes=10)), ANY_TIME, LONDON)
    assert (found.at, found.local) == (utc("2027-07-01T09:10"), "2027-07-01T10:10:00 Europe/London")


def test_after_counts_days_first_and_hours_then() -> None:
    anchor = london("2027-03-27T01:30")
    assert after(anchor, read_duration("1d 1h"), LONDON) == utc("2027-03-28T02:00")  # the gap's end, and an hour


def test_times_of_day_are_the_studio_s_whatever_the_zone_of_the_anchor() -> None:
    assert due(datetime(2027, 7, 1, 22, 30, tzinfo=UTC), "1d", Window(at="09:00")) == "2027-07-02T09:00:00"
    assert due(datetime(2027, 7, 1, 23, 30, tzinfo=UTC), "1d", Window(at="09:00")) == "2027-07-03T09:00:00"
    assert Window(at="09:00").opens == time(9)
