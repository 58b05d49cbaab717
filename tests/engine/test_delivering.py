"""What a server's answer means: tried again later with the same bytes, never again, or nobody but the owner can say."""

import pytest
from leadnurture.store.tables.task import Task
from mail_server import HANG_UP, Server
from sqlmodel import select
from studio_life import DAY, HOUR, MINUTE, START, Begin, Life, mail

from leadnurture.engine.resolve import NotInDoubtError, resolve
from leadnurture.store.vocabulary import EnrollmentStatus, ExecutionStatus, InteractionType, OutboxState

MIA = "mia@example.org"
BUSY, NEVER = "451 mailbox busy", "550 no such user"


@pytest.fixture
def life(server: Server, begin: Begin) -> Life:
    """Return a studio with two leads at a sequence of two letters."""
    life = begin()
    life.given("welcome", mail("hello"), mail("more", delay="1d"))
    life.add("mia", "zoe")
    return life


def test_messages_are_delivered_to_the_server(life: Life, server: Server) -> None:
    life.tick()
    life.later(DAY)
    assert server.subjects("mia") == server.subjects("zoe") == ["hello", "more"]
    assert [message.state for message in life.queue("mia")] == [OutboxState.SENT] * 2


def test_a_server_that_is_busy_is_asked_again_after_two_hours_with_the_same_bytes(life: Life, server: Server) -> None:
    server.at_data[MIA] = [BUSY]
    report = life.tick()
    (before,) = life.queue("mia")
    assert (before.state, before.attempts, before.due_at) == (OutboxState.QUEUED, 1, START + 2 * HOUR)
    assert "mailbox busy" in (before.reason or "")
    assert (report.counts["retry"], report.next_at) == (1, START + 2 * HOUR)
    life.later(2 * HOUR - MINUTE)
    assert server.subjects("mia") == []
    life.later(MINUTE)
    (after,) = life.queue("mia")
    assert server.subjects("mia") == ["hello"]
    assert (after.state, after.content, after.message_id) == (OutboxState.SENT, before.content, before.message_id)
    assert life.walk("mia").next_at == START + 2 * HOUR + DAY
    assert server.subjects("zoe") == ["hello"]


def test_after_the_last_retry_the_walk_has_failed_and_other_leads_have_not(life: Life, server: Server) -> None:
    server.at_rcpt[MIA] = [BUSY] * 9
    life.tick()
    for hours in (2, 4, 8, 16, 100):
        life.later(hours * HOUR)
    walk = life.walk("mia")
    assert walk.status is EnrollmentStatus.FAILED
    assert (walk.end_reason or "").startswith("step 'hello' failed after 4 attempts: 451 mailbox busy")
    assert (life.execution("mia", "hello").status, life.execution("mia", "hello").retry_count) == (
        ExecutionStatus.FAILED,
        4,
    )
    assert len(server.at_rcpt[MIA]) == 5
    assert life.lead("mia").bounced_at is None
    assert server.subjects("zoe") == ["hello", "more"]


@pytest.mark.parametrize("answer", [BUSY, NEVER, "554 5.7.1 looks like spam"])
def test_a_letter_that_cannot_be_sent_becomes_a_task_for_the_owner_once(
    life: Life, server: Server, answer: str
) -> None:
    server.at_rcpt[MIA] = [answer] * 9
    for hours in (0, 2, 4):
        life.later(hours * HOUR)
        assert tasks_about(life, "mia") == ([] if answer == BUSY else [f"{MIA}: 'hello' could not be sent: {answer}"])
    for hours in (8, 100):
        life.later(hours * HOUR)
    assert tasks_about(life, "mia") == [f"{MIA}: 'hello' could not be sent: {answer}"]
    assert tasks_about(life, "zoe") == []


def tasks_about(life: Life, name: str) -> list[str]:
    with life.studio.read() as session:
        return list(session.exec(select(Task.title).where(Task.lead_id == life.lead(name).id)).all())


def test_a_sequence_says_how_often_and_how_soon(server: Server, begin: Begin) -> None:
    life = begin()
    life.given("welcome", mail("hello"), settings={"max_retries": 1, "retry_delay": "10m"})
    life.add("mia")
    server.at_rcpt[MIA] = [BUSY] * 9
    life.tick()
    assert life.queue("mia")[0].due_at == START + 10 * MINUTE
    life.later(10 * MINUTE)
    assert life.walk("mia").status is EnrollmentStatus.FAILED


