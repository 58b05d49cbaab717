"""`run --once` against a server that refuses, hangs, drops or is not there."""

import json
import socket
import sqlite3
from pathlib import Path
from typing import Any

import pytest
from processes import Leadnurture, Sink
from studios import rows, states, studio_with_letters_due

COUPLES, FEW = 4, 2


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return studio_with_letters_due(tmp_path / "studio", COUPLES)


@pytest.fixture
def few(tmp_path: Path) -> Path:
    """Return a studio with so few letters that a server that puts them all off may mean each of them."""
    return studio_with_letters_due(tmp_path / "few", FEW)


def run(
    leadnurture: Leadnurture, root: Path, settings: dict[str, str], *options: str
) -> tuple[int, dict[str, Any], str]:
    done = leadnurture("run", "--once", "--json", *options, **settings, LEADNURTURE_STUDIO=str(root))
    assert "Traceback" not in done.stderr
    return done.returncode, json.loads(done.stdout)["data"], done.stderr


def test_every_due_message_arrives_once_with_the_outbox_rows_message_id(
    leadnurture: Leadnurture, sink: Sink, root: Path
) -> None:
    code, report, _ = run(leadnurture, root, sink.settings())
    assert (code, report["sent"], report["waiting"]) == (0, COUPLES, COUPLES)
    assert sorted(sink.ids()) == sorted(row[0] for row in rows(root, "SELECT message_id FROM outbox"))
    assert sorted(sink.recipients) == [[f"couple{n}@example.com"] for n in range(COUPLES)]
    subjects = {str(message["Subject"]) for message in sink.messages()}
    assert subjects == {f"Your day, Emma{n} & Jack{n}" for n in range(COUPLES)}


def test_a_4xx_costs_a_retry_and_waits_two_hours_then_four(leadnurture: Leadnurture, sink: Sink, few: Path) -> None:
    sink.on_command = lambda command, _: "451 greylisted" if command == "RCPT" else None
    code, report, _ = run(leadnurture, few, sink.settings())
    assert (code, report["sent"]) == (0, 0)
    assert states(few) == {"queued": FEW}
    hours = """SELECT attempts, round((julianday(o.due_at) - julianday(e.updated_at)) * 24, 3), o.reason
               FROM outbox o JOIN sequence_executions e ON e.id = o.execution_id"""
    assert rows(few, hours) == [(1, 2.0, "451 greylisted")] * FEW
    assert run(leadnurture, few, sink.settings())[1]["sent"] == 0  # not before its time
    make_due(few)
    run(leadnurture, few, sink.settings())
    assert rows(few, hours) == [(2, 4.0, "451 greylisted")] * FEW


def make_due(root: Path) -> None:
    connection = sqlite3.connect(root / "leadnurture.db")
    connection.execute("UPDATE outbox SET due_at = '2026-01-06 00:00:00.000000' WHERE state = 'queued'")
    connection.commit()
    connection.close()


def test_after_the_last_retry_the_enrollment_fails_with_its_reason(
    leadnurture: Leadnurture, sink: Sink, few: Path
) -> None:
    sink.on_command = lambda command, _: "451 try later" if command == "RCPT" else None
    for _ in range(2):
        run(leadnurture, few, sink.settings())
        make_due(few)
    code, report, _ = run(leadnurture, few, sink.settings())
    assert (code, report["failed"]) == (1, FEW)
    assert states(few) == {"refused": FEW}
    ended = set(rows(few, "SELECT status, end_reason FROM lead_nurture_enrollments"))
    assert ended == {("failed", "step 'hello' failed after 3 attempts: 451 try later")}


def test_a_5xx_to_one_recipient_is_that_leads_failure_alone(leadnurture: Leadnurture, sink: Sink, root: Path) -> None:
    seen: list[str] = []

    def refuse_first(command: str, _: int) -> str | None:
        if command != "RCPT":
            return None
        seen.append(command)
        return "550 5.1.1 no such user" if len(seen) == 1 else None

    sink.on_command = refuse_first
    code, report, _ = run(leadnurture, root, sink.settings(LEADNURTURE_WORKER__CONCURRENCY="1"))
    assert (code, report["sent"], report["failed"]) == (1, COUPLES - 1, 1)
    assert states(root) == {"sent": COUPLES - 1, "refused": 1}
    assert rows(root, "SELECT count(*) FROM leads WHERE bounced_at IS NOT NULL") == [(1,)]
    assert rows(root, "SELECT status FROM lead_nurture_enrollments WHERE lead_id = 1") == [("failed",)]


@pytest.mark.parametrize("reply", ["421 too busy", "530 authentication required", "550 sender not allowed"])
def test_trouble_of_the_server_stops_delivery_and_costs_nobody_a_retry(
    leadnurture: Leadnurture, sink: Sink, root: Path, reply: str
) -> None:
    sink.on_command = lambda command, _: reply if command == "MAIL" else None
    code, report, said = run(leadnurture, root, sink.settings())
    assert (code, report["sent"]) == (15, 0)
    assert reply[:3] in said
    assert "no retry was used up" in said
    assert set(rows(root, "SELECT state, attempts FROM outbox")) == {("queued", 0)}
    sink.on_command = lambda _, __: None
    assert run(leadnurture, root, sink.settings(), "--try-now")[1]["sent"] == COUPLES


