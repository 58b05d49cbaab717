"""What the owner does by hand keeps the promises of the engine: nothing twice, nothing lost, no burst, no way back."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest
from sqlalchemy import update
from sqlmodel import select
from studio_life import DAY, HOUR, START, Life, mail, tag

from leadnurture.channels.mail.message import FrozenMessage
from leadnurture.channels.transport import Answer, Line, Transport, Verdict
from leadnurture.crm import leads, standing, timeline
from leadnurture.engine import advancing, by_hand, retrying
from leadnurture.engine.named_walk import AmbiguousWalkError, find_walk
from leadnurture.engine.resolve import resolve
from leadnurture.errors import ConflictError, NotFoundError
from leadnurture.store.tables.lead import Lead
from leadnurture.store.tables.outbox import OutboxMessage
from leadnurture.store.tables.sequence import Enrollment, Execution
from leadnurture.store.vocabulary import EnrollmentStatus, ExecutionStatus, InteractionType, OutboxState

NOBODY: dict[str, Any] = {"when": {"tags": {"any": ["nobody"]}}}
THREE = (mail("hello"), mail("more", delay="2d"), mail("last", delay="3d"))


@dataclass
class Unwilling:
    """The studio's own outbox folder, behind a server that says "later" to every message as long as `no` holds."""

    folder: Transport
    no: bool = True
    name: str = "unwilling"

    def line(self) -> "UnwillingLine":
        return UnwillingLine(self.folder.line(), self)

    def arrived(self, message_id: str) -> bool | None:
        return self.folder.arrived(message_id)


@dataclass
class UnwillingLine:
    """One connection to it."""

    folder: Line
    server: Unwilling

    def offer(self, message: FrozenMessage) -> Answer:
        return Answer(Verdict.TRANSIENT, "451 try later") if self.server.no else self.folder.offer(message)

    def hand_over(self) -> Answer:
        return self.folder.hand_over()

    def withdraw(self) -> None:
        self.folder.withdraw()

    def close(self) -> None:
        self.folder.close()


def enroll(life: Life, *names: str, sequence: str = "welcome") -> list[Enrollment]:
    with life.studio.change() as change:
        found = [leads.find(change.session, f"{name}@example.org") for name in names]
        return by_hand.enroll(change, life.studio.engine, found, sequence)


def pause(life: Life, name: str) -> None:
    key = life.walk(name).id
    with life.studio.change() as change:
        by_hand.pause(change, change.session.get_one(Enrollment, key))


def resume(life: Life, name: str) -> None:
    key = life.walk(name).id
    with life.studio.change() as change:
        by_hand.resume(change, life.studio.engine, change.session.get_one(Enrollment, key))


def cancel(life: Life, name: str) -> None:
    key = life.walk(name).id
    with life.studio.change() as change:
        by_hand.cancel(change, change.session.get_one(Enrollment, key))


def advance(life: Life, name: str, to: str | None = None, *, keep_delay: bool = False) -> None:
    key = life.walk(name).id
    with life.studio.change() as change:
        walk = change.session.get_one(Enrollment, key)
        advancing.advance(change, life.studio.engine, walk, to, keep_delay=keep_delay)


def retry(life: Life, name: str) -> None:
    key = life.walk(name).id
    with life.studio.change() as change:
        retrying.retry(change, life.studio.engine, change.session.get_one(Enrollment, key))


def settle(life: Life, name: str, **values: Any) -> None:
    """Let a message stand as a crash or a server left it."""
    key = life.lead(name).id
    with life.studio.database.write() as session:
        session.execute(update(OutboxMessage).where(OutboxMessage.lead_id == key).values(**values))


# entering


def test_a_lead_enters_by_hand_whatever_the_condition_says(life: Life) -> None:
    life.given("welcome", *THREE, enroll=NOBODY)
    life.add("mia", "zoe")
    enroll(life, "mia", "zoe", "mia")
    life.tick()
    assert sorted(life.sent()) == ["hello", "hello"]
    assert life.walk("mia").reason == "enrolled by hand"
    assert life.told("mia", InteractionType.SEQUENCE_ENROLLED) == [("Welcome", "enrolled by hand")]


@pytest.mark.parametrize(
    ("what", "given", "reason"),
    [
        (standing.opt_out, ("by mail",), "they opted out"),
        (standing.bounce, ("550 unknown",), "their address bounced"),
        (standing.convert, (240_000,), "they have booked"),
        (standing.lose, ("too dear",), "they are lost"),
    ],
)
def test_who_would_leave_at_once_does_not_enter_and_nobody_beside_them(
    life: Life, what: Any, given: Any, reason: str
) -> None:
    life.given("welcome", *THREE, enroll=NOBODY)
    life.add("mia", "zoe")
    life.happens("mia", what, *given)
    with pytest.raises(by_hand.BarredError, match=reason):
        enroll(life, "zoe", "mia")
    assert life.walks("zoe") == {}


