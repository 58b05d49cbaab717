"""What holds of the schedule in every zone, on every day, over every clock change."""

from datetime import UTC, date, datetime, timedelta
from functools import cache
from itertools import pairwise
from zoneinfo import ZoneInfo, available_timezones

from hypothesis import assume, given
from hypothesis import strategies as st

from leadnurture.engine.schedule import due_at, is_open, opening, resolve
from leadnurture.sequences.duration import Duration
from leadnurture.sequences.window import ANY_TIME, Window

FIRST, LAST = datetime(1975, 1, 1, tzinfo=UTC), datetime(2037, 12, 31, tzinfo=UTC)
CHANGING = [
    "Europe/London",
    "America/New_York",
    "Australia/Sydney",
    "Australia/Lord_Howe",
    "Pacific/Apia",
    "America/St_Johns",
]
ZONES = (st.sampled_from(CHANGING) | st.sampled_from(sorted(available_timezones()))).map(ZoneInfo)


@cache
def changes(zone: ZoneInfo) -> list[datetime]:
    """Return instants from 1975 to 2037 at which a zone's offset changes."""
    months = [FIRST + timedelta(days=30 * number) for number in range((LAST - FIRST).days // 30)]
    return [
        _between(before, after, zone)
        for before, after in pairwise(months)
        if before.astimezone(zone).utcoffset() != after.astimezone(zone).utcoffset()
    ]


def _between(before: datetime, after: datetime, zone: ZoneInfo) -> datetime:
    offset = before.astimezone(zone).utcoffset()
    while after - before > timedelta(seconds=1):
        middle = (before + (after - before) / 2).replace(microsecond=0)
        before, after = (middle, after) if middle.astimezone(zone).utcoffset() == offset else (before, middle)
    return after


def is_change(instant: datetime, zone: ZoneInfo) -> bool:
    just_before = instant - timedelta(microseconds=1)
    return just_before.astimezone(zone).utcoffset() != instant.astimezone(zone).utcoffset()


@st.composite
def anchors(draw: st.DrawFn) -> tuple[ZoneInfo, datetime]:
    """Return a zone and an instant, half of them within a day and a half around a clock change."""
    zone = draw(ZONES)
    anywhere = st.datetimes(FIRST.replace(tzinfo=None), LAST.replace(tzinfo=None), timezones=st.just(UTC))
    if not changes(zone) or draw(st.booleans()):
        instant = draw(anywhere)
    else:
        instant = draw(st.sampled_from(changes(zone))) + timedelta(seconds=draw(st.integers(-36 * 3600, 36 * 3600)))
    return zone, instant.astimezone(draw(st.sampled_from([UTC, zone])))


DAYS = st.sets(st.sampled_from(["mon", "tue", "wed", "thu", "fri", "sat", "sun"]), min_size=1).map(sorted)
TIMES = st.times().map(lambda time: f"{time:%H:%M}")


@st.composite
def windows(draw: st.DrawFn) -> Window:
    """Return a window of any days and times."""
    at, until = draw(st.none() | TIMES), draw(st.none() | TIMES)
    if until is not None and until <= (at or "00:00"):
        until = None
    return Window(at=at, until=until, days=draw(DAYS), holidays=draw(st.sampled_from(["skip", "any"])))


DELAYS = st.builds(Duration, st.integers(0, 40), st.integers(0, 3000).map(lambda minutes: timedelta(minutes=minutes)))


def is_holiday(day: date) -> bool:
    return (day.month, day.day) in {(1, 1), (12, 25), (12, 26)}


@given(anchors(), DELAYS, windows())
def test_a_step_is_never_due_before_the_one_ahead_of_it_is_done(
    anchor: tuple[ZoneInfo, datetime], delay: Duration, window: Window
) -> None:
    zone, instant = anchor
    assert due_at(instant, delay, window, zone, is_holiday).at >= instant


@given(anchors(), DELAYS, windows())
def test_a_step_is_due_only_when_its_window_is_open(
    anchor: tuple[ZoneInfo, datetime], delay: Duration, window: Window
) -> None:
    zone, instant = anchor
    assert is_open(due_at(instant, delay, window, zone, is_holiday).at, window, zone, is_holiday)


@given(anchors(), windows())
def test_no_earlier_moment_is_open(anchor: tuple[ZoneInfo, datetime], window: Window) -> None:
    zone, instant = anchor
    found = opening(instant, window, zone, is_holiday).at
    minute = instant.astimezone(UTC).replace(second=0, microsecond=0) + timedelta(minutes=1)
    assume(found - instant < timedelta(days=2))
    while minute < found:
        assert not is_open(minute, window, zone, is_holiday)
        minute += timedelta(minutes=5 if found - minute > timedelta(hours=3) else 1)


@given(anchors(), st.integers(0, 100_000))
def test_minutes_and_hours_elapse_exactly(anchor: tuple[ZoneInfo, datetime], minutes: int) -> None:
    zone, instant = anchor
    elapsed = timedelta(minutes=minutes)
    assert due_at(instant, Duration(elapsed=elapsed), ANY_TIME, zone).at == instant.astimezone(UTC) + elapsed


@given(anchors(), st.integers(1, 400))
def test_days_keep_the_time_on_the_wall_or_end_a_gap(anchor: tuple[ZoneInfo, datetime], days: int) -> None:
    zone, instant = anchor
    wanted = instant.astimezone(zone).replace(tzinfo=None) + timedelta(days=days)
    due = due_at(instant, Duration(days), ANY_TIME, zone).at
    local = due.astimezone(zone).replace(tzinfo=None)
    assert local == wanted or (local > wanted and is_change(due, zone))


@given(anchors())
def test_a_time_is_resolved_to_the_first_instant_that_shows_it_or_to_the_end_of_its_gap(
    anchor: tuple[ZoneInfo, datetime],
) -> None:
    zone, instant = anchor
    for local in (instant.astimezone(zone).replace(tzinfo=None), instant.astimezone(UTC).replace(tzinfo=None)):
        found = resolve(local, zone)
        shown = found.astimezone(zone)
        if shown.replace(tzinfo=None) == local:
            assert shown.fold == 0
        else:
            assert is_change(found, zone)
            assert shown.replace(tzinfo=None) > local
            just_before = (found - timedelta(microseconds=1)).astimezone(zone).replace(tzinfo=None)
            assert just_before < local


@given(anchors())
def test_resolving_what_was_resolved_changes_nothing(anchor: tuple[ZoneInfo, datetime]) -> None:
    zone, instant = anchor
    once = resolve(instant.replace(tzinfo=None), zone)
    assert resolve(once.astimezone(zone).replace(tzinfo=None), zone) == once
