"""What the Sent folder's answer means for a mail that may have arrived."""

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from leadnurture.engine.doubt import LOOK_FOR, Fate, fate

NOW = datetime(2027, 1, 4, 9, tzinfo=UTC)
AGES = st.timedeltas(timedelta(days=-1), timedelta(days=400))


@given(AGES, st.booleans())
def test_what_is_there_was_sent(age: timedelta, absence_tells: bool) -> None:
    assert fate(found=True, in_doubt_at=NOW - age, now=NOW, absence_tells=absence_tells) is Fate.SENT


@given(AGES, st.booleans())
def test_nothing_goes_again_within_ten_minutes_or_where_absence_tells_nothing(
    age: timedelta, absence_tells: bool
) -> None:
    verdict = fate(found=False, in_doubt_at=NOW - age, now=NOW, absence_tells=absence_tells)
    assert (verdict is Fate.QUEUE_AGAIN) == (absence_tells and age >= LOOK_FOR)
    assert (verdict is Fate.LOOK_AGAIN) == (age < LOOK_FOR)