def test_an_address_that_does_not_exist_is_never_written_to_again(life: Life, server: Server) -> None:
    life.given("beside", mail("along", delay="3d"), exclusive=False)
    life.add("eve")
    server.at_rcpt["eve@example.org"] = [NEVER]
    report = life.tick()
    for _ in range(5):
        life.later(DAY)
    assert report.counts["failed"] == 1
    assert server.subjects("eve") == []
    assert life.lead("eve").bounced_at == START
    assert (life.walk("eve").status, life.walk("eve").end_reason) == (
        EnrollmentStatus.FAILED,
        "step 'hello' failed: 550 no such user",
    )
    assert life.walk("eve", "beside").end_reason == "their address bounced"
    assert [content for content, _ in life.told("eve", InteractionType.EMAIL_BOUNCED)] == ["550 no such user"]
    assert server.subjects("zoe") == ["hello", "more"]


def test_a_letter_that_is_refused_for_what_it_says_fails_its_walk_alone(life: Life, server: Server) -> None:
    life.given("beside", mail("along", delay="3d"), exclusive=False)
    life.add("eve")
    server.at_data["eve@example.org"] = ["554 5.7.1 looks like spam"]
    life.tick()
    for _ in range(5):
        life.later(DAY)
    assert life.lead("eve").bounced_at is None
    assert (life.walk("eve").status, life.walk("eve").end_reason) == (
        EnrollmentStatus.FAILED,
        "step 'hello' failed: 554 5.7.1 looks like spam",
    )
    assert server.subjects("eve") == ["along"]


def test_a_server_that_hangs_up_on_everybody_stops_the_round_and_costs_no_retry(life: Life, server: Server) -> None:
    server.at_rcpt[MIA] = server.at_rcpt["zoe@example.org"] = ["421 going down"] * 8
    report = life.tick()
    assert report.trouble is not None
    assert "421" in report.trouble
    assert [(message.state, message.attempts) for message in life.queue("mia")] == [(OutboxState.QUEUED, 0)]
    server.at_rcpt.clear()
    life.later(5 * MINUTE)
    assert server.subjects("mia") == server.subjects("zoe") == ["hello"]


def test_a_message_that_may_have_arrived_is_parked_and_never_sent_blindly(life: Life, server: Server) -> None:
    server.at_data[MIA] = [HANG_UP]
    life.tick()
    for _ in range(5):
        life.later(DAY)
    (message,) = life.queue("mia")
    assert message.state is OutboxState.PARKED
    assert server.subjects("mia") == ["hello"]
    assert life.walk("mia").next_at is None
    assert server.subjects("zoe") == ["hello", "more"]


@pytest.mark.parametrize(("sent", "taken"), [(True, ["hello", "more"]), (False, ["hello", "hello", "more"])])
def test_a_parked_message_goes_on_as_its_owner_says(life: Life, server: Server, sent: bool, taken: list[str]) -> None:
    server.at_data[MIA] = [HANG_UP]
    life.tick()
    life.later(HOUR)
    (message,) = life.queue("mia")
    assert message.id is not None
    with life.studio.change() as change:
        resolve(change, life.studio.engine, message.id, sent=sent)
    life.tick()
    life.later(DAY)
    assert server.subjects("mia") == taken
    assert len({content for address, content in server.taken if address == MIA and b"Subject: hello" in content}) == 1
    with life.studio.change() as change, pytest.raises(NotInDoubtError):
        resolve(change, life.studio.engine, message.id, sent=sent)


def test_who_waits_for_the_owner_s_word_goes_on_by_the_version_of_then(life: Life, server: Server) -> None:
    server.at_data[MIA] = [HANG_UP]
    life.tick()
    life.later(HOUR)
    (message,) = life.queue("mia")
    assert message.id is not None
    life.given("welcome", mail("other"), mail("more", delay="1d"))
    with life.studio.change() as change:
        resolve(change, life.studio.engine, message.id, sent=True)
    for _ in range(3):
        life.later(DAY)
    assert server.subjects("mia")[0] == "hello"
    assert server.subjects("mia")[-1] == "more"
    assert life.walk("mia").status is EnrollmentStatus.COMPLETED
    assert life.walk("mia").version_id == life.walk("zoe").version_id
