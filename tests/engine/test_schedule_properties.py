"""What holds of the schedule in every zone, on every day, over every clock change."""

from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from itertools import pairwise
from zoneinfo import ZoneInfo, available_timezones

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from leadnurture.engine.schedule import closing, due_at, is_open, never_a_holiday, on_day, opening, resolve
from leadnurture.engine.timing import Timing
from leadnurture.hours import Hours
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


@given(anchors(), windows())
def test_a_calendar_day_s_moment_is_on_that_day_or_at_the_first_opening_behind_it(
    anchor: tuple[ZoneInfo, datetime], window: Window
) -> None:
    zone, instant = anchor
    day = instant.astimezone(zone).date()
    found = on_day(day, window, zone, is_holiday).at
    local = found.astimezone(zone)
    assert local.date() >= day
    assert is_open(found, window, zone, is_holiday)
    if local.date() > day and window.at is not None:
        beginning = resolve(datetime.combine(day, time(0)), zone)
        assert found == opening(beginning, window, zone, is_holiday).at


@given(anchors(), windows())
def test_a_window_that_is_open_closes_later_and_within_the_day(
    anchor: tuple[ZoneInfo, datetime], window: Window
) -> None:
    zone, instant = anchor
    opened = opening(instant, window, zone, is_holiday).at
    closes = closing(opened, window, zone)
    assert closes > opened
    assert closes - opened <= timedelta(hours=26)
    assert (
        not is_open(closes, window, zone, is_holiday) or closes.astimezone(zone).date() > opened.astimezone(zone).date()
    )


HOURS = st.tuples(st.integers(0, 1438), st.integers(1, 1439)).filter(lambda pair: pair[0] < pair[1])


@st.composite
def timings(draw: st.DrawFn) -> tuple[Timing, datetime]:
    """Return any step's timing, and when the step before it was done: some time after they entered."""
    zone, entered = draw(anchors())
    opens, closes = draw(HOURS)
    hours = draw(st.none() | st.just(Hours(time(*divmod(opens, 60)), time(*divmod(closes, 60)))))
    offset = draw(st.none() | st.integers(-60, 60).filter(bool))
    timing = Timing(
        delay=draw(DELAYS),
        offset=offset,
        window=draw(windows()),
        hours=hours,
        late=draw(st.sampled_from(["send", "skip"]) | DELAYS.filter(bool)),
        zone=zone,
        wedding=draw(st.none() | st.integers(-90, 90).map(lambda days: entered.date() + timedelta(days=days))),
        entered=entered,
        is_holiday=is_holiday,
    )
    return timing, entered + timedelta(minutes=draw(st.integers(0, 90 * 1440)))


@given(timings())
def test_a_step_is_never_due_before_the_one_before_it_and_twice_the_same(given: tuple[Timing, datetime]) -> None:
    timing, anchor = given
    assert timing.due(anchor).at >= anchor
    assert timing.due(anchor) == timing.due(anchor)


@given(timings())
def test_a_step_that_may_happen_when_it_is_due_happens_in_its_window_and_the_hours(
    given: tuple[Timing, datetime],
) -> None:
    timing, anchor = given
    due = timing.due(anchor).at
    if timing.missing is not None or timing.left_out(anchor, due) is not None:
        return
    local = due.astimezone(timing.zone)
    assert is_open(due, timing.window, timing.zone, is_holiday)
    assert timing.hours is None or timing.hours.opens <= local.time() < timing.hours.closes
    if timing.day is not None:
        assert local.date() >= timing.day
    if timing.offset is not None and timing.offset < 0 and timing.wedding is not None:
        assert local.date() < timing.wedding


@given(timings(), st.integers(0, 200 * 1440))
def test_once_it_is_too_late_it_stays_too_late(given: tuple[Timing, datetime], minutes: int) -> None:
    timing, anchor = given
    expires = timing.expires(anchor)
    assert (expires is None) == (timing.late == "send" or timing.meant(anchor) is None)
    if expires is None:
        return
    meant = timing.meant(anchor)
    assert meant is not None
    assert expires > meant.at
    late = expires + timedelta(minutes=minutes)
    assert timing.left_out(anchor, late) is not None
    assert timing.left_out(anchor, late + timedelta(days=1)) is not None


def _recent_changes(zone: ZoneInfo) -> list[datetime]:
    return [change for change in changes(zone) if change.year >= 2026][:2]


@pytest.mark.parametrize("area", sorted({name.partition("/")[0] for name in available_timezones()}))
def test_in_every_zone_a_day_before_the_wedding_stays_that_day_over_both_clock_changes(area: str) -> None:
    for name in sorted(zone for zone in available_timezones() if zone.partition("/")[0] == area):
        zone = ZoneInfo(name)
        for change in _recent_changes(zone) or [datetime(2027, 3, 28, 1, tzinfo=UTC)]:
            _holds_around(change.astimezone(zone).date(), zone)


def _holds_around(day: date, zone: ZoneInfo) -> None:
    entered = datetime.combine(day - timedelta(days=40), time(12), UTC)
    for around in (-1, 0, 1):
        wedding = day + timedelta(days=30 + around)
        for at in (None, "00:00", "01:30", "02:30", "09:00", "20:00"):
            window = Window(at=at)
            timing = Timing(
                Duration(), -30, window, None, "skip", zone, wedding, entered, never_a_holiday
            )  # fmt: skip
            due = timing.due(entered).at
            local = due.astimezone(zone)
            wanted = time.fromisoformat(at or "09:00")
            assert local.date() == day + timedelta(days=around)
            assert local.time() == wanted or (local.time() > wanted and is_change(due, zone))
            assert timing.left_out(entered, due) is None
            following = due_at(due, Duration(1), window, zone).at.astimezone(zone)
            assert following.date() == local.date() + timedelta(days=1)
