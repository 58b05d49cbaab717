"""When a delivery that failed for the moment is tried again."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leadnurture.channels.transport import Verdict
from leadnurture.engine.retry import LONGEST_PAUSE, is_about_server, rest_until, retry_at
from leadnurture.outbox_channel import Trouble

NOW = datetime(2027, 1, 4, 9, tzinfo=UTC)
TWO_HOURS = timedelta(hours=2)


@pytest.mark.parametrize(("failures", "hours"), [(1, 2), (2, 4), (3, 8)])
def test_the_pause_is_two_hours_and_doubles(failures: int, hours: int) -> None:
    assert retry_at(failures, max_retries=3, delay=TWO_HOURS, now=NOW) == NOW + timedelta(hours=hours)


def test_the_retries_are_used_up() -> None:
    assert retry_at(4, max_retries=3, delay=TWO_HOURS, now=NOW) is None
    assert retry_at(1, max_retries=0, delay=TWO_HOURS, now=NOW) is None


@given(st.integers(1, 12), st.integers(0, 10), st.timedeltas(timedelta(minutes=1), timedelta(days=3660)))
def test_there_are_as_many_retries_as_allowed_and_no_pause_is_longer_than_a_week(
    failures: int, most: int, delay: timedelta
) -> None:
    again = retry_at(failures, max_retries=most, delay=delay, now=NOW)
    assert (again is None) == (failures > most)
    assert again is None or min(delay, LONGEST_PAUSE) <= again - NOW <= LONGEST_PAUSE


@pytest.mark.parametrize(
    ("trouble", "minutes"),
    [
        (Trouble.UNREACHABLE, [1, 2, 4, 8, 16, 30, 30]),
        (Trouble.POSTPONED, [5, 10, 20, 40, 60, 60]),
        (Trouble.LOGIN, [15, 30, 60, 120, 240, 360, 360]),
        (Trouble.QUOTA, [60, 120, 240, 360, 360]),
    ],
)
def test_a_channel_rests_longer_each_time_by_the_kind_of_trouble(trouble: Trouble, minutes: list[int]) -> None:
    rests = [rest_until(failures, trouble, NOW) - NOW for failures in range(1, len(minutes) + 1)]
    assert rests == [timedelta(minutes=number) for number in minutes]


@given(st.integers(1, 10**6), st.sampled_from(Trouble))
def test_no_rest_is_longer_than_six_hours(failures: int, trouble: Trouble) -> None:
    assert NOW < rest_until(failures, trouble, NOW) <= NOW + timedelta(hours=6)


PUT_OFF, TROUBLED = {Verdict.TRANSIENT}, {Verdict.SERVER}


def test_three_couples_that_are_put_off_are_everybody_and_one_of_them_three_times_is_not() -> None:
    assert is_about_server(["ann", "mia", "zoe"], 0, PUT_OFF)
    assert is_about_server(["ann", "mia", "zoe"], 1000, PUT_OFF)
    assert not is_about_server(["ann", "mia"], 0, PUT_OFF)
    assert not is_about_server(["ann", "ann", "ann"], 0, PUT_OFF)


def test_one_couple_that_always_meets_trouble_is_its_own_in_the_end() -> None:
    assert [is_about_server(["ann"], failures, TROUBLED) for failures in (0, 5, 6)] == [True, True, False]
    assert is_about_server(["ann", "mia", "zoe"], 1000, TROUBLED)
