"""The log that runs leave: who was written to and what came of it, no word of a letter, and never a reason to stop."""

import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from processes import Leadnurture, Sink
from studios import states, studio_with_letters_due

from leadnurture.worker.log_file import LogFile

LONDON = ZoneInfo("Europe/London")


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return studio_with_letters_due(tmp_path / "studio", 2)


def logged(root: Path) -> str:
    return "".join(path.read_text() for path in sorted((root / ".leadnurture" / "log").glob("*.log")))


def days() -> list[str]:
    """Today, and tomorrow for a test that runs at midnight."""
    today = datetime.now(LONDON).date()
    return [f"{day.isoformat()}.log" for day in (today, today + timedelta(days=1))]


def test_it_has_a_line_for_each_event_with_time_lead_step_outcome_and_reason(
    leadnurture: Leadnurture, sink: Sink, root: Path
) -> None:
    sink.on_command = lambda command, accepted: "550 5.7.1 not from you" if command == "DATA" and accepted else None
    done = leadnurture("--studio", str(root), "run", "--once", **sink.settings(LEADNURTURE_WORKER__CONCURRENCY="1"))
    assert done.returncode == 1
    lines = logged(root).splitlines()
    assert [line.split("] ")[1] for line in lines] == [
        "leadnurture run --once  starts",
        "leadnurture run --once  lead 1  letter/hello  queued",
        "leadnurture run --once  lead 2  letter/hello  queued",
        "leadnurture run --once  lead 1  letter/hello  sent",
        "leadnurture run --once  lead 2  letter/hello  failed  550 5.7.1 not from you",
        "leadnurture run --once  ends: 1 sent, 1 failed; 1 waiting",
    ]
    assert datetime.fromisoformat(lines[0].split()[0]).utcoffset() == datetime.now(LONDON).utcoffset()


def test_it_has_no_word_of_a_letter_and_only_its_owner_may_read_it(leadnurture: Leadnurture, root: Path) -> None:
    assert leadnurture("--studio", str(root), "run", "--once").returncode == 0
    assert "Emma0" not in logged(root)
    assert "Your day" not in logged(root)
    (log,) = (root / ".leadnurture" / "log").iterdir()
    assert log.stat().st_mode & 0o077 == 0
    assert log.parent.stat().st_mode & 0o077 == 0


def test_an_idle_run_leaves_it_as_it_is(leadnurture: Leadnurture, root: Path) -> None:
    leadnurture("--studio", str(root), "run", "--once")
    before = logged(root)
    leadnurture("--studio", str(root), "run", "--once")
    assert logged(root) == before


def test_what_is_older_than_the_retention_goes_and_nothing_else(leadnurture: Leadnurture, root: Path) -> None:
    folder = root / ".leadnurture" / "log"
    folder.mkdir()
    today = datetime.now(LONDON).date()
    ages = {age: folder / f"{(today - timedelta(days=age)).isoformat()}.log" for age in (1, 9, 12, 400)}
    for path in (*ages.values(), folder / "notes.log", folder / "2020-01-01.txt"):
        path.write_text("x\n")
    leadnurture("--studio", str(root), "run", "--once", LEADNURTURE_WORKER__RETENTION_DAYS="10")
    kept = {path.name for path in folder.iterdir()} - set(days())
    assert kept == {ages[1].name, ages[9].name, "notes.log", "2020-01-01.txt"}


@pytest.mark.parametrize("trouble", ["a file in its place", "a full disk"])
def test_a_log_that_cannot_be_written_is_said_once_and_stops_nothing(
    leadnurture: Leadnurture, root: Path, trouble: str
) -> None:
    folder = root / ".leadnurture" / "log"
    if trouble == "a file in its place":
        folder.write_text("in the way")
    else:
        folder.mkdir()
        for name in days():
            (folder / name).symlink_to("/dev/full")
    done = leadnurture("--studio", str(root), "run", "--once")
    assert (done.returncode, states(root)) == (0, {"sent": 2})
    assert done.stderr.count("cannot be written") == 1
    assert "Traceback" not in done.stderr


def test_what_a_server_says_stays_on_its_line(tmp_path: Path) -> None:
    log = LogFile(tmp_path, UTC, pytest.fail)
    assert log.write(datetime(2027, 1, 4, 10, tzinfo=UTC), "550 no\r\n2027-01-04T10:00:00+00:00 forged \x1b[31m\ud800")
    assert len((tmp_path / "log" / "2027-01-04.log").read_text().splitlines()) == 1


WRITER = """
import sys
from datetime import UTC, datetime
from pathlib import Path
from leadnurture.worker.log_file import LogFile
log = LogFile(Path(sys.argv[1]), UTC, print)
for number in range(400):
    log.write(datetime(2027, 1, 4, 10, tzinfo=UTC), f"{sys.argv[2]} {number} " + "x" * 500)
"""


def test_two_processes_may_write_at_once(tmp_path: Path) -> None:
    writers = [subprocess.Popen([sys.executable, "-c", WRITER, str(tmp_path), name]) for name in "ab"]
    assert [writer.wait(60) for writer in writers] == [0, 0]
    lines = (tmp_path / "log" / "2027-01-04.log").read_text().splitlines()
    for name in "ab":
        own = [line.split("] ")[1] for line in lines if line.split("] ")[1].startswith(name)]
        assert own == [f"{name} {number} " + "x" * 500 for number in range(400)]


def test_an_unforeseen_fault_is_one_line_for_people_and_a_traceback_in_the_log(
    leadnurture: Leadnurture, root: Path
) -> None:
    import sqlite3

    connection = sqlite3.connect(root / "leadnurture.db")
    connection.execute("ALTER TABLE outbox RENAME TO elsewhere")
    connection.close()
    done = leadnurture("--studio", str(root), "run", "--once")
    assert done.returncode == 1
    assert "Traceback" not in done.stderr
    assert "broke off with an unexpected OperationalError" in done.stderr
    assert "Traceback" in logged(root)
    assert "no such table" in logged(root)
