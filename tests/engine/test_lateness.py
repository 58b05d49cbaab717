"""Each step's `late` rule: it goes however late, not once its window has closed, or not later than a length of time."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import Any

import pytest
from studio_life import DAY, HOUR, MINUTE, NEW, START, Begin, Life, mail, tag

from leadnurture.crm import standing
from leadnurture.engine import by_hand
from leadnurture.store.tables.sequence import Enrollment
from leadnurture.store.vocabulary import InteractionType, OutboxState

DAYTIME = {"at": "09:00", "until": "17:00"}
UNTIL_FIVE = "it is too late: it was due Tue 5 January 09:00, and its window has closed since"


@pytest.mark.parametrize(
    ("late", "window", "after", "sent"),
    [
        ("send", DAYTIME, 30 * DAY, True),
        (None, DAYTIME, 30 * DAY, True),
        ("skip", DAYTIME, DAY + 8 * HOUR - MINUTE, True),
        ("skip", DAYTIME, DAY + 8 * HOUR, False),
        ("skip", DAYTIME, 2 * DAY, False),
        ("skip", "any", DAY + 15 * HOUR - MINUTE, True),  # the end of that day
        ("skip", "any", DAY + 15 * HOUR, False),
        ("2d", "any", 3 * DAY, True),
        ("2d", "any", 3 * DAY + MINUTE, False),
        ("2d", DAYTIME, 3 * DAY, True),
        ("90m", "any", DAY + 90 * MINUTE, True),
        ("90m", "any", DAY + 91 * MINUTE, False),
    ],
)
def test_a_step_is_left_out_once_it_is_too_late(
    life: Life, late: str | None, window: Any, after: timedelta, sent: bool
) -> None:
    keys = {} if late is None else {"late": late}
    life.given("welcome", mail("hello", delay="1d", window=window, **keys))
    life.add("mia")
    life.later(after)
    assert life.sent() == (["hello"] if sent else [])
    assert life.steps("mia") == {"hello": "executed" if sent else "skipped"}


def test_what_is_left_out_says_why_and_the_walk_goes_on_from_there(life: Life) -> None:
    life.given("welcome", mail("hello", delay="1d", window=DAYTIME, late="skip"), tag("next", delay="1d"))
    life.add("mia")
    life.later(DAY + 9 * HOUR)
    assert life.execution("mia", "hello").reason == UNTIL_FIVE
    assert life.told("mia", InteractionType.STEP_SKIPPED) == [("welcome: Hello", UNTIL_FIVE)]
    assert (life.events[-1].outcome, life.events[-1].reason) == ("skipped", UNTIL_FIVE)
    assert life.walk("mia").next_at == START + 2 * DAY + 9 * HOUR


def test_the_sequence_s_rule_holds_for_steps_without_their_own(life: Life) -> None:
    life.given("welcome", mail("hello", delay="1d"), mail("more", delay="1d", late="send"), late="2h")
    life.add("mia")
    life.later(DAY + 3 * HOUR)
    assert life.steps("mia") == {"hello": "skipped"}
    assert life.execution("mia", "hello").reason == (
        "it is too late: it was due Tue 5 January 09:00, and that is more than 2h ago"
    )
    life.later(9 * DAY)
    assert life.sent() == ["more"]


def test_waiting_for_the_gap_is_lateness(begin: Begin) -> None:
    life = begin(lead_gap='"8h"')
    life.given("welcome", mail("hello"), mail("more", delay="1h", late="2h"), mail("last", delay="1h", late="12h"))
    life.add("mia")
    life.tick()
    life.every_hour(24)
    assert life.sent() == ["hello", "last"]
    assert life.steps("mia")["more"] == "skipped"


def test_waiting_for_what_is_missing_is_lateness(life: Life) -> None:
    life.given("welcome", mail("hello", body="At {{ lead.wedding_venue }}.", late="3d"))
    life.add("mia")
    life.tick()
    life.later(4 * DAY)
    life.set("mia", wedding_venue="Barn Hall")
    life.tick()
    assert (life.sent(), life.steps("mia")) == ([], {"hello": "skipped"})


def test_days_of_lateness_are_days_on_the_wall(life: Life) -> None:
    life.given("welcome", mail("hello", window=DAYTIME, late="1d"))
    life.clock.set(datetime(2027, 3, 27, 12, tzinfo=UTC))  # the night before London's clocks go forward
    life.add("mia", "zoe")
    life.clock.set(datetime(2027, 3, 28, 11, tzinfo=UTC))  # 23 hours later it is noon again
    life.tick()
    assert life.steps("mia") == {"hello": "executed"}


# Messages that are queued already


def blocked(life: Life) -> Any:
    """Put a file where the outbox folder should be: nothing can be delivered until it is taken away."""
    outbox = life.root / "outbox"
    outbox.write_text("in the way")
    return outbox


def test_a_queued_message_that_is_too_late_is_taken_back_and_its_walk_goes_on(life: Life) -> None:
    life.given("welcome", mail("hello", window=DAYTIME, late="skip"), mail("more", delay="1d"))
    life.add("mia")
    outbox = blocked(life)
    assert life.tick().trouble is not None
    outbox.unlink()
    report = life.later(8 * HOUR)
    why = "it is too late: it was due Mon 4 January 09:00, and its window has closed since"
    assert (life.sent(), report.counts["skipped"]) == ([], 1)
    assert [(message.state, message.reason) for message in life.queue("mia")] == [
        (OutboxState.REFUSED, f"withdrawn: {why}")
    ]
    assert life.told("mia", InteractionType.STEP_SKIPPED) == [("welcome: Hello", why)]
    assert life.walk("mia").next_at == START + 8 * HOUR + DAY
    life.later(DAY)
    assert life.sent() == ["more"]


def test_a_queued_message_in_time_waits_for_its_window_and_goes(life: Life) -> None:
    life.given("welcome", mail("hello", window=DAYTIME, late="2d"))
    life.add("mia")
    outbox = blocked(life)
    life.tick()
    outbox.unlink()
    life.later(9 * HOUR)
    assert (life.sent(), [message.due_at for message in life.queue("mia")]) == ([], [START + DAY])
    life.later(15 * HOUR)
    assert life.sent() == ["hello"]


def test_a_message_taken_back_for_an_older_version_goes_on_by_the_new_one(life: Life) -> None:
    life.given("welcome", mail("hello", late="2h"), mail("more", delay="1d"))
    life.add("mia")
    outbox = blocked(life)
    life.tick()
    life.given("welcome", mail("hello", late="2h"), mail("other", delay="1d"))
    outbox.unlink()
    life.later(3 * HOUR)
    assert life.walk("mia").current_step == "other"


# Thawing


def _three(life: Life, **keys: Any) -> None:
    for name in ("one", "two", "three"):
        life.write(name, mail(name, delay="1d"), exclusive=False, **keys)
    life.apply()


def _gaps(life: Life) -> list[timedelta]:
    sent = sorted(message.sent_at for message in life.queue("mia") if message.sent_at)
    return [after - before for before, after in pairwise(sent)]


@pytest.mark.parametrize("freeze", ["lead", "sequences", "walks"])
def test_three_overdue_mails_leave_one_at_a_time_with_the_gap_between(life: Life, freeze: str) -> None:
    _three(life)
    life.add("mia")
    _freeze(life, freeze)
    life.later(10 * DAY)
    assert life.sent() == []
    _thaw(life, freeze)
    life.tick()
    assert len(life.sent()) == 1
    life.every_hour(12)
    assert sorted(life.sent()) == ["one", "three", "two"]
    assert _gaps(life) == [4 * HOUR, 4 * HOUR]


def test_three_mails_that_were_queued_before_they_froze_leave_one_at_a_time_too(begin: Begin) -> None:
    life = begin(per_day="2")
    outbox = blocked(life)
    life.add("mia")
    for name in ("one", "two", "three"):  # each freezes with its message queued, so that the next one is free to go
        life.given(name, mail(name), exclusive=False, enroll=NEW | {"existing": True})
        life.later(HOUR)
        life.given(name, mail(name), exclusive=False, active=False)
    assert [message.state for message in life.queue("mia")] == [OutboxState.QUEUED] * 3
    outbox.unlink()
    for name in ("one", "two", "three"):
        life.given(name, mail(name), exclusive=False)
    life.later(5 * MINUTE)  # the channel rests so long after three failures
    assert len(life.sent()) == 1
    life.every_hour(12)
    assert len(life.sent()) == 2  # the cap
    life.every_hour(24)
    assert len(life.sent()) == 3
    assert all(gap >= 4 * HOUR for gap in _gaps(life))


def test_what_is_too_late_when_it_thaws_is_left_out(life: Life) -> None:
    _three(life, late="3d")
    life.add("mia")
    life.happens("mia", standing.pause)
    life.later(10 * DAY)
    life.happens("mia", standing.resume)
    life.every_hour(24)
    assert life.sent() == []
    assert {name: life.steps("mia", name) for name in ("one", "two")} == {
        "one": {"one": "skipped"},
        "two": {"two": "skipped"},
    }


def _freeze(life: Life, what: str) -> None:
    if what == "lead":
        life.happens("mia", standing.pause)
    elif what == "sequences":
        _three(life, active=False)
    else:
        walks = life.walks("mia").values()
        with life.studio.change() as change:
            for walk in walks:
                by_hand.pause(change, change.session.get_one(Enrollment, walk.id))


def _thaw(life: Life, what: str) -> None:
    if what == "lead":
        life.happens("mia", standing.resume)
    elif what == "sequences":
        _three(life)
    else:
        walks = life.walks("mia").values()
        with life.studio.change() as change:
            for walk in walks:
                by_hand.resume(change, life.studio.engine, change.session.get_one(Enrollment, walk.id))
