"""The edges of the command line: odd bytes, huge numbers, closed and full streams, and who else is at work."""

import json
import shutil
import sqlite3
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest
import typer
from processes import Leadnurture, Sink
from studios import rows, studio_with_letters_due

from leadnurture.cli import main
from leadnurture.engine.lock import locked

HUGE = "9" * 30


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return studio_with_letters_due(tmp_path_factory.mktemp("made") / "studio", 1)


@pytest.fixture
def root(made: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(made, tmp_path / "studio"))


def shell(leadnurture: Leadnurture, redirection: str, *words: str) -> "subprocess.CompletedProcess[str]":
    command = ["sh", "-c", f'exec "$0" -m leadnurture "$@" {redirection}', sys.executable, *words]
    where = {"cwd": leadnurture.cwd, "env": leadnurture.environment}
    return subprocess.run(command, capture_output=True, check=False, timeout=120, text=True, errors="replace", **where)


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (["lead", "show", HUGE], 11, "there is no lead"),
        (["lead", "show", "9" * 5_000], 11, "there is no lead"),
        (["lead", "show", "²"], 11, "there is no lead"),
        (["outbox", "show", HUGE], 2, "less than or equal to"),
        (["outbox", "show", "9" * 5_000], 2, "Invalid value for 'ID'"),
        (["outbox", "show", "9" * 18], 11, "there is no message"),
        (["outbox", "resolve", HUGE, "--sent"], 2, "less than or equal to"),
        (["outbox", "list", "--limit", HUGE], 2, "less than or equal to"),
        (["lead", "list", "--page", HUGE], 2, "less than or equal to"),
        (["lead", "list", "--limit", HUGE], 2, "less than or equal to"),
        (["lead", "list", "--page", "1000000", "--limit", "1000000"], 0, "no page 1000000"),
        (["lead", "set", "1", "guests=" + "9" * 5_000], 10, "a number of 5,000 digits"),
        (["lead", "set", "1", "follow_up=0001-01-01T00:00:00+00:00"], 10, "between 1990 and 2100"),
        (["lead", "set", "1", "follow_up=9999-12-31T23:59:59-10:00"], 10, "between 1990 and 2100"),
    ],
)
def test_a_number_beyond_reason_is_one_clear_error(
    leadnurture: Leadnurture, root: Path, words: list[str], code: int, said: str
) -> None:
    done = leadnurture("--studio", str(root), *words)
    assert done.returncode == code, done.stderr
    assert said in done.stderr
    assert "Traceback" not in done.stderr


def test_a_row_with_an_instant_beyond_our_times_is_rejected(leadnurture: Leadnurture, root: Path) -> None:
    (root / "sheet.csv").write_text("Email,Inquiry date\na@example.com,9999-12-31T23:59:59-10:00\n", encoding="utf-8")
    done = leadnurture("--studio", str(root), "lead", "import", str(root / "sheet.csv"))
    assert "between 1990 and 2100" in done.stdout + done.stderr + (root / "sheet.rejected.csv").read_text()
    assert rows(root, "SELECT count(*) FROM leads") == [(1,)]


@pytest.mark.parametrize("words", [["lead", "set", "1", b"notes=caf\xe9"], ["lead", "show", b"\xff"]])
def test_bytes_that_are_no_text_are_refused(leadnurture: Leadnurture, root: Path, words: list[str | bytes]) -> None:
    done = leadnurture("--studio", str(root), *words)  # type: ignore[arg-type]
    assert done.returncode == 10
    assert "is not UTF-8 text" in done.stderr
    assert "Traceback" not in done.stderr


def test_half_a_character_in_json_is_refused(leadnurture: Leadnurture, root: Path) -> None:
    done = leadnurture("--studio", str(root), "lead", "set", "1", 'source_details={"a":"\\ud800"}')
    assert done.returncode == 10
    assert "half a character" in done.stderr


@pytest.mark.parametrize(
    "settings", [{"PYTHONIOENCODING": "ascii"}, {"PYTHONIOENCODING": "latin-1"}, {"LC_ALL": "POSIX"}, {"LC_ALL": "C"}]
)
def test_no_encoding_of_the_terminal_breaks_a_command(
    leadnurture: Leadnurture, root: Path, settings: dict[str, str]
) -> None:
    assert leadnurture("--studio", str(root), "lead", "set", "1", "couple=Zoë & Łukasz 💍").returncode == 0
    for words in (["lead", "list"], ["lead", "show", "1"], ["status"], ["lead", "show", "nobody"]):
        done = shell(leadnurture_with(leadnurture, settings), "", "--studio", str(root), *words)
        assert done.returncode == (11 if words[-1] == "nobody" else 0), done.stderr
        assert "Traceback" not in done.stderr
    told = shell(leadnurture_with(leadnurture, settings), "", "--studio", str(root), "lead", "show", "1", "--json")
    assert json.loads(told.stdout)["data"]["lead"]["couple_name_groom"] == "Łukasz 💍"


def leadnurture_with(leadnurture: Leadnurture, settings: dict[str, str]) -> Leadnurture:
    leadnurture.environment = leadnurture.environment | settings
    return leadnurture


@pytest.mark.parametrize("redirection", ["<&-", ">&-", "2>&-", "<&- >&- 2>&-"])
@pytest.mark.parametrize("words", [["status"], ["lead", "list", "--json"], ["run", "--once"]])
def test_a_closed_stream_is_no_crash(leadnurture: Leadnurture, root: Path, redirection: str, words: list[str]) -> None:
    done = shell(leadnurture, redirection, "--studio", str(root), *words)
    assert done.returncode == 0, done.stderr
    assert "Traceback" not in done.stderr
    assert rows(root, "PRAGMA integrity_check") == [("ok",)]


