"""Moments as the owner types them, in the studio's zone."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from leadnurture.crm.values import BadValueError, Reading
from leadnurture.engine.when import read_when

READING = Reading("GBP", "GB", ZoneInfo("Europe/London"), "dmy")
NOW = datetime(2027, 3, 24, 15, 30, tzinfo=UTC)  # a Wednesday; the clocks go forward on Sunday


@pytest.mark.parametrize(
    ("text", "local"),
    [
        ("today", "2027-03-24 09:00"),
        ("Today 17:00", "2027-03-24 17:00"),
        ("tomorrow", "2027-03-25 09:00"),
        ("tomorrow at 14:00", "2027-03-25 14:00"),
        ("tomorrow 2:00 pm", "2027-03-25 14:00"),
        ("monday", "2027-03-29 09:00"),
        ("next Monday 10:15", "2027-03-29 10:15"),
        ("on fri", "2027-03-26 09:00"),
        ("wednesday", "2027-03-31 09:00"),
        ("next week", "2027-03-29 09:00"),
        ("+2d", "2027-03-26 09:00"),
        ("+1w", "2027-03-31 09:00"),
        ("+1w 18:00", "2027-03-31 18:00"),
        ("in 5 days", "2027-03-29 09:00"),
        ("in 1 week at 8:00", "2027-03-31 08:00"),
        ("+3h", "2027-03-24 18:30"),
        ("in 45 minutes", "2027-03-24 16:15"),
        ("+5d 2h", "2027-03-29 17:30"),
        ("14/6/2027", "2027-06-14 09:00"),
        ("14 June 2027 18:00", "2027-06-14 18:00"),
        ("2027-06-14 18:00", "2027-06-14 18:00"),
    ],
)
def test_a_moment_in_words_is_one_on_the_studios_clocks(text: str, local: str) -> None:
    at = read_when(text, READING, NOW).astimezone(READING.zone)
    assert f"{at:%Y-%m-%d %H:%M}" == local


def test_a_day_late_in_the_evening_is_the_zones_own() -> None:
    there = Reading("NZD", "NZ", ZoneInfo("Pacific/Auckland"), "dmy")
    assert read_when("tomorrow", there, NOW) == datetime(2027, 3, 25, 20, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("someday", "is no whole date"),
        ("", "is no whole date"),
        ("+2x", "is no length of time"),
        ("+99999999d", "longer than ten years"),
        ("+2h 10:00", "says a length in hours and a time of day"),
        ("tomorrow 25:00", "no such time of day"),
        ("31/2/2027", "is no date"),
        ("14 June", "is no whole date"),
    ],
)
def test_what_means_no_moment_is_told(text: str, told: str) -> None:
    with pytest.raises(BadValueError, match=told):
        read_when(text, READING, NOW)
