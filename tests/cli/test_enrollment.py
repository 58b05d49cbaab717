"""Walks steered from the command line: what was done is told, what cannot be done is refused with its exit code."""

import json
from pathlib import Path
from typing import Any

import pytest
from processes import Leadnurture
from studios import LETTER, rows, studio_with_letters_due

OTHER = """\
name: Other
exclusive: false
settings: {allow_manual_advance: false}
enroll: {when: {tags: {any: [nobody]}}}
steps:
  - {id: wait, action: create_task, delay: 3000d, title: Later}
  - {id: finish, action: create_task, title: End}
"""


class Command:
    """The real command in one studio."""

    def __init__(self, leadnurture: Leadnurture, root: Path) -> None:
        self.leadnurture, self.root = leadnurture, root

    def data(self, *words: str) -> Any:
        done = self.leadnurture("--studio", str(self.root), *words, "--json")
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout)["data"]

    def told(self, *words: str, code: int = 0) -> str:
        done = self.leadnurture("--studio", str(self.root), *words)
        assert done.returncode == code, (done.returncode, done.stdout, done.stderr)
        assert "Traceback" not in done.stderr
        return done.stdout + done.stderr


@pytest.fixture
def command(leadnurture: Leadnurture, tmp_path: Path) -> Command:
    root = studio_with_letters_due(tmp_path / "studio", 4, LETTER)
    (root / "sequences" / "other.yaml").write_text(OTHER)
    command = Command(leadnurture, root)
    command.told("apply", "--yes")
    return command


def test_a_walk_is_paused_resumed_advanced_and_cancelled(command: Command) -> None:
    assert "paused; next: hello" in command.told("enrollment", "pause", "emma0")
    assert command.data("enrollment", "list", "--status", "paused")["enrollments"][0]["lead_id"] == 1
    assert "waiting" in command.told("run", "--once", "--json")
    assert rows(command.root, "SELECT count(*) FROM outbox WHERE lead_id = 1") == [(0,)]
    assert command.data("enrollment", "resume", "1")["enrollment"]["status"] == "active"
    advanced = command.data("enrollment", "advance", "couple0@example.com", "letter", "--keep-delay")["enrollment"]
    assert (advanced["next_step"], advanced["steps_completed"]) == ("later", 1)
    assert "cancelled by hand" in command.told("enrollment", "cancel", "emma0")
    complaint = command.told("enrollment", "resume", "1", code=12)
    assert "is cancelled, so it cannot be resumed" in complaint
    why = command.data("lead", "why", "emma0", "letter")["enrollments"][0]
    assert (why["end_reason"], why["steps"][0]["reason"]) == ("cancelled by hand", "advanced by hand")


def test_couples_enter_by_hand_and_from_three_on_it_asks(command: Command) -> None:
    assert "Emma0" in command.told("sequence", "enroll", "other", "emma0", "emma1")
    assert "they are in it" in command.told("sequence", "enroll", "other", "emma0", code=12)
    assert "--yes" in command.told("sequence", "enroll", "other", "emma1", "emma2", "emma3", code=2)
    refused = command.told("sequence", "enroll", "other", "emma1", "emma2", "emma3", "--yes", code=12)
    assert "Emma1 & Jack1 cannot enter 'other': they are in it" in refused
    entered = command.data("sequence", "enroll", "other", "emma2", "emma3", "emma2", "--yes")["enrollments"]
    assert [line["lead_id"] for line in entered] == [3, 4]
    assert {line["reason"] for line in entered} == {"enrolled by hand"}
    assert "did you mean 'other'" in command.told("sequence", "enroll", "othr", "emma0", code=11)


def test_a_couple_in_several_sequences_is_asked_about(command: Command) -> None:
    command.told("sequence", "enroll", "other", "emma0")
    complaint = command.told("enrollment", "pause", "emma0", code=12)
    assert "2 sequences" in complaint
    assert "other" in complaint
    assert "does not allow" in command.told("enrollment", "advance", "emma0", "other", code=12)
    assert "next: later" in command.told("enrollment", "advance", "emma0", "letter", "--to", "later")


def test_what_is_not_there_is_not_found(command: Command) -> None:
    for words in (
        ("enrollment", "pause", "99"),
        ("enrollment", "retry", "nobody"),
        ("enrollment", "list", "--sequence", "nowhere"),
        ("enrollment", "advance", "emma0", "--to", "nowhere"),
        ("lead", "why", "emma0", "nowhere"),
        ("lead", "why", "emma0", "letter", "nowhere"),
    ):
        command.told(*words, code=11)
    assert "it cannot be tried again" in command.told("enrollment", "retry", "emma0", code=12)
    command.told("enrollment", "list", "--status", "sleeping", code=10)


def test_looking_is_readable(command: Command) -> None:
    listed = command.told("enrollment", "list", "--lead", "emma0")
    assert "1 enrollment" in listed
    assert "letter" in listed
    assert "No enrollment fits" in command.told("enrollment", "list", "--status", "failed")
    screen = command.told("lead", "why", "emma0")
    assert "next: hello" in screen
    assert "other  tags have any of nobody, but it is tagged nothing" in screen
