"""What ends a walk: nobody who replied, booked, opted out, bounced or went elsewhere gets another message."""

from collections.abc import Callable
from typing import Any

import pytest
from studio_life import DAY, HOUR, Life, mail, tag

from leadnurture.crm import standing, timeline
from leadnurture.store.vocabulary import (
    EnrollmentStatus,
    ExecutionStatus,
    InteractionType,
    LeadStatus,
    OutboxState,
)

Happening = tuple[Callable[..., Any], tuple[Any, ...]]
STOPS: dict[str, tuple[Happening, str]] = {
    "reply": ((timeline.reply, ("Yes!",)), "they replied"),
    "conversion": ((standing.convert, (240_000,)), "they booked"),
    "opt_out": ((standing.opt_out, ("by mail",)), "they opted out"),
    "bounce": ((standing.bounce, ("550 no such user",)), "their address bounced"),
    "lost": ((standing.lose, ("too dear",)), "the inquiry is closed"),
}
ALL = pytest.mark.parametrize("stop", STOPS)


def happens(life: Life, name: str, stop: str) -> None:
    what, given = STOPS[stop][0]
    life.happens(name, what, *given)


@ALL
def test_a_walk_ends_with_its_reason(life: Life, stop: str) -> None:
    life.given("welcome", mail("hello"), mail("more", delay="1d"))
    life.add("mia")
    life.tick()
    happens(life, "mia", stop)
    walk = life.walk("mia")
    assert (walk.status, walk.end_reason, walk.next_at) == (EnrollmentStatus.CANCELLED, STOPS[stop][1], None)
    assert life.told("mia", InteractionType.SEQUENCE_ENDED) == [("welcome: cancelled", STOPS[stop][1])]
    life.later(7 * DAY)
    assert life.sent("mia") == ["hello"]


@ALL
def test_a_message_that_is_queued_is_taken_back(life: Life, stop: str) -> None:
    life.given("welcome", mail("hello"))
    life.add("mia", "zoe")
    life.decide()
    assert [message.state for message in life.queue("mia")] == [OutboxState.QUEUED]
    happens(life, "mia", stop)
    life.tick()
    life.later(7 * DAY)
    assert life.sent() == ["hello"]
    assert life.sent("zoe") == ["hello"]
    (message,) = life.queue("mia")
    assert (message.state, message.reason) == (OutboxState.REFUSED, f"withdrawn: {STOPS[stop][1]}")
    step = life.execution("mia", "hello")
    assert (step.status, step.reason) == (ExecutionStatus.SKIPPED, STOPS[stop][1])


@pytest.mark.parametrize("stop", ["reply", "conversion", "lost"])
def test_a_sequence_can_go_on_all_the_same(life: Life, stop: str) -> None:
    life.given("welcome", mail("hello"), mail("more", delay="1d"), stop_on=[])
    life.add("mia")
    life.tick()
    happens(life, "mia", stop)
    life.later(DAY)
    assert life.sent("mia") == ["hello", "more"]


@pytest.mark.parametrize("stop", ["opt_out", "bounce"])
def test_no_sequence_goes_on_after_an_opt_out_or_a_bounce(life: Life, stop: str) -> None:
    life.given("welcome", mail("hello"), mail("more", delay="1d"), stop_on=[])
    life.add("mia")
    life.tick()
    happens(life, "mia", stop)
    life.later(DAY)
    assert life.sent("mia") == ["hello"]


@pytest.mark.parametrize("status", [LeadStatus.LOST, LeadStatus.SPAM, LeadStatus.DUPLICATE])
def test_a_closed_status_is_a_loss_and_won_is_a_booking(life: Life, status: LeadStatus) -> None:
    life.given("welcome", mail("hello", delay="1d"))
    life.add("mia", "zoe")
    life.happens("mia", standing.set_status, status)
    life.happens("zoe", standing.set_status, LeadStatus.WON)
    assert life.walk("mia").end_reason == "the inquiry is closed"
    assert life.walk("zoe").end_reason == "they booked"


def test_a_reply_ends_all_walks_of_its_lead_and_of_no_other(life: Life) -> None:
    life.write("welcome", mail("hello", delay="1d"))
    life.write("beside", mail("more", delay="2d"), exclusive=False)
    life.apply()
    life.add("mia", "zoe")
    life.happens("mia", timeline.reply, "Yes!")
    assert {walk.status for walk in life.walks("mia").values()} == {EnrollmentStatus.CANCELLED}
    assert {walk.status for walk in life.walks("zoe").values()} == {EnrollmentStatus.ACTIVE}


def test_a_reply_of_before_ends_no_walk_and_is_not_asked_for_in_it(life: Life) -> None:
    life.given("later", mail("hello", when={"replied": False}), enroll={"when": {"tags": {"any": ["keen"]}}})
    life.add("mia")
    life.happens("mia", timeline.reply, "Yes!")
    life.clock.advance(DAY)
    life.happens("mia", standing.add_tag, "keen")
    life.tick()
    assert life.sent("mia") == ["hello"]


def test_a_booking_is_credited_to_the_step_before_it(life: Life) -> None:
    life.given("welcome", mail("hello"), tag("greeted"), mail("more", delay="1d"))
    life.add("mia", "zoe")
    life.tick()
    happens(life, "mia", "conversion")
    walk = life.walk("mia")
    assert (walk.converted, walk.conversion_step) == (True, "greeted")
    life.later(DAY)
    happens(life, "zoe", "conversion")
    assert life.walk("zoe").conversion_step is None  # the walk had come to its end before


def test_what_ended_stays_ended(life: Life) -> None:
    life.given("welcome", mail("hello", delay="1d"))
    life.add("mia")
    happens(life, "mia", "reply")
    happens(life, "mia", "opt_out")
    assert life.walk("mia").end_reason == "they replied"
    assert len(life.told("mia", InteractionType.SEQUENCE_ENDED)) == 1


def test_a_step_can_end_its_own_walk(life: Life) -> None:
    life.given("welcome", {"id": "close", "action": "change_status", "status": "lost"}, mail("more"))
    life.add("mia")
    life.tick()
    life.later(HOUR)
    assert life.sent("mia") == []
    assert life.walk("mia").end_reason == "the inquiry is closed"
    assert life.steps("mia") == {"close": "executed"}
