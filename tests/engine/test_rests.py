"""A server in trouble is left alone, and no couple pays for it."""

from mail_server import HANG_UP, Server
from studio_life import HOUR, MINUTE, START, Begin, Life, mail

from leadnurture.engine.channel_watch import SILENCES
from leadnurture.engine.rests import resting
from leadnurture.store.due import Rest
from leadnurture.store.vocabulary import OutboxState

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
