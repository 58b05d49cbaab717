"""How much goes out: never two messages to one couple within the gap, never more than the caps, and nothing is lost."""

from datetime import timedelta
from itertools import pairwise

from studio_life import DAY, HOUR, MINUTE, START, Begin, Life, mail

from leadnurture.crm import standing
from leadnurture.store.vocabulary import OutboxState


def gaps(life: Life, name: str) -> list[timedelta]:
    """Return how long after one another the messages to a lead went out."""
    sent = [message.sent_at for message in life.queue(name) if message.sent_at is not None]
    return [after - before for before, after in pairwise(sorted(sent))]


def test_two_letters_of_one_sequence_keep_the_gap(life: Life) -> None:
    life.given("welcome", mail("hello"), mail("more"))
    life.add("mia")
    life.tick()
    assert life.sent() == ["hello"]
    assert life.events[-1].reason == "the last message to them went out less than 4 h ago"
    life.later(4 * HOUR - MINUTE)
    assert life.sent() == ["hello"]
    life.later(MINUTE)
    assert life.sent() == ["hello", "more"]


def test_letters_of_two_sequences_keep_the_gap(life: Life) -> None:
    life.write("welcome", mail("hello"))
    life.write("beside", mail("more"), exclusive=False)
    life.apply()
    life.add("mia", "zoe")
    life.tick()
    assert len(life.sent("mia")) == len(life.sent("zoe")) == 1
    life.every_hour(5)
    assert len(life.sent("mia")) == len(life.sent("zoe")) == 2
    assert gaps(life, "mia") == [4 * HOUR]


def test_what_reaches_only_the_photographer_keeps_no_gap(life: Life) -> None:
    task = {"id": "task", "action": "create_task", "title": "Call"}
    life.given("welcome", mail("hello"), task)
    life.add("mia")
    life.tick()
    assert life.steps("mia") == {"hello": "executed", "task": "executed"}


def test_the_daily_cap_holds_the_rest_and_lets_it_go_a_day_later(begin: Begin) -> None:
    life = begin(per_day="2")
    life.given("welcome", mail("hello"))
    life.add("ann", "bea", "cyd", "dot", "eve")
    report = life.tick()
    assert len(life.sent()) == 2
    assert report.next_at == START + DAY
    assert "2 messages have gone out in the last 24 hours" in [event.reason for event in life.events]
    life.later(DAY - MINUTE)
    assert len(life.sent()) == 2
    life.later(MINUTE)
    assert len(life.sent()) == 4
    life.later(DAY)
    assert len(life.sent()) == 5
    assert all(len(life.sent(name)) == 1 for name in ("ann", "bea", "cyd", "dot", "eve"))


def test_caps_by_the_minute_and_by_the_hour_hold_together(begin: Begin) -> None:
    life = begin(per_minute="1", per_hour="2")
    life.given("welcome", mail("hello"))
    life.add("ann", "bea", "cyd", "dot")
    went = []
    for minutes in [1, 1, 1, 57, 1, 1, 1]:
        life.later(minutes * MINUTE)
        went.append(len(life.sent()))
    assert went == [1, 2, 2, 2, 3, 4, 4]


def test_an_absence_ends_without_a_burst(begin: Begin) -> None:
    life = begin(per_day="2", lead_gap='"4h"')
    life.given("welcome", mail("hello", delay="1d"), mail("more", delay="1d"), mail("last", delay="1d"))
    life.add("ann", "bea", "cyd")
    life.later(30 * DAY)
    counts = []
    for _ in range(12):
        counts.append(len(life.sent()))
        life.later(12 * HOUR)
    assert len(life.sent()) == 9
    assert all(after - before <= 2 for before, after in zip(counts, counts[2:], strict=False))
    assert all(gap >= DAY for name in ("ann", "bea", "cyd") for gap in gaps(life, name))


def test_a_server_that_was_away_for_days_gets_no_burst(begin: Begin) -> None:
    life = begin(per_day="2", lead_gap='"4h"')
    life.write("welcome", mail("hello"))
    life.write("beside", mail("more", delay="1d"), exclusive=False)
    life.apply()
    outbox = life.root / "outbox"
    outbox.write_text("a file where the folder should be")
    life.add("ann", "bea", "cyd")
    for _ in range(6):
        report = life.later(12 * HOUR)
        assert report.trouble is not None
    outbox.unlink()
    life.tick()
    assert len(life.sent()) <= 2
    for _ in range(12):
        before = len(life.sent())
        life.later(12 * HOUR)
        assert len(life.sent()) - before <= 2
    assert len(life.sent()) == 6
    assert all(gap >= 4 * HOUR for name in ("ann", "bea", "cyd") for gap in gaps(life, name))


def test_what_was_taken_back_takes_no_place_from_others(begin: Begin) -> None:
    life = begin(per_day="1")
    life.given("welcome", mail("hello"))
    life.add("ann", "bea")
    life.decide()
    assert [message.state for message in life.queue("ann")] == [OutboxState.QUEUED]
    life.happens("ann", standing.opt_out, "by mail")
    life.clock.advance(DAY)
    life.tick()
    assert life.sent() == life.sent("bea") == ["hello"]
