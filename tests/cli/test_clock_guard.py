"""A clock that has jumped holds the run: the real command, with the heartbeat of a tick at another time."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from processes import Leadnurture
from studios import rows, states, studio_with_letters_due

BACK, AHEAD = timedelta(hours=-2), timedelta(days=45)


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return studio_with_letters_due(tmp_path / "studio", 1)


def ticked(root: Path, ago: timedelta) -> datetime:
    """Write the heartbeat of a tick so long ago."""
    at = datetime.now(UTC) - ago
    last = {"at": at.isoformat(), "by": "leadnurture run --once", "pid": 1, "counts": {}, "trouble": None}
    beat = {"last": last, "next_at": None, "failing": None}
    (root / ".leadnurture" / "heartbeat.json").write_text(json.dumps(beat))
    return at


def last_tick(root: Path) -> datetime:
    return datetime.fromisoformat(json.loads((root / ".leadnurture" / "heartbeat.json").read_text())["last"]["at"])


@pytest.mark.parametrize("ago", [BACK, AHEAD])
def test_nothing_is_done_until_it_is_right_or_somebody_says_so(
    leadnurture: Leadnurture, root: Path, ago: timedelta
) -> None:
    before = ticked(root, ago)
    for _ in range(2):  # a run that is held does not make the next one believe the clock
        done = leadnurture("--studio", str(root), "run", "--once")
        assert (done.returncode, states(root), done.stdout) == (12, {}, "")
        assert "leadnurture run --once --clock-is-right" in done.stderr
    assert last_tick(root) == before
    assert not (root / "backups").exists()  # a clock far ahead must not thin out the daily ones
    done = leadnurture("--studio", str(root), "run", "--once", "--clock-is-right")
    assert (done.returncode, states(root)) == (0, {"sent": 1})
    assert leadnurture("--studio", str(root), "run", "--once").returncode == 0


def test_it_says_both_times_by_the_studios_clocks_and_what_to_do(leadnurture: Leadnurture, root: Path) -> None:
    at = ticked(root, AHEAD)
    settings = {"LEADNURTURE_STUDIO__TIMEZONE": "Asia/Tokyo", "TZ": "America/New_York"}
    done = leadnurture("--studio", str(root), "run", "--once", **settings)
    there = at.astimezone(datetime.strptime("+0900", "%z").tzinfo)
    assert f"the last tick was {there:%a} {there.day} {there:%b %Y %H:%M} JST: 45 days ago" in done.stderr
    assert "the clock says" in done.stderr
    assert "the studio was not run for that long" in done.stderr
    assert "`leadnurture status` shows what is due" in done.stderr


def test_it_is_an_error_with_a_code_for_scripts(leadnurture: Leadnurture, root: Path) -> None:
    ticked(root, BACK)
    done = leadnurture("--studio", str(root), "run", "--once", "--json")
    told = json.loads(done.stderr.splitlines()[-1])
    assert (told["success"], told["code"]) == (False, "CONFLICT")
    assert "it went back by" in told["message"]


def test_an_idle_run_is_held_as_well_and_does_not_take_the_clocks_word(leadnurture: Leadnurture, root: Path) -> None:
    assert leadnurture("--studio", str(root), "run", "--once").returncode == 0
    before = ticked(root, AHEAD)
    assert leadnurture("--studio", str(root), "run", "--once").returncode == 12
    assert last_tick(root) == before


def test_status_says_that_runs_are_held_and_shows_what_would_go_out(leadnurture: Leadnurture, root: Path) -> None:
    ticked(root, AHEAD)
    told = json.loads(leadnurture("--studio", str(root), "status", "--json").stdout)["data"]
    assert "45 days ago" in told["worker"]["clock"]
    assert told["due"]["enrollments"] == 1
    assert "--clock-is-right" in leadnurture("--studio", str(root), "status").stdout


@pytest.mark.parametrize(
    "ago", [timedelta(minutes=-4), timedelta(days=7), timedelta(days=29, hours=23)], ids=["4 min back", "7 d", "30 d"]
)
def test_what_a_clock_may_do_and_a_week_of_sleep_hold_nothing(
    leadnurture: Leadnurture, root: Path, ago: timedelta
) -> None:
    ticked(root, ago)
    assert leadnurture("--studio", str(root), "run", "--once").returncode == 0
    assert states(root) == {"sent": 1}


@pytest.mark.parametrize("text", ["", "{", "[]", '{"last": {"at": "never"}}', '{"last": null, "next_at": 5}'])
def test_a_heartbeat_that_cannot_be_read_says_nothing(leadnurture: Leadnurture, root: Path, text: str) -> None:
    (root / ".leadnurture" / "heartbeat.json").write_text(text)
    assert leadnurture("--studio", str(root), "run", "--once").returncode == 0
    assert last_tick(root) <= datetime.now(UTC)


def test_a_heartbeat_that_cannot_be_written_is_said_once_and_stops_nothing(
    leadnurture: Leadnurture, root: Path
) -> None:
    (root / ".leadnurture" / "heartbeat.json").mkdir()
    done = leadnurture("--studio", str(root), "run", "--once")
    assert (done.returncode, states(root)) == (0, {"sent": 1})
    assert done.stderr.count("the heartbeat in") == 1


def test_a_laptop_that_travels_moves_nothing(leadnurture: Leadnurture, root: Path) -> None:
    told, moments = [], []
    for zone in ("Europe/London", "Australia/Sydney", "America/Los_Angeles"):
        done = leadnurture("--studio", str(root), "run", "--once", TZ=zone)
        assert done.returncode == 0, done.stderr
        told.append(done.stdout.partition("next is due")[2])
        moments.append(rows(root, "SELECT next_at, due_local FROM lead_nurture_enrollments"))
    assert len(set(told)) == 1
    assert moments[0] == moments[1] == moments[2]
    assert moments[0][0][1].endswith("Europe/London")
    assert states(root) == {"sent": 1}
