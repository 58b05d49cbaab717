import json
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from couples import EMMA, LETTERS, add, only, run
from sqlalchemy import update
from sqlmodel import select
from typer.testing import CliRunner, Result

from leadnurture.cli.main import app
from leadnurture.clock import VirtualClock
from leadnurture.engine.lock import StudioBusyError, locked
from leadnurture.errors import ConflictError, NotFoundError, UsageError
from leadnurture.store.tables.outbox import OutboxMessage
from leadnurture.store.vocabulary import OutboxState
from leadnurture.studio import Studio

LOOKING = [
    ["status"],
    ["lead", "list"],
    ["lead", "show", "emma"],
    ["lead", "show", "1", "--full"],
    ["outbox", "list"],
    ["outbox", "show", "1"],
    ["report", "overview"],
    ["sequence", "list"],
    ["sequence", "show", "letters"],
]


def _do(root: Path, *words: str) -> Result:
    return CliRunner().invoke(app, ["--studio", str(root), *words])


def _data(root: Path, *words: str) -> Any:
    done = _do(root, *words, "--json")
    assert done.exception is None, done.exception
    told = json.loads(done.stdout)
    assert told["success"] is True
    return told["data"]


@pytest.fixture
def parked(studio: Studio, clock: VirtualClock, root: Path) -> Path:
    """A studio with one couple, whose first letter may or may not have arrived."""
    only(studio, LETTERS)
    add(studio, "emma@example.org", **EMMA)
    clock.advance(timedelta(minutes=10))
    run(studio)
    with studio.database.write() as session:
        session.execute(update(OutboxMessage).values(state=OutboxState.PARKED, sent_at=None))
    return root


def _state(studio: Studio) -> OutboxState:
    with studio.read() as session:
        return session.exec(select(OutboxMessage.state)).one()


@pytest.mark.parametrize("words", LOOKING, ids=" ".join)
def test_looking_answers_on_stdout_and_says_nothing_else(parked: Path, words: list[str]) -> None:
    done = _do(parked, *words)
    assert done.exception is None, done.exception
    assert done.stdout.strip()
    assert not done.stderr


@pytest.mark.parametrize("words", LOOKING, ids=" ".join)
def test_looking_answers_in_json_too(parked: Path, words: list[str]) -> None:
    assert _data(parked, *words)


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["lead", "list"], "leadnurture lead import"),
        (["lead", "list", "--status", "won"], "leave something out"),
        (["outbox", "list"], "leadnurture run --once"),
        (["outbox", "list", "--state", "sent"], "No message fits"),
        (["sequence", "list", "--inactive"], "No sequence fits"),
    ],
)
def test_nothing_to_show_says_so_beside_stdout(root: Path, words: list[str], told: str) -> None:
    done = _do(root, *words)
    assert done.exit_code == 0
    assert done.stdout == ""
    assert told in done.stderr


def test_a_page_behind_the_last_says_which_is_the_last(parked: Path) -> None:
    assert "There is no page 7; the last one is 1." in _do(parked, "lead", "list", "--page", "7").stderr


def test_raw_writes_the_exact_bytes(parked: Path, studio: Studio) -> None:
    with studio.read() as session:
        content = session.exec(select(OutboxMessage.content)).one()
    assert _do(parked, "outbox", "show", "1", "--raw").stdout_bytes == content
    assert isinstance(_do(parked, "outbox", "show", "1", "--raw", "--json").exception, UsageError)


@pytest.mark.parametrize("ways", [[], ["--sent", "--resend"]])
def test_resolving_needs_one_answer(parked: Path, studio: Studio, ways: list[str]) -> None:
    assert isinstance(_do(parked, "outbox", "resolve", "1", *ways).exception, UsageError)
    assert _state(studio) is OutboxState.PARKED


def test_a_message_that_arrived_counts_as_sent(parked: Path, studio: Studio) -> None:
    told = _data(parked, "outbox", "resolve", "1", "--sent")
    assert told["message"]["state"] == "sent"
    assert _state(studio) is OutboxState.SENT
    assert isinstance(_do(parked, "outbox", "resolve", "1", "--sent").exception, ConflictError)


def test_a_message_that_did_not_arrive_is_queued_again(parked: Path, studio: Studio) -> None:
    done = _do(parked, "outbox", "resolve", "1", "--resend")
    assert "Message 1 is queued again." in done.stderr
    assert _state(studio) is OutboxState.QUEUED


def test_nothing_is_resolved_while_a_run_may_be_handing_it_over(parked: Path, studio: Studio) -> None:
    with locked(studio.state, studio.now(), "leadnurture run"):
        assert isinstance(_do(parked, "outbox", "resolve", "1", "--resend").exception, StudioBusyError)
    assert _state(studio) is OutboxState.PARKED


@pytest.mark.parametrize(
    "words",
    [
        ["lead", "show", "nobody"],
        ["outbox", "show", "9"],
        ["outbox", "resolve", "9", "--sent"],
        ["sequence", "show", "x"],
    ],
)
def test_what_is_not_there_is_not_found(parked: Path, words: list[str]) -> None:
    assert isinstance(_do(parked, *words).exception, NotFoundError)
