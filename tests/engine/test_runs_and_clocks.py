"""Runs on a clock that sleeps, jumps and changes: `run --once` as a function, on a virtual clock."""

import zoneinfo
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from importlib.resources import files
from itertools import pairwise
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from studio_life import DAY, HOUR, MINUTE, START, Begin, Life, mail

from leadnurture.engine.clock_guard import ClockJumpedError, jump
from leadnurture.engine.events import ignore
from leadnurture.engine.heartbeat import Failing, read_heartbeat
from leadnurture.worker.alarm import Result, after_failure, after_run, is_due
from leadnurture.worker.once import Outcome, run_once

LONDON = ZoneInfo("Europe/London")


def run(life: Life, *, clock_is_right: bool = False) -> Outcome:
    return run_once(life.root, life.clock, lambda _: ignore, lambda _: None, clock_is_right=clock_is_right)


def sent_at(life: Life) -> list[tuple[str, str, datetime]]:
    """Return couple, subject and instant of all that has gone out, in order of time."""
    found = [
        (str(message["To"]), str(message["Subject"]), datetime.fromisoformat(message["Date"].datetime.isoformat()))
        for message in life.messages()
    ]
    return sorted(((to, subject, at.astimezone(UTC)) for to, subject, at in found), key=lambda one: one[2])


class TestAClockThatIsSetBackTwoHours:
    """The last tick was later than now."""

    def test_nothing_goes_out_until_it_is_right_again(self, life: Life) -> None:
        life.given("welcome", mail("hello", delay="90m", window="any"))
        life.clock.advance(3 * HOUR)
        run(life)
        life.clock.advance(-2 * HOUR)
        life.add("mia")
        for _ in range(23):  # until five minutes before the last tick
            with pytest.raises(ClockJumpedError, match="it went back by"):
                run(life)
            life.clock.advance(5 * MINUTE)
        run(life)
        assert life.sent() == ["hello"]

    def test_who_says_that_it_is_right_goes_on_from_there(self, life: Life) -> None:
        life.given("welcome", mail("hello", delay="30m", window="any"))
        run(life)
        life.clock.advance(-2 * HOUR)
        life.add("mia")
        run(life, clock_is_right=True)
        assert read_heartbeat(life.studio.state).last.at == START - 2 * HOUR  # type: ignore[union-attr]
        life.clock.advance(30 * MINUTE)
        assert run(life).counts["sent"] == 1
        assert life.sent() == ["hello"]


@pytest.mark.parametrize(
    ("moved", "held"),
    [(-5 * MINUTE, False), (-5 * MINUTE - timedelta(seconds=1), True), (30 * DAY, False), (30 * DAY + MINUTE, True)],
)
def test_the_clock_is_believed_between_five_minutes_back_and_thirty_days_ahead(moved: timedelta, held: bool) -> None:
    assert (jump(START, START + moved, LONDON) is not None) is held


def test_a_week_of_sleep_is_no_burst(begin: Begin) -> None:
    life = begin(per_day="3", lead_gap='"4h"')
    life.given("welcome", mail("hello", window="any"), mail("again", delay="1d", window="any"))
    couples = ["mia", "zoe", "ann", "eve", "sue"]
    life.add(*couples)
    run(life)
    life.clock.advance(7 * DAY)
    for _ in range(5 * 24):
        run(life)
        life.clock.advance(HOUR)
    gone = sent_at(life)
    assert Counter(subject for _, subject, _ in gone) == {"hello": 5, "again": 5}
    moments = [at for _, _, at in gone]
    assert all(sum(at <= other < at + DAY for other in moments) <= 3 for at in moments)
    for name in couples:
        own = [at for to, _, at in gone if name in to]
        assert all(later - earlier >= 4 * HOUR for earlier, later in pairwise(own))


NIGHTS = {  # what the clocks of the night should show, on which day, and when that is
    "London, spring": ("Europe/London", "01:30", "2027-03-28", "2027-03-28T01:00"),
    "London, autumn": ("Europe/London", "01:30", "2027-10-31", "2027-10-31T00:30"),
    "New York, spring": ("America/New_York", "02:30", "2027-03-14", "2027-03-14T07:00"),
    "New York, autumn": ("America/New_York", "01:30", "2027-11-07", "2027-11-07T05:30"),
    "Sydney, spring": ("Australia/Sydney", "02:30", "2027-10-03", "2027-10-02T16:00"),
    "Sydney, autumn": ("Australia/Sydney", "02:30", "2027-04-04", "2027-04-03T15:30"),
    "Lord Howe, spring": ("Australia/Lord_Howe", "02:10", "2027-10-03", "2027-10-02T15:30"),
    "Lord Howe, autumn": ("Australia/Lord_Howe", "01:45", "2027-04-04", "2027-04-03T14:45"),
}


@pytest.mark.parametrize(("zone", "at", "night", "instant"), NIGHTS.values(), ids=NIGHTS)
def test_on_the_night_that_clocks_change_a_daily_letter_goes_once_and_at_its_moment(
    begin: Begin, monkeypatch: pytest.MonkeyPatch, zone: str, at: str, night: str, instant: str
) -> None:
    monkeypatch.setenv("LEADNURTURE_STUDIO__TIMEZONE", zone)
    life, there = begin(), ZoneInfo(zone)
    nights = [date.fromisoformat(night) + timedelta(days=shift) for shift in (-1, 0, 1)]
    life.clock.set(datetime.combine(nights[0] - DAY, time(12), there))
    daily = {"delay": "1d", "window": {"at": at}}
    life.given("welcome", *(mail(name, **daily) for name in ("before", "tonight", "after")))
    life.add("mia")
    while life.clock.now() < datetime.combine(nights[2], time(12), there).astimezone(UTC):
        run(life)
        life.clock.advance(5 * MINUTE if life.clock.now().astimezone(there).hour < 4 else HOUR)
    gone = sent_at(life)
    assert [subject for _, subject, _ in gone] == ["before", "tonight", "after"]
    assert gone[1][2] == datetime.fromisoformat(instant).replace(tzinfo=UTC)
    for index in (0, 2):
        assert gone[index][2].astimezone(there) == datetime.combine(nights[index], time.fromisoformat(at), there)


