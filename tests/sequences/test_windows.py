"""The hours and days at which a step may happen, as a file says them."""

from datetime import time

import pytest
from sequence_texts import right, step, top

from leadnurture.hours import read_hours
from leadnurture.sequences.duration import read_duration
from leadnurture.sequences.window import ANY_TIME, Weekday, Window

ALL_DAYS = frozenset(Weekday)


def window(words: str) -> Window:
    return right(top(f"window: {words}")).window


@pytest.mark.parametrize(
    ("words", "opens", "closes"),
    [
        ("any", time(0), None),
        ("{days: [mon]}", time(0), None),
        ('{at: "09:00"}', time(9), time(20)),
        ("{at: 9:05}", time(9, 5), time(20)),
        ('{at: "21:00"}', time(21), None),
        ('{at: "09:00", until: "12:30"}', time(9), time(12, 30)),
        ('{until: "12:30"}', time(0), time(12, 30)),
    ],
)
def test_a_window_closes_in_the_evening_unless_it_says_otherwise(words: str, opens: time, closes: time | None) -> None:
    assert (window(words).opens, window(words).closes) == (opens, closes)


@pytest.mark.parametrize(
    ("words", "days"),
    [
        ("{at: 09:00}", ALL_DAYS),
        ("{days: [mon, tue]}", {Weekday.MON, Weekday.TUE}),
        ("{days: sun}", {Weekday.SUN}),
        ("{days: [Monday, thurs, SAT, sat]}", {Weekday.MON, Weekday.THU, Weekday.SAT}),
    ],
)
def test_days_are_words_short_or_long(words: str, days: set[Weekday]) -> None:
    assert window(words).days == days


@pytest.mark.parametrize(
    ("words", "hours", "opens", "closes"),
    [
        ("any", "08:00-21:00", time(8), time(21)),
        ('{at: "09:00"}', "08:00-21:00", time(9), time(20)),
        ('{at: "07:00", until: "22:30"}', "08:00-21:00", time(8), time(21)),
        ('{at: "20:30"}', "08:00-21:00", time(20, 30), time(21)),
        ('{until: "12:30"}', "9:00–17:00", time(9), time(12, 30)),
    ],
)
def test_a_window_within_hours_is_open_when_both_are(words: str, hours: str, opens: time, closes: time) -> None:
    narrowed = window(words).within(read_hours(hours))
    assert narrowed is not None
    assert (narrowed.opens, narrowed.closes) == (opens, closes)
    assert (narrowed.days, narrowed.holidays) == (window(words).days, "any")


@pytest.mark.parametrize("words", ['{at: "21:00"}', '{at: "22:00"}', '{until: "08:00"}'])
def test_a_window_that_never_meets_the_hours_is_none(words: str) -> None:
    assert window(words).within(read_hours("08:00-21:00")) is None


def test_a_step_without_a_rule_for_lateness_has_the_sequence_s() -> None:
    text = top("late: 2d") + "  - {id: b, action: wait_delay, delay: 1d, late: skip}\n"
    first, second = right(text).steps
    assert (right(text).late_of(first), right(text).late_of(second)) == (read_duration("2d"), "skip")
    assert right(top("")).late == "send"


def test_a_step_without_a_window_has_the_sequence_s() -> None:
    sequence = right(top("window: {at: 09:00}") + "  - id: b\n    action: wait_delay\n    delay: 1d\n    window: any\n")
    first, second = sequence.steps
    assert sequence.window_of(first).at == time(9)
    assert sequence.window_of(second) == ANY_TIME


def test_a_sequence_without_a_window_is_open_day_and_night() -> None:
    sequence = right(step("id: a\naction: wait_delay\ndelay: 1d"))
    assert sequence.window_of(sequence.steps[0]) == ANY_TIME
    assert ANY_TIME.holidays == "any"
