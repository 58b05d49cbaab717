"""`leadnurture run` as a process: ticks by itself, logs, stops cleanly."""

import re
import signal
import sqlite3
import subprocess
import sys
from pathlib import Path
from threading import Event

import pytest
from processes import Leadnurture, Sink
from studios import rows, states, studio_with_letters_due

COUPLES = 3
EVENT_LINE = re.compile(r"^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d  lead \d+  letter/hello  sent", re.MULTILINE)


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return studio_with_letters_due(tmp_path / "studio", COUPLES)


def finished(process: "subprocess.Popen[bytes]", number: int) -> str:
    process.send_signal(number)
    _, said = process.communicate(timeout=30)
    assert process.returncode == 0, said.decode()
    return said.decode()


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_it_sends_logs_each_step_and_stops_cleanly(
    leadnurture: Leadnurture, sink: Sink, root: Path, number: int
) -> None:
    all_there = Event()
    sink.on_command = lambda command, accepted: (
        all_there.set() if command == "DATA" and accepted == COUPLES - 1 else None
    )
    process = leadnurture.start(
        "run", **sink.settings(LEADNURTURE_STUDIO=str(root), LEADNURTURE_WORKER__CONCURRENCY="1")
    )
    assert all_there.wait(30)
    said = finished(process, number)
    assert len(EVENT_LINE.findall(said)) == COUPLES
    assert "looking every 5 min" in said
    assert "stopped; everything in flight is settled" in said
    assert states(root) == {"sent": COUPLES}
    assert not (root / ".leadnurture" / "run.json").exists()


def test_under_nohup_it_outlives_its_terminal(leadnurture: Leadnurture, root: Path) -> None:
    words = ["nohup", sys.executable, "-m", "leadnurture", "--studio", str(root), "run", "--interval", "1s"]
    pipes = {"stdin": subprocess.DEVNULL, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
    process = subprocess.Popen(words, cwd=root, env=leadnurture.environment, **pipes)  # type: ignore[call-overload]
    try:
        said = iter(process.stderr)
        assert any(b"looking every" in line for line in said)
        process.send_signal(signal.SIGHUP)
        added = leadnurture(
            "--studio", str(root), "lead", "add", "--email", "late@example.com", "--couple", "Late & Co"
        )
        assert added.returncode == 0, added.stderr
        assert any(b"lead 4  letter/hello  sent" in line for line in said)
        finished(process, signal.SIGTERM)
    finally:
        process.kill()
        process.communicate()


def test_it_finds_what_falls_due_later_by_itself(leadnurture: Leadnurture, sink: Sink, root: Path) -> None:
    again = Event()
    sink.on_command = lambda command, accepted: again.set() if command == "DATA" and accepted == COUPLES else None
    settings = sink.settings(LEADNURTURE_STUDIO=str(root), LEADNURTURE_WORKER__INTERVAL="1s")
    process = leadnurture.start("run", **settings)
    added = leadnurture("--studio", str(root), "lead", "add", "--email", "late@example.com", "--couple", "Late & Later")
    assert added.returncode == 0, added.stderr
    assert again.wait(30)
    finished(process, signal.SIGTERM)
    assert ["late@example.com"] in sink.recipients
    assert rows(root, "SELECT count(*) FROM outbox WHERE state = 'sent'") == [(COUPLES + 1,)]


def end_rests(root: Path) -> None:
    connection = sqlite3.connect(root / "leadnurture.db", timeout=30)
    with connection:
        connection.execute("UPDATE channel_rests SET until = '2026-01-01 00:00:00.000000'")
    connection.close()


def test_a_server_in_trouble_is_told_and_tried_again(leadnurture: Leadnurture, sink: Sink, root: Path) -> None:
    refused, there = Event(), Event()

    def first_refuse(command: str, accepted: int) -> str | None:
        if command == "MAIL" and not refused.is_set():
            refused.set()
            return "421 back in a moment"
        if command == "DATA" and accepted == COUPLES - 1:
            there.set()
        return None

    sink.on_command = first_refuse
    settings = sink.settings(
        LEADNURTURE_STUDIO=str(root), LEADNURTURE_WORKER__INTERVAL="1s", LEADNURTURE_WORKER__CONCURRENCY="1"
    )
    process = leadnurture.start("run", **settings)
    while not there.wait(0.2):
        end_rests(root)  # as if the minute were over that the server is left alone
    assert "delivery stopped: 421 back in a moment" in finished(process, signal.SIGTERM)
    assert len(set(sink.ids())) == len(sink.ids()) == COUPLES
