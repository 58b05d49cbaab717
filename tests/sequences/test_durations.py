"""Lengths of time: minutes and hours that pass, days and weeks on the calendar."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic_core import PydanticCustomError

from leadnurture.sequences.duration import LONGEST_DAYS, Duration, read_duration

HOUR = timedelta(hours=1)
READ = {
    "10m": Duration(0, timedelta(minutes=10)),
    "2h": Duration(0, 2 * HOUR),
    "3d": Duration(3),
    "1w": Duration(7),
    "1d 12h": Duration(1, 12 * HOUR),
    "1w2d3h4m": Duration(9, timedelta(hours=3, minutes=4)),
    " 90 m ": Duration(0, timedelta(minutes=90)),
    "36h": Duration(0, 36 * HOUR),
    "1d 1d": Duration(2),
    "0m": Duration(),
    "3660d": Duration(3660),
}
REFUSED = [
    "",
    "soon",
    "3",
    "d",
    "3 days",
    "3D",
    "-3d",
    "1.5h",
    "3d 4",
    "3661d",
    "527041h",
    "1w 3654d",
    None,
    True,
    5,
    ["3d"],
]


@pytest.mark.parametrize(("text", "meant"), READ.items())
def test_a_length_of_time_is_read_as_people_write_it(text: str, meant: Duration) -> None:
    assert read_duration(text) == meant


@pytest.mark.parametrize("given", REFUSED)
def test_what_is_no_length_of_time_is_refused(given: object) -> None:
    with pytest.raises(PydanticCustomError):
        read_duration(given)


@given(st.integers(0, LONGEST_DAYS - 100), st.integers(0, 100 * 1440))
def test_what_is_shown_reads_as_the_same_length(days: int, minutes: int) -> None:
    duration = Duration(days, timedelta(minutes=minutes))
    assert read_duration(str(duration)) == duration


@pytest.mark.parametrize(
    ("text", "shown"),
    [("14d", "2w"), ("8d", "8d"), ("90m", "1h 30m"), ("48h", "48h"), ("0d", "0m"), ("1w 24h", "1w 24h")],
)
def test_a_length_is_shown_in_few_words(text: str, shown: str) -> None:
    assert str(read_duration(text)) == shown


def test_a_day_is_not_twenty_four_hours() -> None:
    assert read_duration("1d") != read_duration("24h")
    assert read_duration("1d").roughly == read_duration("24h").roughly
