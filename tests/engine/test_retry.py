"""When a delivery that failed for the moment is tried again."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leadnurture.engine.retry import LONGEST_PAUSE, retry_at

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
