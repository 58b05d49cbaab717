"""What cron sees of `run --once`: 0 done or somebody else does it, 1 some of it failed, 15 the outside world did."""

import fcntl
import json
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager, nullcontext
from datetime import UTC, datetime
from pathlib import Path

import pytest
from processes import Leadnurture, Sink
from studios import states, studio_with_letters_due

from leadnurture.engine.lock import announced, locked

TAGGING = """\
name: Tagging
enroll: {when: {status: [new]}}
steps:
  - {id: all-of-them-have-been-seen-by-the-photographer, action: add_lead_tag, tag: seen}
"""


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return studio_with_letters_due(tmp_path / "studio", 2)


@contextmanager
def database_in_use(root: Path) -> Iterator[None]:
    with closing(sqlite3.connect(root / "leadnurture.db", isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        yield


@pytest.mark.parametrize(
    ("replies", "code", "counts"),
    [
        ({}, 0, {"sent": 2, "failed": 0}),
        ({"DATA": "550 5.7.1 not from you"}, 1, {"sent": 0, "failed": 2}),
        ({"RCPT": "451 greylisted"}, 0, {"sent": 0, "failed": 0}),
        ({"MAIL": "421 too busy"}, 15, {"sent": 0, "failed": 0}),
    ],
    ids=["all went", "some was refused", "some waits for a retry", "the server is in trouble"],
)
def test_the_code_says_how_it_went(
    leadnurture: Leadnurture, sink: Sink, root: Path, replies: dict[str, str], code: int, counts: dict[str, int]
) -> None:
    sink.on_command = lambda command, _: replies.get(command)
    done = leadnurture("--studio", str(root), "run", "--once", "--json", **sink.settings())
    assert done.returncode == code, done.stderr
    assert counts.items() <= json.loads(done.stdout)["data"].items()


def test_a_studio_in_which_somebody_works_is_no_failure_and_says_who(leadnurture: Leadnurture, root: Path) -> None:
    with locked(root / ".leadnurture", datetime.now(UTC), "leadnurture restore"):
        done = leadnurture("--studio", str(root), "run", "--once", "--json")
    assert (done.returncode, states(root)) == (0, {})
    assert "leadnurture restore (process " in done.stderr
    assert json.loads(done.stdout)["data"]["busy"] is True


@pytest.mark.parametrize(
    ("command", "told"),
    [
        ("leadnurture lead import", "is in use: leadnurture lead import (process "),
        (None, "is in use: another command or program has it, such as a database viewer"),
    ],
)
def test_a_database_that_is_in_use_is_no_failure_and_says_by_whom(
    leadnurture: Leadnurture, root: Path, command: str | None, told: str
) -> None:
    note = announced(root / ".leadnurture", datetime.now(UTC), command) if command else nullcontext()
    with note, database_in_use(root):
        done = leadnurture("--studio", str(root), "run", "--once")
    assert (done.returncode, states(root)) == (0, {})
    assert told in done.stderr
    assert leadnurture("--studio", str(root), "run", "--once").returncode == 0
    assert states(root) == {"sent": 2}


def test_a_database_that_is_taken_in_the_middle_of_the_work_is_told_with_what_was_done(
    leadnurture: Leadnurture, tmp_path: Path
) -> None:
    root = studio_with_letters_due(tmp_path / "large", 120, TAGGING)  # more than are done in one commit
    process = leadnurture.start("--studio", str(root), "run", "--once", "--json", "--verbose")
    assert process.stdout is not None
    assert process.stderr is not None
    fcntl.fcntl(process.stderr, fcntl.F_SETPIPE_SZ, 4096)  # less than it says of one commit: it has to wait for us
    said = process.stderr.read(10)
    with database_in_use(root):
        said += process.stderr.read()
    data = json.loads(process.stdout.read())["data"]
    process.communicate()
    assert (process.returncode, data["executed"], data["busy"], data["waiting"]) == (1, 100, True, None)
    assert b"until then: 100 executed; nothing is lost" in said
    assert b"nothing was done" not in said
    done = leadnurture("--studio", str(root), "run", "--once", "--json")
    assert (done.returncode, json.loads(done.stdout)["data"]["executed"]) == (0, 20)


def test_who_waits_in_vain_for_a_database_is_told_for_what(leadnurture: Leadnurture, root: Path) -> None:
    with locked(root / ".leadnurture", datetime.now(UTC), "leadnurture restore"), database_in_use(root):
        done = leadnurture("--studio", str(root), "lead", "pause", "1")
    assert done.returncode == 13
    assert "is in use: leadnurture restore (process " in done.stderr
    assert "try again when it has ended" in done.stderr


@pytest.mark.parametrize("words", [["apply", "--yes"], ["lead", "import", "sheet.csv"]])
def test_a_long_change_leaves_no_note_behind(leadnurture: Leadnurture, root: Path, words: list[str]) -> None:
    (leadnurture.cwd / "sheet.csv").write_text("Email\nann@example.com\n")
    (root / "sequences" / "letter.yaml").write_text(
        (root / "sequences" / "letter.yaml").read_text() + "active: false\n"
    )
    done = leadnurture("--studio", str(root), *words)
    assert done.returncode == 0, done.stderr
    assert not (root / ".leadnurture" / "writing.json").exists()
    assert (root / ".leadnurture" / "writing.lock").exists()  # it was taken


def test_a_studio_that_is_none_and_one_that_is_broken(leadnurture: Leadnurture, root: Path) -> None:
    (root / "leadnurture.toml").write_text("[studio]\nname = 5\n")
    assert leadnurture("--studio", str(root), "run", "--once").returncode == 14
    assert leadnurture("--studio", str(root / "nowhere"), "run", "--once").returncode == 14