def test_a_lead_is_in_a_sequence_at_most_once_at_a_time(life: Life) -> None:
    life.given("welcome", *THREE, enroll={**NOBODY, "again": "1d"})
    life.add("mia")
    enroll(life, "mia")
    with pytest.raises(by_hand.BarredError, match="they are in it"):
        enroll(life, "mia")
    cancel(life, "mia")
    life.clock.advance(2 * DAY)
    (second,) = enroll(life, "mia")
    assert second.pass_number == 2


def test_nobody_enters_what_is_switched_off_or_not_applied(life: Life) -> None:
    life.given("welcome", *THREE, enroll=NOBODY, active=False)
    life.add("mia")
    with pytest.raises(ConflictError, match="switched off"):
        enroll(life, "mia")
    with pytest.raises(NotFoundError) as missing:
        enroll(life, "mia", sequence="welcom")
    assert missing.value.hint == "did you mean 'welcome'?"


# standing still and going on


def test_a_paused_walk_sends_nothing_and_goes_on_without_a_burst(begin: Callable[..., Life]) -> None:
    life = begin(lead_gap='"4h"')
    life.given("welcome", mail("hello", delay="1d"), mail("more", delay="1d"), window={"at": "09:00"})
    life.add("mia")
    pause(life, "mia")
    life.later(10 * DAY)
    assert life.sent() == []
    life.clock.advance(12 * HOUR)  # 21:00: the window has closed
    resume(life, "mia")
    assert life.walk("mia").next_at == START + 11 * DAY
    life.tick()
    assert life.sent() == []
    life.later(12 * HOUR)
    assert life.sent() == ["hello"]
    life.later(DAY)
    assert life.sent() == ["hello", "more"]
    assert life.told("mia", InteractionType.AUTOMATION_PAUSED) == [("welcome: paused", None)]
    assert life.told("mia", InteractionType.AUTOMATION_RESUMED) == [("welcome: resumed", None)]


def test_what_is_not_due_when_a_walk_is_resumed_keeps_its_time(life: Life) -> None:
    life.given("welcome", mail("hello", delay="3d"))
    life.add("mia")
    pause(life, "mia")
    life.clock.advance(DAY)
    resume(life, "mia")
    assert life.walk("mia").next_at == START + 3 * DAY


def test_a_message_queued_before_the_pause_goes_once_after_it(life: Life) -> None:
    life.given("welcome", *THREE)
    life.add("mia")
    life.decide()
    pause(life, "mia")
    life.later(DAY)
    assert life.sent() == []
    resume(life, "mia")
    life.tick()
    life.tick()
    assert life.sent() == ["hello"]


def test_a_message_that_arrived_during_the_pause_is_behind_them(life: Life) -> None:
    life.given("welcome", *THREE)
    life.add("mia")
    life.decide()
    settle(life, "mia", state=OutboxState.PARKED)
    pause(life, "mia")
    message = life.queue("mia")[0].id or 0
    with life.studio.change() as change:
        resolve(change, life.studio.engine, message, sent=True)
    resume(life, "mia")
    assert (life.walk("mia").current_step, life.walk("mia").next_at) == ("more", START + 2 * DAY)


def test_a_message_that_failed_during_the_pause_ends_the_walk_when_it_is_resumed(life: Life) -> None:
    life.given("welcome", *THREE)
    life.add("mia")
    life.decide()
    pause(life, "mia")
    with life.studio.database.write() as session:
        session.execute(update(Execution).values(status=ExecutionStatus.FAILED, error="451 no"))
    settle(life, "mia", state=OutboxState.REFUSED)
    resume(life, "mia")
    walk = life.walk("mia")
    assert (walk.status, walk.end_reason) == (EnrollmentStatus.FAILED, "step 'hello' failed: 451 no")


def test_a_cancelled_walk_withdraws_what_is_queued_and_stays_cancelled(life: Life) -> None:
    life.given("welcome", *THREE)
    life.add("mia")
    life.decide()
    cancel(life, "mia")
    life.later(9 * DAY)
    assert life.sent() == []
    assert life.queue("mia")[0].reason == "withdrawn: cancelled by hand"
    assert life.told("mia", InteractionType.SEQUENCE_ENDED) == [("welcome: cancelled", "cancelled by hand")]
    for again in (pause, resume, cancel, advance, retry):
        with pytest.raises(by_hand.WrongStandingError, match="is cancelled"):
            again(life, "mia")


