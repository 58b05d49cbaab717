"""The daemon can be left alone: one of them, its heartbeat in `status`, and nothing that a tick raises ends it."""

import json
import re
import signal
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from processes import Leadnurture
from studios import rows, studio_with_letters_due


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return studio_with_letters_due(tmp_path / "studio", 2)


@contextmanager
def daemon(leadnurture: Leadnurture, root: Path, *words: str) -> Iterator["subprocess.Popen[bytes]"]:
    """Yield a daemon; whatever becomes of it, it is gone afterwards."""
    process = leadnurture.start("run", *words, LEADNURTURE_STUDIO=str(root))
    try:
        yield process
    finally:
        process.kill()
        process.communicate()


def hear(process: "subprocess.Popen[bytes]", words: str) -> str:
    """Return the next line that the daemon says with these words in it."""
    assert process.stderr is not None
    for line in process.stderr:
        if words.encode() in line:
            return line.decode()
    raise AssertionError(f"it ended without saying {words!r}")


def ended(process: "subprocess.Popen[bytes]") -> None:
    process.send_signal(signal.SIGTERM)
    process.communicate(timeout=60)
    assert process.returncode == 0


def worker(leadnurture: Leadnurture, root: Path) -> dict:  # type: ignore[type-arg]
    told = leadnurture("--studio", str(root), "status", "--json")
    assert told.returncode == 0, told.stderr
    return json.loads(told.stdout)["data"]["worker"]


def test_status_tells_the_daemon_its_last_tick_and_its_next_until_it_ends(leadnurture: Leadnurture, root: Path) -> None:
    with daemon(leadnurture, root, "--verbose", "--interval", "10m") as process:
        hear(process, "looking every 10 min")
        hear(process, "tick: 2 sent; 2 waiting")
        told = worker(leadnurture, root)
        assert (told["daemon"]["pid"], told["daemon"]["alive"]) == (process.pid, True)
        assert told["daemon"]["what"] == "leadnurture run"
        assert (told["last_tick"]["by"], told["last_tick"]["counts"]["sent"]) == ("leadnurture run", 2)
        assert told["daemon"]["since"] <= told["last_tick"]["at"] < told["next_tick_at"]
        shown = leadnurture("--studio", str(root), "status").stdout
        for words in ("Daemon     leadnurture run, process", "by leadnurture run: 2 sent", "Next tick"):
            assert words in shown
        ended(process)
    told = worker(leadnurture, root)
    assert (told["daemon"], told["next_tick_at"]) == (None, None)


def test_a_killed_daemon_is_told_as_dead_even_where_its_number_is_somebody_elses(
    leadnurture: Leadnurture, root: Path
) -> None:
    with daemon(leadnurture, root, "-v") as process:
        hear(process, "tick:")
        process.kill()
        process.communicate()
    note = root / ".leadnurture" / "daemon.json"
    left_behind = json.loads(note.read_text())
    note.write_text(json.dumps(left_behind | {"pid": 1}))  # the number of a process that lives
    told = worker(leadnurture, root)
    assert (told["daemon"]["pid"], told["daemon"]["alive"], told["next_tick_at"]) == (1, False, None)
    assert "died: leadnurture run, process 1" in leadnurture("--studio", str(root), "status").stdout
    with daemon(leadnurture, root, "-v") as process:
        hear(process, "tick:")
        assert worker(leadnurture, root)["daemon"]["alive"] is True


def test_a_second_daemon_ends_at_once_and_says_who_is_there(leadnurture: Leadnurture, root: Path) -> None:
    leadnurture.environment |= {"LEADNURTURE_STUDIO__TIMEZONE": "Asia/Tokyo"}
    with daemon(leadnurture, root) as process:
        hear(process, "looking every")
        second = leadnurture("--studio", str(root), "run")
        assert second.returncode == 13
        assert f"leadnurture run (process {process.pid}) has been working since" in second.stderr
        assert re.search(r"since \w+ \d+ \w+ \d{4} \d\d:\d\d JST", second.stderr)  # by the studio's clocks
        once = leadnurture("--studio", str(root), "run", "--once")  # cron and a daemon work together
        assert once.returncode == 0
        ended(process)
    assert rows(root, "SELECT count(*) FROM outbox WHERE state = 'sent'") == [(2,)]


def test_a_tick_that_fails_is_told_in_one_line_and_the_next_one_tries_again(
    leadnurture: Leadnurture, root: Path, tmp_path: Path
) -> None:
    database, away = root / "leadnurture.db", tmp_path / "away.db"
    with daemon(leadnurture, root, "-v", "--interval", "1s") as process:
        hear(process, "tick:")
        database.rename(away)
        assert "there is no database at" in hear(process, "error:")
        away.rename(database)
        hear(process, "tick: nothing was due; 2 waiting")
        ended(process)


@pytest.mark.parametrize(
    ("interval", "told"),
    [
        ("0s", "--interval 0s: write a length of time of a second or more, such as 30s or 5m"),
        ("often", "--interval often: write a length of time such as 30s, 5m, 2h or 1d"),
        ("9" * 40 + "m", "a length of time is at most 3660d"),
    ],
)
def test_an_interval_that_is_none_is_refused(leadnurture: Leadnurture, root: Path, interval: str, told: str) -> None:
    done = leadnurture("--studio", str(root), "run", "--interval", interval)
    assert (done.returncode, told in done.stderr) == (10, True), done.stderr


def test_an_interval_is_for_the_daemon(leadnurture: Leadnurture, root: Path) -> None:
    done = leadnurture("--studio", str(root), "run", "--once", "--interval", "1m")
    assert (done.returncode, "without --once" in done.stderr) == (2, True)


def test_an_idle_run_leaves_its_heartbeat_too(leadnurture: Leadnurture, root: Path) -> None:
    assert leadnurture("--studio", str(root), "run", "--once").returncode == 0
    first = worker(leadnurture, root)["last_tick"]
    assert leadnurture("--studio", str(root), "run", "--once").returncode == 0
    then = worker(leadnurture, root)["last_tick"]
    assert (first["by"], first["counts"], then["counts"]) == ("leadnurture run --once", {"queued": 2, "sent": 2}, {})
    assert then["pid"] != first["pid"]
    assert (root / ".leadnurture" / "heartbeat.json").stat().st_mode & 0o077 == 0