def test_a_question_that_nobody_can_hear_names_the_option(leadnurture: Leadnurture, root: Path) -> None:
    (root / "sequences" / "letter.yaml").unlink()
    done = shell(leadnurture, "<&-", "--studio", str(root), "apply")
    assert "Traceback" not in done.stderr
    assert (done.returncode, "--yes" in done.stderr) == (2, True)


@pytest.mark.parametrize("words", [["status"], ["lead", "list"], ["lead", "list", "--json"], ["--version"]])
def test_an_answer_that_cannot_be_written_is_a_failure(leadnurture: Leadnurture, root: Path, words: list[str]) -> None:
    done = shell(leadnurture, ">/dev/full", "--studio", str(root), *words)
    assert done.returncode == 14, done.stderr
    assert "No space left on device" in done.stderr
    assert "free some space" in done.stderr
    assert "Traceback" not in done.stderr
    assert "Exception ignored" not in done.stderr


def test_messages_that_cannot_be_written_stop_nothing(leadnurture: Leadnurture, root: Path) -> None:
    assert shell(leadnurture, "2>/dev/full", "--studio", str(root), "run", "--once").returncode == 0
    assert shell(leadnurture, "2>/dev/full", "--studio", str(root), "lead", "show", "nobody", "--json").returncode == 11


def test_a_studio_of_an_unknown_user_is_no_studio(leadnurture: Leadnurture) -> None:
    done = leadnurture("status", LEADNURTURE_STUDIO="~nosuchuser/x")
    assert done.returncode == 14
    assert "LEADNURTURE_STUDIO" in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize(
    ("kind", "hint"),
    [
        ("opted_out", "lead opt-out"),
        ("booking_confirmed", "lead convert"),
        ("status_changed", "lead status LEAD STATUS"),
        ("automation_paused", "lead pause"),
        ("automation_resumed", "lead resume"),
        ("sequence_ended", "by itself"),
        ("step_failed", "by itself"),
        ("score_updated", "by itself"),
        ("lead_created", "lead add"),
        ("tag_added", "lead tag LEAD TAG"),
        ("task_created", "by itself"),
        ("email_bounced", "by itself"),
    ],
)
def test_what_has_its_own_command_cannot_be_logged(leadnurture: Leadnurture, root: Path, kind: str, hint: str) -> None:
    before = rows(root, "SELECT count(*) FROM lead_interactions")
    done = leadnurture("--studio", str(root), "lead", "log", "1", kind)
    assert done.returncode == 10
    assert hint in done.stderr
    assert rows(root, "SELECT count(*) FROM lead_interactions") == before


@pytest.mark.parametrize("kind", ["phone_call", "note_added", "meeting_completed", "email_sent", "reply"])
def test_contacts_and_notes_can_be_logged(leadnurture: Leadnurture, root: Path, kind: str) -> None:
    assert leadnurture("--studio", str(root), "lead", "log", "1", kind).returncode == 0


def test_a_cron_tick_in_a_busy_studio_answers_in_json(leadnurture: Leadnurture, root: Path) -> None:
    with locked(root / ".leadnurture", datetime.now(UTC), "a test"):
        done = leadnurture("--studio", str(root), "run", "--once", "--json")
    report = json.loads(done.stdout)["data"]
    told = {key: report.pop(key) for key in ("busy", "waiting", "next_at", "resting")}
    assert (done.returncode, told) == (0, {"busy": True, "waiting": None, "next_at": None, "resting": []})
    assert set(report.values()) == {0}
    assert "busy" not in json.loads(leadnurture("--studio", str(root), "run", "--once", "--json").stdout)["data"]


def test_json_of_a_run_without_an_end_is_misuse(leadnurture: Leadnurture, root: Path) -> None:
    done = leadnurture("--studio", str(root), "run", "--json")
    assert done.returncode == 2
    assert "--once" in json.loads(done.stderr)["message"]


def test_the_next_due_time_is_the_studios_not_the_computers(leadnurture: Leadnurture, root: Path) -> None:
    config = root / "leadnurture.toml"
    config.write_text(config.read_text().replace('"Europe/London"', '"Asia/Tokyo"'))
    working = leadnurture("--studio", str(root), "run", "--once", TZ="America/New_York").stdout
    idle = leadnurture("--studio", str(root), "run", "--once", TZ="America/New_York").stdout
    assert "nothing was due" in idle
    assert idle.partition("the next is due ")[2] == working.partition("the next is due ")[2] != ""


def test_a_message_that_is_not_to_go_again_is_not_said_to_be_queued(
    leadnurture: Leadnurture, sink: Sink, root: Path
) -> None:
    sink.on_command = lambda command, _: "451 later" if command == "RCPT" else None
    leadnurture("run", "--once", **sink.settings(LEADNURTURE_STUDIO=str(root)))
    assert leadnurture("--studio", str(root), "lead", "log", "1", "reply").returncode == 0
    park(root)
    done = leadnurture("--studio", str(root), "outbox", "resolve", "1", "--resend")
    assert done.returncode == 0, done.stderr
    assert "does not go again: withdrawn" in done.stderr
    assert "queued" not in done.stderr


def park(root: Path) -> None:
    connection = sqlite3.connect(root / "leadnurture.db")
    connection.execute("UPDATE outbox SET state = 'parked', reason = 'nobody knows', in_doubt_at = due_at")
    connection.commit()
    connection.close()


def test_a_file_that_ends_too_soon_is_not_taken_for_somebody_who_stopped(monkeypatch: pytest.MonkeyPatch) -> None:
    def reads(**_: object) -> None:
        raise typer.Abort from EOFError("the archive ends here")  # what typer makes of any EOFError

    monkeypatch.setattr(main, "app", reads)
    with pytest.raises(EOFError, match="the archive ends here"):
        main._answered(as_json=False)
