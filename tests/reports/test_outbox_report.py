from datetime import timedelta
from pathlib import Path

import pytest
from couples import EMMA, LETTERS, add, happen, only, run
from sqlalchemy import event, update
from sqlmodel import col

from leadnurture.clock import VirtualClock
from leadnurture.crm import standing
from leadnurture.crm.values import BadValueError
from leadnurture.errors import NotFoundError
from leadnurture.reports.outbox import OutboxList, outbox_list, read_states
from leadnurture.reports.outbox_message import OpenMessage, outbox_message
from leadnurture.store.tables.outbox import OutboxMessage
from leadnurture.store.vocabulary import OutboxState
from leadnurture.studio import Studio


@pytest.fixture
def sent(studio: Studio, clock: VirtualClock) -> Studio:
    """A studio in which two couples got their first letter."""
    only(studio, LETTERS)
    add(studio, "emma@example.org", **EMMA)
    add(studio, "zoe@example.org", **EMMA | {"couple": ("Zoë", "José")})
    clock.advance(timedelta(minutes=10))
    run(studio)
    return studio


def _list(studio: Studio, **given: object) -> OutboxList:
    with studio.read() as session:
        return outbox_list(session, studio.config, studio.now(), **given)  # type: ignore[arg-type]


def _open(studio: Studio, number: int) -> OpenMessage:
    with studio.read() as session:
        return outbox_message(session, studio.config, studio.now(), number)


def _become(studio: Studio, number: int, state: OutboxState, reason: str | None = None, attempts: int = 0) -> None:
    values = {"state": state, "reason": reason, "attempts": attempts}
    with studio.database.write() as session:
        session.execute(update(OutboxMessage).where(col(OutboxMessage.id) == number).values(values))


def test_the_newest_message_is_first(sent: Studio) -> None:
    told = _list(sent).as_json()
    assert [message["to"] for message in told["messages"]] == ["zoe@example.org", "emma@example.org"]
    assert set(told["messages"][0]) == {
        "id", "channel", "message_id", "to", "subject", "state", "lead_id", "sequence", "step", "due_at", "sent_at",
        "reason", "attempts", "copies", "refused",
    }  # fmt: skip
    assert told["messages"][0]["sent_at"] == "2027-01-04T10:10:00+00:00"


def test_copies_and_who_was_not_taken_are_told_apart_from_whom_it_is_addressed_to(sent: Studio) -> None:
    zoe, holly = "zoe@example.org", "holly@hart.example"
    values = {"recipients": [zoe, "jo@example.net", holly], "copies": [holly], "refused": {"jo@example.net": "550 no"}}
    with sent.database.write() as session:
        session.execute(update(OutboxMessage).where(col(OutboxMessage.id) == 2).values(values))
    message = _list(sent).as_json()["messages"][0]
    assert (message["to"], message["copies"]) == (f"{zoe}, jo@example.net", [holly])
    assert message["refused"] == {"jo@example.net": "550 no"}
    assert "It was not taken for jo@example.net: 550 no." in _open(sent, 2).meaning
    _become(sent, 2, OutboxState.QUEUED)
    assert _open(sent, 2).as_json()["message"]["refused"] == {}


def test_a_list_is_filtered_by_state_and_by_lead(sent: Studio) -> None:
    _become(sent, 1, OutboxState.PARKED)
    assert [message.id for message in _list(sent, states=(OutboxState.PARKED,)).messages] == [1]
    assert [message.id for message in _list(sent, states=(OutboxState.PARKED, OutboxState.SENT)).messages] == [2, 1]
    assert [message.id for message in _list(sent, lead_id=2).messages] == [2]
    assert _list(sent, states=(OutboxState.QUEUED,)).as_json() == {"messages": [], "total": 0}


def test_a_limit_does_not_hide_how_many_there_are(sent: Studio) -> None:
    report = _list(sent, limit=1)
    assert (len(report.messages), report.total) == (1, 2)


def test_a_list_never_loads_the_messages_bytes(sent: Studio) -> None:
    asked: list[str] = []
    event.listen(sent.database._engine, "before_cursor_execute", lambda *given: asked.append(given[2]))
    _list(sent)
    assert asked
    assert not any("content" in statement for statement in asked)


def test_an_unknown_state_is_refused_with_what_was_meant(studio: Studio) -> None:
    with pytest.raises(BadValueError, match=r"--state: .*did you mean 'parked'"):
        read_states(["parkd"], studio.reading())


def test_an_open_message_shows_its_headers_decoded_and_its_words(sent: Studio, root: Path) -> None:
    report = _open(sent, 2)
    headers = dict(report.headers)
    assert headers["To"] == "Zoë & José <zoe@example.org>"
    assert headers["Message-ID"] == report.message.message_id
    assert report.text.startswith("Dear Zoë & José, thank you.")
    (written,) = [path for path in (root / "outbox").glob("*.eml") if b"zoe@example.org" in path.read_bytes()]
    assert report.content == written.read_bytes()


def test_a_message_that_is_not_there_is_not_found(sent: Studio) -> None:
    with pytest.raises(NotFoundError):
        _open(sent, 3)


@pytest.mark.parametrize(
    ("state", "reason", "attempts", "told"),
    [
        (OutboxState.QUEUED, None, 0, "waits for delivery"),
        (OutboxState.QUEUED, "421 try later", 2, "tried twice and will be tried again: 421 try later"),
        (OutboxState.SENT, None, 0, "will not go out again"),
        (OutboxState.REFUSED, "550 no such user", 0, "will not be tried again: 550 no such user"),
        (OutboxState.REFUSED, "withdrawn: they replied", 0, "taken back before it went out: they replied."),
        (OutboxState.IN_DOUBT, None, 0, "may have arrived"),
        (OutboxState.PARKED, "the process ended", 0, "leadnurture outbox resolve 1 --sent"),
    ],
)
def test_a_state_is_told_in_plain_words(
    sent: Studio, state: OutboxState, reason: str | None, attempts: int, told: str
) -> None:
    _become(sent, 1, state, reason, attempts)
    assert told in _open(sent, 1).meaning


def test_a_withdrawn_message_says_so(studio: Studio, clock: VirtualClock) -> None:
    only(studio, LETTERS)
    emma = add(studio, "emma@example.org", **EMMA)
    clock.advance(timedelta(minutes=10))
    run(studio)
    _become(studio, 1, OutboxState.QUEUED)
    happen(studio, emma, lambda change, lead: standing.opt_out(change, lead, "by telephone"))
    assert _open(studio, 1).meaning == "It was taken back before it went out: they opted out."