# advancing


def test_a_walk_is_advanced_past_its_step_and_the_next_is_due_at_once(life: Life) -> None:
    life.given("welcome", mail("hello", delay="1d"), *THREE[1:])
    life.add("mia")
    advance(life, "mia")
    step = life.execution("mia", "hello")
    assert (step.status, step.reason) == (ExecutionStatus.SKIPPED, "advanced by hand")
    life.tick()
    assert life.sent() == ["more"]
    walk = life.walk("mia")
    assert (walk.current_step, walk.steps_completed, walk.completion_rate) == ("last", 2, 66.67)
    assert life.told("mia", InteractionType.STEP_SKIPPED) == [("welcome: Hello", "advanced by hand")]


def test_a_walk_is_advanced_to_a_later_step_and_may_keep_its_delay(life: Life) -> None:
    life.given("welcome", *THREE)
    life.add("mia")
    advance(life, "mia", "last", keep_delay=True)
    assert life.steps("mia") == {"hello": "skipped", "more": "skipped"}
    assert (life.walk("mia").current_step, life.walk("mia").next_at) == ("last", START + 3 * DAY)
    life.later(3 * DAY)
    assert life.sent() == ["last"]
    assert life.walk("mia").status is EnrollmentStatus.COMPLETED


def test_advancing_waits_for_the_window_all_the_same(life: Life) -> None:
    life.given("welcome", mail("hello", delay="1d"), mail("more", window={"at": "18:00"}))
    life.add("mia")
    advance(life, "mia")
    assert life.walk("mia").next_at == START + 9 * HOUR


def test_past_the_last_step_the_walk_is_complete(life: Life) -> None:
    life.given("welcome", mail("hello", delay="1d"))
    life.add("mia")
    advance(life, "mia")
    walk = life.walk("mia")
    assert (walk.status, walk.completion_rate, walk.steps_completed) == (EnrollmentStatus.COMPLETED, 100.0, 1)


def test_nobody_is_advanced_back_or_to_nowhere(life: Life) -> None:
    life.given("welcome", *THREE)
    life.add("mia")
    life.tick()
    for key, error, told in (
        ("hello", ConflictError, "is behind them"),
        ("more", ConflictError, "comes next already"),
        ("lst", NotFoundError, "did you mean 'last'"),
    ):
        with pytest.raises(error, match=told):
            advance(life, "mia", key)
    assert life.steps("mia") == {"hello": "executed"}


def test_a_sequence_can_forbid_to_advance(life: Life) -> None:
    life.given("welcome", *THREE, settings={"allow_manual_advance": False})
    life.add("mia")
    with pytest.raises(ConflictError, match="does not allow"):
        advance(life, "mia")


def test_advancing_takes_a_queued_message_back(life: Life) -> None:
    life.given("welcome", *THREE)
    life.add("mia")
    life.decide()
    advance(life, "mia")
    life.tick()
    assert life.sent() == ["more"]
    assert life.queue("mia")[0].state is OutboxState.REFUSED


@pytest.mark.parametrize("state", [OutboxState.IN_DOUBT, OutboxState.PARKED])
def test_nobody_is_advanced_past_a_message_that_may_have_gone(life: Life, state: OutboxState) -> None:
    life.given("welcome", *THREE)
    life.add("mia")
    life.decide()
    settle(life, "mia", state=state)
    with pytest.raises(ConflictError, match="nobody knows yet"):
        advance(life, "mia")
    assert life.walk("mia").current_step == "hello"


def test_advancing_from_a_message_that_waited_for_its_version_goes_over_to_the_new_one(life: Life) -> None:
    life.given("welcome", *THREE)
    life.add("mia")
    life.decide()
    life.given("welcome", mail("hello"), mail("fresh", delay="1d"), *THREE[1:])
    advance(life, "mia")
    life.tick()
    assert life.sent() == ["fresh"]


# trying again


@pytest.fixture
def failed(life: Life) -> tuple[Life, Unwilling]:
    """A couple whose letter a server turned away until the retries were used up."""
    unwilling = Unwilling(life.studio.engine.transport)
    life.studio.engine.transport = unwilling
    life.given("welcome", *THREE, settings={"max_retries": 1, "retry_delay": "1h"})
    life.add("mia")
    life.tick()
    life.later(HOUR)
    assert life.walk("mia").status is EnrollmentStatus.FAILED
    return life, unwilling


