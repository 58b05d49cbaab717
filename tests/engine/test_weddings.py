"""Steps that hang on the wedding: on their calendar day where the couple lives, never after what they are before."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import update
from studio_life import DAY, HOUR, START, Life, mail, tag

from leadnurture.channels.mail.message import FrozenMessage
from leadnurture.channels.transport import Answer, Line, Transport, Verdict
from leadnurture.store.tables.outbox import OutboxMessage
from leadnurture.store.vocabulary import EnrollmentStatus, InteractionType, OutboxState

JUNE = date(2027, 6, 12)  # a Saturday; the studio's life begins on Monday 4 January 2027 at 09:00
UNKNOWN = "their wedding date is not known"


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def until(life: Life, text: str) -> None:
    life.clock.set(at(text))
    life.tick()


@pytest.mark.parametrize(
    ("keys", "zone", "moment"),
    [
        ({"before_wedding": "30d"}, None, "2027-05-13T08:00"),  # nine o'clock in London's summer
        ({"before_wedding": "2w"}, "America/New_York", "2027-05-29T13:00"),
        ({"before_wedding": "1d"}, "Pacific/Auckland", "2027-06-10T21:00"),
        ({"after_wedding": "7d"}, None, "2027-06-19T08:00"),
        ({"before_wedding": "30d", "window": {"at": "17:30"}}, "America/New_York", "2027-05-13T21:30"),
        ({"before_wedding": "28d", "window": {"at": "10:00", "days": ["mon"]}}, None, "2027-05-17T09:00"),
        ({"before_wedding": "30d", "window": {"until": "08:00"}}, None, "2027-05-12T23:00"),
        ({"after_wedding": "1w", "window": {"days": ["sun"]}}, None, "2027-06-19T23:00"),
    ],
)
def test_a_step_comes_on_its_day_where_the_couple_lives(
    life: Life, keys: dict[str, Any], zone: str | None, moment: str
) -> None:
    life.given("welcome", mail("hello", **keys))
    life.add("mia", wedding_date=JUNE, time_zone=zone)
    assert life.walk("mia").next_at == at(moment)
    assert (life.walk("mia").due_local or "").endswith(zone or "Europe/London")
    life.clock.set(at(moment) - timedelta(minutes=1))
    life.tick()
    assert life.sent() == []
    until(life, moment)
    assert life.sent() == ["hello"]


def test_steps_keep_their_order_whatever_their_days(life: Life) -> None:
    life.given("welcome", tag("one", delay="140d"), tag("two", before_wedding="30d"), tag("three", after_wedding="1d"))
    life.add("mia", wedding_date=JUNE)
    until(life, "2027-05-20T12:00")
    assert life.lead("mia").tags == []
    until(life, "2027-05-24T12:00")
    assert life.lead("mia").tags == ["one", "two"]  # the day of the second had passed when the first was done
    assert life.walk("mia").next_at == at("2027-06-13T08:00")


def test_a_step_waits_for_a_wedding_date_and_goes_on_when_there_is_one(life: Life) -> None:
    life.given("welcome", mail("hello", before_wedding="30d"))
    life.add("mia")
    life.tick()
    assert (life.sent(), life.walk("mia").held_reason) == ([], UNKNOWN)
    assert life.told("mia", InteractionType.STEP_HELD) == [("welcome: hello", UNKNOWN)]
    life.later(3 * DAY)
    life.set("mia", wedding_date=JUNE)
    walk = life.walk("mia")
    assert (walk.held_reason, walk.next_at) == (None, at("2027-05-13T08:00"))
    until(life, "2027-05-13T08:00")
    assert life.sent() == ["hello"]


def test_a_day_that_passed_before_the_date_was_known_is_late_and_not_lost(life: Life) -> None:
    life.given("welcome", mail("hello", before_wedding="30d"), mail("prompt", before_wedding="20d", late="skip"))
    life.add("mia")
    until(life, "2027-06-02T12:00")
    life.set("mia", wedding_date=JUNE)
    life.every_hour(6)
    assert life.sent() == ["hello"]
    assert life.steps("mia") == {"hello": "executed", "prompt": "skipped"}


def test_a_day_that_had_passed_when_they_entered_is_skipped_and_says_so(life: Life) -> None:
    life.given("welcome", mail("hello", before_wedding="90d"), mail("more", before_wedding="30d"))
    life.clock.set(at("2027-04-05T10:00"))
    life.add("mia", wedding_date=JUNE)
    life.tick()
    why = "90 days before the wedding was Sun 14 March 2027, before they entered"
    assert life.execution("mia", "hello").reason == why
    assert life.told("mia", InteractionType.STEP_SKIPPED) == [("welcome: Hello", why)]
    assert life.walk("mia").next_at == at("2027-05-13T08:00")


def test_the_day_on_which_they_entered_has_not_passed(life: Life) -> None:
    life.given("welcome", mail("hello", before_wedding="30d"))
    life.clock.set(at("2027-05-13T22:00"))  # 18:00 in New York, and the 13th is over nowhere west of London
    life.add("mia", wedding_date=JUNE, time_zone="America/New_York")
    life.tick()
    assert life.sent() == ["hello"]


@pytest.mark.parametrize(("zone", "sent"), [("America/New_York", ["hello"]), ("Pacific/Auckland", [])])
def test_what_is_before_the_wedding_never_goes_out_on_the_day_itself(life: Life, zone: str, sent: list[str]) -> None:
    life.given("welcome", mail("hello", before_wedding="1d"))
    life.add("mia", wedding_date=JUNE, time_zone=zone)
    until(life, "2027-06-11T20:00")  # the laptop slept; it is the 11th in New York and the 12th in Auckland
    assert life.sent() == sent
    if not sent:
        assert life.execution("mia", "hello").reason == (
            "it is for the time before the wedding, which is Sat 12 June 2027"
        )


def test_a_message_that_is_still_queued_on_the_wedding_day_does_not_go(life: Life) -> None:
    life.given("welcome", mail("hello", before_wedding="1d"), mail("after", after_wedding="2d"))
    life.add("mia", wedding_date=JUNE)
    life.clock.set(at("2027-06-11T08:00"))
    life.decide()
    assert [message.state for message in life.queue("mia")] == [OutboxState.QUEUED]
    until(life, "2027-06-12T08:00")
    assert life.sent() == []
    assert (life.queue("mia")[0].reason or "").startswith("withdrawn: it is for the time before the wedding")
    assert life.steps("mia") == {"hello": "skipped"}
    until(life, "2027-06-14T08:00")
    assert life.sent() == ["after"]


# The wedding is moved


@pytest.mark.parametrize("pause", [False, True])
def test_a_postponed_wedding_moves_the_step_that_waits_for_it(life: Life, pause: bool) -> None:
    life.given("welcome", mail("hello", before_wedding="30d"))
    life.add("mia", wedding_date=JUNE)
    if pause:
        life.set("mia", automation_paused=True)
    life.set("mia", wedding_date=date(2027, 9, 18))
    assert life.walk("mia").next_at == at("2027-08-19T08:00")


def test_a_step_that_follows_another_stays_where_it_is(life: Life) -> None:
    life.given("welcome", mail("hello", delay="9d"))
    life.add("mia", wedding_date=JUNE)
    before = life.walk("mia").next_at
    life.later(DAY)
    life.set("mia", wedding_date=date(2027, 9, 18))
    assert life.walk("mia").next_at == before


def test_a_wedding_brought_forward_makes_the_step_due(life: Life) -> None:
    life.given("welcome", mail("hello", before_wedding="30d"))
    life.add("mia", wedding_date=JUNE)
    life.later(DAY)
    life.set("mia", wedding_date=date(2027, 2, 1))
    assert life.walk("mia").next_at is not None
    life.tick()
    assert life.execution("mia", "hello").reason == (
        "30 days before the wedding was Sat 2 January 2027, before they entered"
    )


def test_a_date_that_is_taken_away_holds_the_step(life: Life) -> None:
    life.given("welcome", mail("hello", before_wedding="30d"))
    life.add("mia", wedding_date=JUNE)
    life.set("mia", wedding_date=None)
    life.tick()
    assert life.walk("mia").held_reason == UNKNOWN
    until(life, "2027-05-13T08:00")
    assert life.sent() == []


@pytest.mark.parametrize(("moved", "reason"), [(date(2027, 9, 18), None), (None, UNKNOWN)])
def test_a_queued_message_is_written_again_when_its_day_lies_ahead(
    life: Life, moved: date | None, reason: str | None
) -> None:
    life.given("welcome", mail("hello", before_wedding="30d", body="On {{ lead.wedding_date | date }}."))
    life.add("mia", wedding_date=JUNE)
    life.clock.set(at("2027-05-13T08:00"))
    life.decide()
    life.set("mia", wedding_date=moved)
    life.tick()
    assert (life.sent(), life.queue("mia"), life.steps("mia")) == ([], [], {})
    assert life.walk("mia").held_reason == reason
    assert "its message 'hello' was taken back unsent: its day lies ahead" in [
        content for _, content in life.told("mia", InteractionType.STEP_HELD)
    ]
    life.set("mia", wedding_date=date(2027, 9, 18))
    until(life, "2027-08-19T08:00")
    assert life.sent() == ["hello"]
    assert "18 September 2027" in life.messages()[0].as_string()


def test_a_queued_message_stays_when_its_day_does_not_lie_ahead(life: Life) -> None:
    life.given("welcome", mail("hello", before_wedding="30d"))
    life.add("mia", wedding_date=JUNE)
    life.clock.set(at("2027-05-13T08:00"))
    life.decide()
    life.set("mia", wedding_date=date(2027, 6, 10))
    assert [message.state for message in life.queue("mia")] == [OutboxState.QUEUED]
    life.tick()
    assert life.sent() == ["hello"]


@pytest.mark.parametrize("state", [OutboxState.IN_DOUBT, OutboxState.PARKED])
def test_a_message_that_may_have_gone_is_never_written_again(life: Life, state: OutboxState) -> None:
    life.given("welcome", mail("hello", before_wedding="30d"))
    life.add("mia", wedding_date=JUNE)
    life.clock.set(at("2027-05-13T08:00"))
    life.decide()
    with life.studio.database.write() as session:
        session.execute(update(OutboxMessage).values(state=state))
    life.set("mia", wedding_date=date(2027, 9, 18))
    assert [message.state for message in life.queue("mia")] == [state]
    assert life.walk("mia").next_at is None


@dataclass
class Meddling:
    """The studio's outbox folder behind a server that takes its time: meanwhile the owner does something else."""

    folder: Transport
    meanwhile: Callable[[], None]
    answer: Answer
    name: str = "meddling"

    def line(self) -> "MeddlingLine":
        return MeddlingLine(self.folder.line(), self)

    def arrived(self, message_id: str) -> bool | None:
        return self.folder.arrived(message_id)


