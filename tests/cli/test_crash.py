"""The real process, killed at every commit point: no message twice, none lost without being listed as in doubt."""

import json
import os
import signal
import sqlite3
import subprocess
from pathlib import Path

import pytest
from processes import Leadnurture, Sink
from studios import rows, states, studio_with_letters_due

COUPLES = 5


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return studio_with_letters_due(tmp_path / "studio", COUPLES)


def kill_at(leadnurture: Leadnurture, sink: Sink, root: Path, command: str, after: int) -> None:
    """Start a run and kill it when the server sees `command` with `after` messages accepted before."""
    started: list[subprocess.Popen[bytes]] = []

    def kill(seen: str, accepted: int) -> str | None:
        if seen == command and accepted == after and started[0].poll() is None:
            os.kill(started[0].pid, signal.SIGKILL)
            started[0].wait()
        return None

    sink.on_command = kill
    environment = sink.settings(LEADNURTURE_WORKER__CONCURRENCY="1", LEADNURTURE_STUDIO=str(root))
    started.append(leadnurture.start("run", "--once", **environment))
    started[0].communicate(timeout=60)
    assert started[0].returncode == -signal.SIGKILL
    sink.on_command = lambda _, __: None


def run_again(leadnurture: Leadnurture, sink: Sink, root: Path) -> dict[str, object]:
    done = leadnurture("run", "--once", "--json", **sink.settings(LEADNURTURE_STUDIO=str(root)))
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)["data"]


def whole(root: Path) -> bool:
    return rows(root, "PRAGMA integrity_check") == [("ok",)]


def test_killed_before_anything_was_frozen_nothing_has_happened(
    leadnurture: Leadnurture, sink: Sink, root: Path
) -> None:
    other = sqlite3.connect(root / "leadnurture.db", isolation_level=None)
    other.execute("BEGIN IMMEDIATE")  # the run waits for us before its first commit
    process = leadnurture.start("run", "--once", **sink.settings(LEADNURTURE_STUDIO=str(root)))
    while not (root / ".leadnurture" / "run.json").exists():
        assert process.poll() is None
    process.kill()
    process.communicate()
    other.close()
    assert states(root) == {}
    assert run_again(leadnurture, sink, root)["sent"] == COUPLES
    assert len(set(sink.ids())) == len(sink.ids()) == COUPLES


@pytest.mark.parametrize("after", [0, 2])
@pytest.mark.parametrize("command", ["MAIL", "RCPT"])
def test_killed_before_intent_every_message_arrives_once(
    leadnurture: Leadnurture, sink: Sink, root: Path, command: str, after: int
) -> None:
    kill_at(leadnurture, sink, root, command, after)
    assert states(root) == {"queued": COUPLES - after} | ({"sent": after} if after else {})
    assert run_again(leadnurture, sink, root)["sent"] == COUPLES - after
    assert len(set(sink.ids())) == len(sink.ids()) == COUPLES
    assert states(root) == {"sent": COUPLES}
    assert whole(root)


@pytest.mark.parametrize("after", [0, 2])
def test_killed_in_doubt_the_message_is_parked_and_never_sent_blindly(
    leadnurture: Leadnurture, sink: Sink, root: Path, after: int
) -> None:
    kill_at(leadnurture, sink, root, "DATA", after)
    assert states(root)["in_doubt"] == 1
    report = run_again(leadnurture, sink, root)
    assert report["in_doubt"] == 1
    assert states(root) == {"sent": COUPLES - 1, "parked": 1}
    assert len(set(sink.ids())) == len(sink.ids()) == COUPLES  # the server had taken it: a resend would be a double
    assert run_again(leadnurture, sink, root)["sent"] == 0
    assert len(sink.ids()) == COUPLES
    listed = json.loads(leadnurture("--studio", str(root), "outbox", "list", "--state", "parked", "--json").stdout)
    (message,) = listed["data"]["messages"]
    assert message["message_id"] in sink.ids()
    assert whole(root)


def test_a_parked_message_goes_on_as_its_owner_says(leadnurture: Leadnurture, sink: Sink, root: Path) -> None:
    kill_at(leadnurture, sink, root, "DATA", 0)
    run_again(leadnurture, sink, root)
    ((parked, content),) = rows(root, "SELECT id, content FROM outbox WHERE state = 'parked'")
    sink.accepted.clear()
    resolved = leadnurture("--studio", str(root), "outbox", "resolve", str(parked), "--resend")
    assert resolved.returncode == 0, resolved.stderr
    assert run_again(leadnurture, sink, root)["sent"] == 1
    assert sink.accepted == [content]  # the same bytes, not a new letter
    again = leadnurture("--studio", str(root), "outbox", "resolve", str(parked), "--sent")
    assert again.returncode == 12
    assert rows(root, "SELECT count(*) FROM lead_nurture_enrollments WHERE current_step = 'later'") == [(COUPLES,)]


def test_killed_after_sent_it_stays_sent(leadnurture: Leadnurture, sink: Sink, root: Path) -> None:
    kill_at(leadnurture, sink, root, "MAIL", 1)
    assert states(root)["sent"] == 1
    assert rows(root, "SELECT count(*) FROM lead_interactions WHERE interaction_type = 'email_sent'") == [(1,)]
    assert run_again(leadnurture, sink, root)["sent"] == COUPLES - 1
    assert len(set(sink.ids())) == len(sink.ids()) == COUPLES


def test_two_runs_at_once_one_works_and_the_other_says_busy_and_ends_well(
    leadnurture: Leadnurture, sink: Sink, root: Path
) -> None:
    second: list[subprocess.CompletedProcess[str]] = []
    settings = sink.settings(LEADNURTURE_STUDIO=str(root))

    def start_second(seen: str, accepted: int) -> str | None:
        if seen == "MAIL" and not second:
            second.append(leadnurture("run", "--once", **settings))
        return None

    sink.on_command = start_second
    first = leadnurture("run", "--once", **settings, LEADNURTURE_WORKER__CONCURRENCY="1")
    assert first.returncode == 0, first.stderr
    assert second[0].returncode == 0
    assert "the studio is busy" in second[0].stderr
    assert second[0].stdout == ""
    assert len(set(sink.ids())) == len(sink.ids()) == COUPLES


def test_ctrl_c_settles_what_is_in_flight_and_the_next_run_goes_on(
    leadnurture: Leadnurture, sink: Sink, root: Path
) -> None:
    started: list[subprocess.Popen[bytes]] = []

    def interrupt(seen: str, accepted: int) -> str | None:
        if seen == "DATA" and accepted == 1:
            os.kill(started[0].pid, signal.SIGINT)
        return None

    sink.on_command = interrupt
    started.append(
        leadnurture.start(
            "run", "--once", **sink.settings(LEADNURTURE_STUDIO=str(root), LEADNURTURE_WORKER__CONCURRENCY="1")
        )
    )
    _, said = started[0].communicate(timeout=60)
    assert b"stopping as soon as" in said
    assert states(root)["sent"] == 2
    assert "in_doubt" not in states(root)
    sink.on_command = lambda _, __: None
    assert run_again(leadnurture, sink, root)["sent"] == COUPLES - 2
    assert len(set(sink.ids())) == len(sink.ids()) == COUPLES