def test_a_failed_message_is_sent_again_as_the_same_bytes_and_once(failed: tuple[Life, Unwilling]) -> None:
    life, server = failed
    (before,) = life.queue("mia")
    server.no = False
    retry(life, "mia")
    life.tick()
    life.tick()
    (after,) = life.queue("mia")
    assert (after.message_id, after.content, after.state) == (before.message_id, before.content, OutboxState.SENT)
    assert life.sent() == ["hello"]
    life.later(2 * DAY)
    assert life.sent() == ["hello", "more"]
    assert life.steps("mia") == {"hello": "executed", "more": "executed"}


def test_a_message_tried_again_has_all_its_retries_before_it(failed: tuple[Life, Unwilling]) -> None:
    life, _ = failed
    retry(life, "mia")
    life.tick()
    assert life.walk("mia").status is EnrollmentStatus.ACTIVE
    life.later(HOUR)
    walk = life.walk("mia")
    assert (walk.status, walk.end_reason) == (
        EnrollmentStatus.FAILED,
        "step 'hello' failed after 2 attempts: 451 try later",
    )


def test_a_message_to_an_address_that_was_corrected_is_made_anew(failed: tuple[Life, Unwilling]) -> None:
    life, server = failed
    (before,) = life.queue("mia")
    life.set("mia", secondary_email="mia@example.net")
    with life.change("mia") as (change, lead):
        leads.update(change, lead, {"primary_email": "mia@example.com"})
    server.no = False
    with life.studio.change() as change:
        lead = leads.find(change.session, "mia@example.com")
        retrying.retry(change, life.studio.engine, find_walk(change.session, "mia@example.com", None, ()))
    life.tick()
    (letter,) = life.messages()
    assert "mia@example.com" in str(letter["To"])
    assert str(letter["Message-ID"]) != before.message_id
    assert lead.primary_email == "mia@example.com"


def test_a_letter_that_could_not_be_made_is_made_when_it_is_mended(life: Life) -> None:
    life.given("welcome", mail("hello"), tag("after"))
    life.add("mia")
    with life.studio.database.write() as session:  # an address that no message can be sent to
        session.execute(update(Lead).values(primary_email="mia@" + "x" * 70 + ".example"))
    life.tick()
    with life.studio.read() as session:
        (walk,) = session.exec(select(Enrollment)).all()
    assert walk.status is EnrollmentStatus.FAILED
    with life.studio.database.write() as session:
        session.execute(update(Lead).values(primary_email="mia@example.org"))
    retry(life, "mia")
    life.tick()
    assert life.sent() == ["hello"]
    assert life.steps("mia") == {"hello": "executed", "after": "executed"}


@pytest.mark.parametrize("what", [timeline.reply, standing.bounce, standing.opt_out])
def test_nothing_is_tried_again_for_who_would_leave_at_once(failed: tuple[Life, Unwilling], what: Any) -> None:
    life, server = failed
    server.no = False
    life.happens("mia", what, "in their words")
    if what is timeline.reply:  # a reply ends walks that run; a failed one may go on if the owner says so
        retry(life, "mia")
        return
    with pytest.raises(ConflictError, match="cannot be tried again: th"):
        retry(life, "mia")
    assert life.sent() == []


def test_a_failed_pass_is_not_tried_again_beside_a_new_one(failed: tuple[Life, Unwilling]) -> None:
    life, _ = failed
    old = life.walk("mia")
    life.given("welcome", *THREE, enroll={**NOBODY, "again": "1h"})
    life.clock.advance(2 * HOUR)
    enroll(life, "mia")
    with life.studio.change() as change, pytest.raises(ConflictError, match="is in 'welcome' again already"):
        retrying.retry(change, life.studio.engine, change.session.get_one(Enrollment, old.id))


# which one is meant


def test_a_walk_is_found_by_its_id_its_lead_and_its_sequence(life: Life) -> None:
    life.write("welcome", mail("hello"))
    life.write("beside", mail("more", delay="1d"), exclusive=False)
    life.apply()
    life.add("mia")
    life.tick()
    running, wanted = by_hand.RUNNING, life.walk("mia", "welcome").id
    with life.studio.read() as session:
        assert find_walk(session, "mia", None, running).sequence_id == "beside"  # the other has come to its end
        assert find_walk(session, "mia", "welcome.yaml", running).status is EnrollmentStatus.COMPLETED
        assert find_walk(session, str(wanted), None, running).id == wanted
        assert find_walk(session, "1", "beside", running).sequence_id == "beside"
        with pytest.raises(AmbiguousWalkError, match="in 2 sequences"):
            find_walk(session, "mia", None, {EnrollmentStatus.PAUSED})
        for reference, sequence in (("99", None), ("9" * 40, None), ("mia", "other"), ("nobody", None)):
            with pytest.raises(NotFoundError):
                find_walk(session, reference, sequence, running)