def test_a_server_that_was_in_trouble_is_left_alone_for_a_while_and_that_is_told(
    leadnurture: Leadnurture, sink: Sink, root: Path
) -> None:
    sink.on_command = lambda command, _: "535 5.7.8 no such password" if command == "MAIL" else None
    run(leadnurture, root, sink.settings())
    sink.on_command = lambda _, __: None
    code, report, _ = run(leadnurture, root, sink.settings())
    assert (code, report["sent"]) == (0, 0)
    (rest,) = report["resting"]
    assert (rest["channel"], rest["trouble"], rest["failures"], rest["messages"]) == ("email", "login", 1, COUPLES)
    assert report["next_at"] == rest["until"]
    done = leadnurture("run", "--once", **sink.settings(), LEADNURTURE_STUDIO=str(root))
    assert "e-mail rests until" in done.stderr
    assert "leadnurture run --once --try-now" in done.stderr
    shown = leadnurture("status", **sink.settings(), LEADNURTURE_STUDIO=str(root)).stdout
    assert "4 messages wait" in " ".join(shown.split())
    assert run(leadnurture, root, sink.settings(), "--try-now")[1]["sent"] == COUPLES
    assert rows(root, "SELECT count(*) FROM channel_rests") == [(0,)]


def test_a_changed_configuration_is_worth_another_try(leadnurture: Leadnurture, sink: Sink, root: Path) -> None:
    sink.on_command = lambda command, _: "535 5.7.8 no such password" if command == "MAIL" else None
    run(leadnurture, root, sink.settings())
    sink.on_command = lambda _, __: None
    with (root / "leadnurture.toml").open("a") as file:
        file.write("# the right password now\n")
    assert run(leadnurture, root, sink.settings())[1]["sent"] == COUPLES


def test_a_server_that_puts_everybody_off_costs_nobody_a_retry(
    leadnurture: Leadnurture, sink: Sink, root: Path
) -> None:
    sink.on_command = lambda command, _: "451 greylisted" if command == "RCPT" else None
    code, report, _ = run(leadnurture, root, sink.settings())
    assert (code, report["sent"], report["resting"][0]["trouble"]) == (15, 0, "postponed")
    run(leadnurture, root, sink.settings(), "--try-now")
    assert set(rows(root, "SELECT state, attempts FROM outbox")) == {("queued", 0)}
    assert rows(root, "SELECT failures FROM channel_rests") == [(2,)]


def test_a_server_that_is_not_there(leadnurture: Leadnurture, sink: Sink, root: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        nobody = sink.settings(LEADNURTURE_MAIL__SMTP__PORT=str(taken.getsockname()[1]))
        code, report, said = run(leadnurture, root, nobody)
    assert (code, report["sent"]) == (15, 0)
    assert "127.0.0.1" in said
    assert set(rows(root, "SELECT state, attempts FROM outbox")) == {("queued", 0)}


def test_a_server_that_says_nothing_is_given_up_on(leadnurture: Leadnurture, sink: Sink, root: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        settings = sink.settings(
            LEADNURTURE_MAIL__SMTP__PORT=str(silent.getsockname()[1]), LEADNURTURE_MAIL__SMTP__TIMEOUT="1s"
        )
        code, report, said = run(leadnurture, root, settings)
    assert (code, report["sent"]) == (15, 0)
    assert "delivery stopped" in said
    assert states(root) == {"queued": COUPLES}


def test_opted_out_between_freezing_and_sending_the_message_stays(
    leadnurture: Leadnurture, sink: Sink, root: Path
) -> None:
    def opt_out(command: str, _: int) -> str | None:
        if command == "RCPT" and not opted:
            opted.append(leadnurture("--studio", str(root), "lead", "opt-out", "couple0@example.com").returncode)
        return None

    opted: list[int] = []
    sink.on_command = opt_out
    code, report, _ = run(leadnurture, root, sink.settings(LEADNURTURE_WORKER__CONCURRENCY="1"))
    assert opted == [0]
    assert (code, report["sent"]) == (0, COUPLES - 1)
    assert ["couple0@example.com"] not in sink.recipients
    ((state, reason),) = rows(root, "SELECT state, reason FROM outbox WHERE lead_id = 1")
    assert (state, reason) == ("refused", "withdrawn: they opted out")


def test_a_lead_that_opts_out_keeps_quiet_even_when_its_message_was_queued(
    leadnurture: Leadnurture, sink: Sink, root: Path
) -> None:
    sink.on_command = lambda command, _: "421 later" if command == "MAIL" else None
    run(leadnurture, root, sink.settings())
    assert leadnurture("--studio", str(root), "lead", "opt-out", "couple1@example.com").returncode == 0
    sink.on_command = lambda _, __: None
    assert run(leadnurture, root, sink.settings(), "--try-now")[1]["sent"] == COUPLES - 1
    assert ["couple1@example.com"] not in sink.recipients


def test_an_idle_run_says_what_waits(leadnurture: Leadnurture, sink: Sink, root: Path) -> None:
    run(leadnurture, root, sink.settings())
    code, report, _ = run(leadnurture, root, sink.settings())
    assert (code, report["sent"], report["executed"], report["waiting"]) == (0, 0, 0, COUPLES)
    assert str(report["next_at"]).startswith("20")
