"""`sequence simulate` and `sequence test` by the real command: golden files, exit codes, JSON, and no trace left."""

import json
from pathlib import Path
from typing import Any

import pytest
from processes import Leadnurture, Sink
from studios import rows, studio_with_letters_due

LETTER = """\
name: Letter
enroll: {when: {status: [new]}}
steps:
  - id: hello
    action: send_email
    subject: "Your day, {{ lead.couple_names or 'both' }}"
    body: Thank you for writing.
  - id: venue
    action: send_email
    delay: 2d
    subject: "About {{ lead.wedding_venue }}"
    body: I know it well.
"""


class Command:
    """The command in one studio."""

    def __init__(self, leadnurture: Leadnurture, root: Path) -> None:
        self.leadnurture, self.root = leadnurture, root
        self.file = root / "sequences" / "letter.yaml"

    def __call__(self, *words: str, **environment: str) -> Any:
        return self.leadnurture("--studio", str(self.root), "sequence", *words, **environment)

    def told(self, *words: str) -> Any:
        return json.loads(self(*words, "--json").stdout)["data"]


@pytest.fixture
def command(leadnurture: Leadnurture, tmp_path: Path) -> Command:
    return Command(leadnurture, studio_with_letters_due(tmp_path / "studio", 2, letter=LETTER))


PLAYED = ("simulate", "letter", "--lead", "couple0@example.com", "--from", "2027-01-04", "--days", "1")


def test_a_transcript_is_written_and_compared_and_differs_when_the_file_does(command: Command, tmp_path: Path) -> None:
    golden = tmp_path / "golden.txt"
    written = command(*PLAYED, "--write", str(golden))
    assert written.returncode == 0, written.stderr
    assert written.stdout == golden.read_text() != ""
    same = command(*PLAYED, "--expect", str(golden))
    assert (same.returncode, same.stdout) == (0, "")

    command.file.write_text(LETTER.replace("Your day", "Your wedding"))
    other = command(*PLAYED, "--expect", str(golden))
    assert other.returncode == 1
    changed = [line for line in other.stdout.splitlines() if line[0] in "+-" and line[:3] not in {"---", "+++"}]
    assert [line[0] for line in changed] == ["-", "+"]
    assert "Your wedding, Emma0 & Jack0" in changed[1]
    told = json.loads(command(*PLAYED, "--expect", str(golden), "--json").stdout)["data"]
    assert told["matches"] is False
    assert told["difference"] == other.stdout.splitlines()


def test_the_events_in_json_have_the_documented_keys(command: Command) -> None:
    told = command.told(*PLAYED, "--event", "+3h replied")
    keys = {"at", "lead_id", "sequence", "step", "action", "outcome", "reason", "subject"}
    assert all(keys <= set(event) for event in told["events"])
    assert [event["outcome"] for event in told["events"]] == ["sent", "replied", "cancelled"]
    assert told["events"][0]["subject"] == "Your day, Emma0 & Jack0"


def test_the_whole_studio_is_played_with_totals_and_nothing_is_touched(command: Command) -> None:
    before = (command.root / "leadnurture.db").read_bytes()
    shown = command("simulate", "--all", "--from", "2027-01-04", "--days", "1")
    assert shown.returncode == 0, shown.stderr
    assert "Day by day" in shown.stdout
    assert "2 messages to 2 couples until 5 Jan 2027" in shown.stdout
    told = command.told("simulate", "--all", "--from", "2027-01-04", "--days", "1")
    assert told["totals"][0] == {
        "day": "2027-01-04", "sequence": "letter", "sent": 2, "executed": 0, "skipped": 0, "held": 0, "failed": 0
    }  # fmt: skip
    assert (command.root / "leadnurture.db").read_bytes() == before
    assert not (command.root / "outbox").exists()


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (("simulate",), 2, "--all"),
        (("simulate", "letter"), 2, "--lead"),
        (("simulate", "--all", "--event", "+1d replied"), 2, "--all"),
        (("simulate", "letter", "--lead", "1", "--write", "x"), 2, "--from"),
        ((*PLAYED, "--write", "x", "--expect", "y"), 2, "--expect"),
        ((*PLAYED, "--expect", "nothing.txt"), 11, "--write nothing.txt"),
        ((*PLAYED, "--event", "+1d shouted"), 10, "+3d replied"),
        ((*PLAYED[:4], "--from", "soon"), 10, "soon"),
        (("simulate", "nothing", "--lead", "1"), 11, "nothing"),
        (("test", "letter", "--lead", "nobody"), 11, "nobody"),
        (("test", "letter", "--lead", "1", "--steps", "helo"), 11, "did you mean 'hello'?"),
        (("test", "letter", "--lead", "1", "--send-to", "me"), 10, "me"),
    ],
)
def test_what_makes_no_sense_says_what_does(command: Command, words: tuple[str, ...], code: int, said: str) -> None:
    done = command(*words)
    assert (done.returncode, done.stdout) == (code, "")
    assert said in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize("words", [PLAYED, ("test", "letter", "--lead", "1")])
def test_a_broken_file_is_told_with_its_place(command: Command, words: tuple[str, ...]) -> None:
    command.file.write_text(LETTER.replace("subject:", "subjekt:"))
    done = command(*words)
    assert done.returncode == 10
    assert "sequences/letter.yaml:" in done.stderr


def test_a_step_with_a_hole_fails_and_the_exit_code_says_so(command: Command) -> None:
    shown = command("test", "letter", "--lead", "couple0@example.com")
    assert shown.returncode == 1
    assert "Thank you for writing." in shown.stdout
    assert "failed: " in shown.stdout
    told = command.told("test", "letter", "--lead", "couple0@example.com")
    assert [result["status"] for result in told["test_results"]] == ["success", "failed"]
    assert command("test", "letter", "--lead", "couple0@example.com", "--steps", "1").returncode == 0


def test_a_test_letter_goes_through_the_studios_server_and_is_not_recorded(command: Command, sink: Sink) -> None:
    words = ("test", "letter", "--lead", "couple0@example.com", "--steps", "hello", "--send-to", "me@hart.example")
    done = command(*words, **sink.settings())
    assert done.returncode == 0, done.stderr
    assert sink.recipients == [["me@hart.example"]]
    assert [str(message["Subject"]) for message in sink.messages()] == ["[test] Your day, Emma0 & Jack0"]
    assert rows(command.root, "SELECT count(*) FROM outbox") == [(0,)]