def test_a_laptop_that_slept_through_the_night_sends_what_it_missed_once(
    begin: Begin, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LEADNURTURE_STUDIO__TIMEZONE", "Australia/Lord_Howe")
    life, there = begin(), ZoneInfo("Australia/Lord_Howe")
    life.clock.set(datetime(2027, 4, 3, 12, tzinfo=there))
    life.given("welcome", mail("tonight", delay="1d", window={"at": "01:45"}))
    life.add("mia")
    run(life)
    life.clock.set(datetime(2027, 4, 4, 9, tzinfo=there))
    for _ in range(3):
        run(life)
        life.clock.advance(HOUR)
    assert life.sent() == ["tonight"]


class TestZonesThatChangeTheirRules:
    """The data of time zones is replaced between the decision when a letter goes and that moment."""

    @pytest.fixture
    def island(self, begin: Begin, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator["Island"]:
        path = zoneinfo.TZPATH
        zoneinfo.reset_tzpath([str(tmp_path / "zones"), *path])
        monkeypatch.setenv("LEADNURTURE_STUDIO__TIMEZONE", "Island")
        yield Island(begin, tmp_path / "zones")
        zoneinfo.reset_tzpath(path)
        zoneinfo.ZoneInfo.clear_cache()

    def test_a_moment_that_was_settled_stays_where_it_was_if_the_window_is_open_then(self, island: "Island") -> None:
        life = island.life
        life.given("welcome", mail("hello", delay="1d", window={"at": "09:00"}))
        life.add("mia")
        run(life)
        island.has_the_rules_of("Europe/Paris")  # the clocks there show an hour more: it is 10:00
        life.clock.set(START + DAY)
        run(life)
        assert [at for _, _, at in sent_at(life)] == [START + DAY]

    def test_it_never_goes_before_its_window_opens_by_todays_rules(self, island: "Island") -> None:
        life = island.life
        life.given("welcome", mail("hello", delay="1d", window={"at": "09:00"}))
        life.add("mia")
        run(life)
        island.has_the_rules_of("Atlantic/Azores")  # an hour less: it is 08:00
        for _ in range(3):
            life.clock.set(max(life.clock.now(), START + DAY))
            run(life)
            life.clock.advance(HOUR)
        assert [at for _, _, at in sent_at(life)] == [START + DAY + HOUR]

    def test_the_step_behind_it_is_reckoned_by_todays_rules(self, island: "Island") -> None:
        life = island.life
        life.given("welcome", mail("hello", window="any"), mail("again", delay="1d", window={"at": "09:00"}))
        life.add("mia")
        island.has_the_rules_of("Europe/Paris")
        run(life)
        life.clock.set(START + DAY - HOUR)
        run(life)
        assert [at for _, _, at in sent_at(life)] == [START, START + DAY - HOUR]


class Island:
    """A studio in a time zone of its own, with London's rules to begin with."""

    def __init__(self, begin: Begin, folder: Path) -> None:
        self._folder = folder
        folder.mkdir()
        self.has_the_rules_of("Europe/London")
        self.life = begin()

    def has_the_rules_of(self, zone: str) -> None:
        """Replace the data of the island's zone."""
        (self._folder / "Island").write_bytes(files("tzdata").joinpath("zoneinfo", *zone.split("/")).read_bytes())
        zoneinfo.ZoneInfo.clear_cache()


REFUSED, UNSEEN = Result(trouble="421 no", rests=True), Result(lookup_trouble="no mailbox")


def stands(*runs: Result) -> Failing | None:
    failing = None
    for run in runs:
        failing = after_run(failing, START, run)
    return failing


class TestWhenFailingIsOver:
    """What each run shows about the trouble of those before it."""

    def test_servers_take_messages_again_when_one_was_sent_or_none_is_left_alone_any_more(self) -> None:
        assert stands(REFUSED, Result({"executed": 1}, rests=True)) == Failing(1, START, "421 no", delivery=True)
        assert stands(REFUSED, Result({"sent": 1})) is None
        assert stands(REFUSED, Result()) is None

    def test_the_sent_folder_is_there_again_when_a_run_had_no_trouble_with_it(self) -> None:
        assert stands(UNSEEN, UNSEEN) == Failing(2, START, "no mailbox", lookup=True)
        assert stands(UNSEEN, Result()) is None

    def test_one_does_not_prove_the_other(self) -> None:
        assert stands(REFUSED, Result(lookup_trouble="no mailbox", rests=True), Result(rests=True)) == Failing(
            2, START, "no mailbox", delivery=True
        )
        assert stands(REFUSED, Result({"sent": 1}, lookup_trouble="no mailbox"), Result()) is None

    def test_what_a_run_raised_is_over_with_the_next_one(self) -> None:
        assert after_run(after_failure(None, START, "no database"), START, Result()) is None


def test_the_owner_hears_of_the_third_failure_and_no_further_one() -> None:
    failing, due = None, []
    for _ in range(5):
        failing = after_run(failing, START, REFUSED)
        assert failing is not None
        due.append(is_due(failing))
        if due[-1]:
            failing = replace(failing, told=True)
    assert due == [False, False, True, False, False]
