"""A server in trouble is left alone, and no couple pays for it."""

import sqlite3

import pytest
from mail_server import HANG_UP, Server
from studio_life import DAY, HOUR, MINUTE, START, Begin, Life, mail

from leadnurture.engine.channel_watch import SILENCES
from leadnurture.engine.rests import resting
from leadnurture.engine.retry import MOST_ALONE
from leadnurture.store.due import Rest
from leadnurture.store.vocabulary import EnrollmentStatus, OutboxState

NAMES = [f"couple{number:02}" for number in range(20)]


def rests(life: Life) -> tuple[Rest, ...]:
    with life.studio.read() as session:
        return resting(session, life.clock.now(), life.studio.configuration)


def states(life: Life, state: OutboxState) -> int:
    return sum(message.state is state for name in NAMES for message in life.queue(name))


def test_a_server_that_answers_no_content_is_given_few_messages_to_lose(server: Server, begin: Begin) -> None:
    life = begin()
    life.given("welcome", mail("hello"))
    life.add(*NAMES)
    for name in NAMES:
        server.at_data[f"{name}@example.org"] = [HANG_UP]
    report = life.tick()
    lanes = life.studio.config.worker.concurrency
    assert SILENCES <= states(life, OutboxState.IN_DOUBT) <= SILENCES + 2 * lanes
    assert states(life, OutboxState.IN_DOUBT) + states(life, OutboxState.QUEUED) == len(NAMES)
    assert report.trouble is not None
    assert [rest.until for rest in rests(life)] == [START + MINUTE]


def test_a_good_answer_ends_what_the_failures_had_built_up(server: Server, begin: Begin) -> None:
    life = begin()
    life.given("welcome", mail("hello"), mail("more", delay="5h"))
    life.add("mia")
    server.at_rcpt["mia@example.org"] = ["421 busy", "421 busy", "421 busy"]
    ends = []
    for _ in range(3):
        report = life.tick()
        (rest,) = rests(life)
        ends.append((rest.failures, rest.until - life.clock.now()))
        assert report.next_at == rest.until
        life.clock.set(rest.until)
    assert ends == [(1, MINUTE), (2, 2 * MINUTE), (3, 4 * MINUTE)]
    life.tick()
    assert server.subjects("mia") == ["hello"]
    server.at_rcpt["mia@example.org"] = ["421 busy"]
    life.later(5 * HOUR)
    assert [(rest.failures, rest.messages) for rest in rests(life)] == [(1, 1)]


def test_one_couple_that_is_put_off_waits_alone(server: Server, begin: Begin) -> None:
    life = begin()
    life.given("welcome", mail("hello"))
    life.add(*NAMES)
    for name in NAMES[:3]:
        server.at_rcpt[f"{name}@example.org"] = ["450 greylisted"]
    report = life.tick()
    assert (report.counts["sent"], report.counts["retry"]) == (len(NAMES) - 3, 3)
    assert rests(life) == ()
    assert {message.attempts for name in NAMES[:3] for message in life.queue(name)} == {1}


@pytest.fixture
def one_lane(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let messages go one after the other."""
    monkeypatch.setenv("LEADNURTURE_WORKER__CONCURRENCY", "1")


@pytest.mark.usefixtures("one_lane")
@pytest.mark.parametrize(
    "reply", ["550 5.7.1 we do not relay this", "421 not for you", "554 5.7.1 over our sending limit"]
)
def test_a_couple_for_whom_the_server_always_makes_trouble_keeps_nobody_else_waiting(
    server: Server, begin: Begin, reply: str
) -> None:
    life = begin()
    life.given("welcome", mail("hello"))
    life.add(*NAMES)
    server.at_rcpt["couple00@example.org"] = [reply] * 30
    report = life.tick()
    assert (report.counts["sent"], report.counts["retry"], rests(life)) == (len(NAMES) - 1, 1, ())
    for _ in range(50):
        life.later(6 * HOUR)  # no rest is longer
    assert life.walk("couple00").status is EnrollmentStatus.FAILED


@pytest.mark.usefixtures("one_lane")
def test_a_couple_for_whom_the_server_always_makes_trouble_is_not_tried_for_ever(server: Server, begin: Begin) -> None:
    life = begin()
    life.given("welcome", mail("hello"))
    life.add("mia")
    server.at_rcpt["mia@example.org"] = ["421 not for you"] * 20
    spent = 0
    while life.walk("mia").status is EnrollmentStatus.ACTIVE:
        report = life.tick()
        if report.next_at is not None:
            life.clock.set(report.next_at)
        spent += 1
    assert spent == MOST_ALONE + 4  # three retries, and the attempt before them
    assert life.walk("mia").status is EnrollmentStatus.FAILED


@pytest.mark.usefixtures("one_lane")
def test_what_is_put_off_after_its_content_is_in_doubt_for_no_longer_than_it_is_in_flight(
    server: Server, begin: Begin
) -> None:
    life = begin()
    life.given("welcome", mail("hello"))
    life.add(*NAMES)
    for name in NAMES:
        server.at_data[f"{name}@example.org"] = ["451 come again"]
    doubtful: list[int] = []

    def look_at_file(_: str) -> None:
        with sqlite3.connect(life.root / "leadnurture.db", timeout=30) as connection:
            query = "SELECT count(*) FROM outbox WHERE state = 'in_doubt'"
            doubtful.append(connection.execute(query).fetchone()[0])
        connection.close()

    server.on_rcpt = look_at_file
    life.tick()
    assert doubtful == [0] * len(NAMES)
    assert [(rest.trouble, rest.messages) for rest in rests(life)] == [("postponed", len(NAMES))]


def test_a_changed_configuration_is_tried_at_once_and_does_not_forget_how_often_it_failed(
    server: Server, begin: Begin
) -> None:
    life = begin()
    life.given("welcome", mail("hello"))
    life.add("mia")
    server.at_rcpt["mia@example.org"] = ["530 log in first", "530 log in first"]
    life.tick()
    life.studio.engine.configuration = life.studio.configuration = "another"
    assert rests(life) == ()
    life.tick()
    assert [rest.failures for rest in rests(life)] == [2]


def test_a_rest_that_a_wrong_clock_noted_does_not_last(server: Server, begin: Begin) -> None:
    life = begin()
    life.given("welcome", mail("hello"))
    life.add("mia")
    server.at_rcpt["mia@example.org"] = ["421 busy"]
    life.clock.advance(20 * DAY)
    life.tick()
    life.clock.set(START)
    assert rests(life) == ()


def test_a_line_that_is_lost_while_a_message_is_asked_for_costs_no_retry(server: Server, begin: Begin) -> None:
    life = begin()
    life.given("welcome", mail("hello"), settings={"max_retries": 0})
    life.add("mia")
    server.at_rcpt["mia@example.org"] = [HANG_UP]
    life.tick()
    assert [message.attempts for message in life.queue("mia")] == [0]
    life.later(MINUTE)
    assert server.subjects("mia") == ["hello"]