@dataclass
class MeddlingLine:
    """One connection to it."""

    folder: Line
    server: Meddling

    def offer(self, message: FrozenMessage) -> Answer:
        self.server.meanwhile()
        return self.server.answer

    def hand_over(self) -> Answer:
        return self.folder.hand_over()

    def withdraw(self) -> None:
        self.folder.withdraw()

    def close(self) -> None:
        self.folder.close()


@pytest.mark.parametrize(
    "answer",
    [
        Answer(Verdict.ACCEPTED, "250 recipient fine"),
        Answer(Verdict.TRANSIENT, "451 try later"),
        Answer(Verdict.REFUSED, "554 no"),
        Answer(Verdict.SERVER, "421 closing"),
    ],
    ids=lambda answer: answer.verdict.value,
)
def test_a_wedding_moved_while_the_message_is_being_offered_takes_it_back_all_the_same(
    life: Life, answer: Answer
) -> None:
    life.given("welcome", mail("hello", before_wedding="30d"))
    life.add("mia", wedding_date=JUNE)
    folder = life.studio.engine.transport
    life.studio.engine.transport = Meddling(folder, lambda: life.set("mia", wedding_date=date(2027, 9, 18)), answer)
    until(life, "2027-05-13T08:00")
    assert (life.sent(), life.queue("mia"), life.walk("mia").status) == ([], [], EnrollmentStatus.ACTIVE)
    life.studio.engine.transport = folder
    until(life, "2027-08-19T08:00")
    assert life.sent() == ["hello"]


def test_what_was_sent_is_not_sent_again_for_the_new_date(life: Life) -> None:
    life.given("welcome", mail("hello", before_wedding="30d"), tag("last", after_wedding="7d"))
    life.add("mia", wedding_date=JUNE)
    until(life, "2027-05-13T08:00")
    life.set("mia", wedding_date=date(2027, 9, 18))
    until(life, "2027-09-25T08:00")
    assert life.sent() == ["hello"]
    assert life.walk("mia").status is EnrollmentStatus.COMPLETED


def test_a_new_version_reckons_with_the_same_wedding(life: Life) -> None:
    life.given("welcome", mail("hello", before_wedding="30d"))
    life.add("mia", wedding_date=JUNE)
    life.later(HOUR)
    life.given("welcome", mail("hello", before_wedding="60d"))
    assert life.walk("mia").next_at == at("2027-04-13T08:00")
    assert life.walk("mia").enrollment_date == START
