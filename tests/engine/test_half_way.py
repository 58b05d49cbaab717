"""Half way through a sequence that is edited: nothing comes twice, nothing is lost, and no walk stops the studio."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from mail_server import HANG_UP, Server
from sqlalchemy import text, update
from sqlmodel import col, select
from studio_life import DAY, HOUR, MINUTE, START, Life, mail

from leadnurture.channels.outbox_folder import _ending
from leadnurture.engine import advancing, by_hand, retrying
from leadnurture.engine.resolve import resolve
from leadnurture.store.tables.outbox import OutboxMessage
from leadnurture.store.tables.sequence import Enrollment
from leadnurture.store.vocabulary import EnrollmentStatus, OutboxState

MIA = "mia@example.org"
WAIT = {"id": "wait", "action": "wait_until", "until": {"tags": {"any": ["keen"]}}, "timeout": "5d"}


def by_owner(life: Life, name: str, does: Callable[..., Any], *more: Any) -> None:
    """Let the owner do something with a lead's walk, such as `retrying.retry`."""
    key = life.walk(name).id
    with life.studio.change() as change:
        does(change, life.studio.engine, change.session.get_one(Enrollment, key), *more)


def pause(life: Life, name: str) -> None:
    by_owner(life, name, lambda change, _, walk: by_hand.pause(change, walk))


def settle(life: Life, name: str, *, sent: bool) -> None:
    """Let the owner say what became of a lead's last message."""
    key = life.queue(name)[-1].id or 0
    with life.studio.change() as change:
        resolve(change, life.studio.engine, key, sent=sent)


def park(server: Server, life: Life, name: str) -> None:
    """Let the line be cut while a lead's message is handed over."""
    server.at_data[f"{name}@example.org"] = [HANG_UP]
    life.tick()
    life.later(MINUTE)
    assert life.queue(name)[-1].state is OutboxState.PARKED


# renamed


def test_what_was_done_before_two_renames_is_not_done_again_by_a_walk_that_is_tried_again(
    server: Server, life: Life
) -> None:
    life.given("welcome", mail("a"), mail("b", delay="1d"))
    life.add("mia")
    life.tick()
    server.at_rcpt[MIA] = ["554 no"]
    life.later(DAY)
    assert life.walk("mia").status is EnrollmentStatus.FAILED
    life.given("welcome", mail("x", was="a", subject="a"), mail("b", delay="1d"))
    life.given("welcome", mail("x", subject="a"), mail("b", delay="1d"))
    life.set("mia", primary_email="emma@example.org")
    by_owner(life, "emma", retrying.retry)
    for _ in range(4):
        life.later(DAY)
    assert (server.subjects("mia"), server.subjects("emma")) == (["a"], ["b"])


def test_a_step_renamed_while_a_message_was_in_doubt_comes_under_its_last_name(server: Server, life: Life) -> None:
    life.given("welcome", mail("a"), mail("b", delay="1d"), mail("c", delay="1d"))
    life.add("mia")
    park(server, life, "mia")
    life.given("welcome", mail("x", was="b", delay="1d"), mail("c", delay="1d"))
    life.given("welcome", mail("x", delay="1d"), mail("c", delay="1d"))
    settle(life, "mia", sent=True)
    for _ in range(4):
        life.later(DAY)
    assert server.subjects("mia") == ["a", "x", "c"]


def test_a_step_renamed_and_switched_off_while_its_message_was_in_doubt_lets_the_walk_go_on(
    server: Server, life: Life
) -> None:
    life.given("welcome", mail("a"), mail("b", delay="1d"))
    life.add("mia")
    park(server, life, "mia")
    life.given("welcome", mail("x", was="a", active=False), mail("b", delay="1d"))
    settle(life, "mia", sent=True)
    life.later(2 * DAY)
    assert server.subjects("mia") == ["a", "b"]


# one that cannot go on


def misplace(life: Life, name: str) -> None:
    """Let a lead's walk stand at a step that its version does not have."""
    key = life.walk(name).id
    with life.studio.database.write() as session:
        session.execute(update(Enrollment).where(col(Enrollment.id) == key).values(current_step="nowhere"))


def test_a_walk_that_cannot_go_on_holds_up_nobody_whose_mail_is_taken_with_its_own(life: Life) -> None:
    life.given("welcome", mail("a"), mail("b", delay="1d"))
    life.add("mia", "zoe")
    life.decide()
    misplace(life, "mia")
    life.tick()
    assert [message.state for message in (*life.queue("mia"), *life.queue("zoe"))] == [OutboxState.SENT] * 2
    assert "it cannot go on" in (life.walk("mia").held_reason or "")
    life.later(DAY)
    assert (life.sent("mia"), life.sent("zoe")) == (["a"], ["a", "b"])


def test_a_walk_that_cannot_go_on_after_a_crash_does_not_stop_the_studio(life: Life) -> None:
    life.given("welcome", mail("a"), mail("b", delay="1d"))
    life.add("mia")
    life.decide()
    (message,) = life.queue("mia")
    (life.root / "outbox").mkdir(exist_ok=True)  # the file was written, then the process died
    (life.root / f"outbox/20270104T090000Z-mia{_ending(message.message_id)}").write_bytes(message.content)
    with life.studio.database.write() as session:
        session.execute(update(OutboxMessage).values(state=OutboxState.IN_DOUBT, in_doubt_at=START))
    misplace(life, "mia")
    life.add("zoe")
    life.tick()
    assert (life.queue("mia")[0].state, life.sent("zoe")) == (OutboxState.SENT, ["a"])


# settled while the walk is paused


def test_a_step_that_is_gone_when_a_paused_walk_goes_on_does_not_come(server: Server, life: Life) -> None:
    life.given("welcome", mail("a"), mail("b", delay="1d"))
    life.add("mia")
    park(server, life, "mia")
    pause(life, "mia")
    life.given("welcome", mail("c", delay="2d"))
    settle(life, "mia", sent=True)
    by_owner(life, "mia", by_hand.resume)
    for _ in range(4):
        life.later(DAY)
    assert server.subjects("mia") == ["a", "c"]


def test_a_delay_counts_from_the_message_that_was_settled_while_the_walk_was_paused(server: Server, life: Life) -> None:
    life.given("welcome", mail("a"), mail("b", delay="5d"))
    life.add("mia")
    park(server, life, "mia")
    pause(life, "mia")
    life.clock.advance(4 * DAY)
    settle(life, "mia", sent=True)
    life.given("welcome", mail("a"), mail("b", delay="5d", body="mended"))
    by_owner(life, "mia", by_hand.resume)
    life.tick()
    assert life.walk("mia").next_at == START + 9 * DAY + MINUTE


# another action


def test_a_wait_that_became_another_action_is_done_as_that(life: Life) -> None:
    life.given("welcome", WAIT, mail("after"))
    life.add("mia")
    life.tick()
    life.given("welcome", {"id": "wait", "action": "create_task", "title": "Call"}, mail("after"))
    life.tick()
    assert life.steps("mia") == {"wait": "executed", "after": "executed"}


def test_a_walk_that_the_database_refuses_is_held_without_its_statement(life: Life) -> None:
    life.given("welcome", mail("a"))
    life.add("mia")
    with life.studio.database.write() as session:
        session.execute(text("CREATE TRIGGER no BEFORE INSERT ON outbox BEGIN SELECT RAISE(ABORT, 'no room'); END"))
    life.tick()
    held = life.walk("mia").held_reason or ""
    assert "no room" in held
    assert "INSERT" not in held


def test_a_queued_message_whose_step_does_something_else_now_is_taken_back(server: Server, life: Life) -> None:
    life.given("welcome", mail("a"))
    life.add("mia")
    busy(server, life)
    life.given("welcome", {"id": "a", "action": "create_task", "title": "Call"})
    life.later(5 * HOUR)
    assert (server.subjects("mia"), life.queue("mia"), life.steps("mia")) == ([], [], {"a": "executed"})


# what is queued, and not what the step would send now


def busy(server: Server, life: Life) -> None:
    """Let the server turn a lead's letter away for now, so that it waits in the outbox."""
    server.at_rcpt[MIA] = ["450 later"]
    life.tick()
    assert [message.state for message in life.queue("mia")] == [OutboxState.QUEUED]


@pytest.mark.parametrize("field", ["primary_email", "secondary_email"])
def test_a_letter_goes_to_the_address_that_was_corrected_and_not_to_the_old_one(
    server: Server, life: Life, field: str
) -> None:
    life.given("welcome", mail("a", to="both"))
    life.add("mia", secondary_email="zoe@example.org")
    busy(server, life)
    life.set("mia", **{field: "emma@example.org"})
    life.tick()
    assert server.subjects("emma") == ["a"]
    assert server.subjects("mia" if field == "primary_email" else "zoe") == []
    life.later(5 * HOUR)
    assert server.subjects("emma") == ["a"]


def test_a_letter_that_is_sent_again_by_hand_goes_to_the_address_of_today(server: Server, life: Life) -> None:
    life.given("welcome", mail("a"))
    life.add("mia")
    server.at_rcpt[MIA], server.at_data[MIA] = [], [HANG_UP]
    park(server, life, "mia")
    life.set("mia", primary_email="emma@example.org")
    settle(life, "emma", sent=False)
    life.later(MINUTE)
    assert server.subjects("emma") == ["a"]


def test_an_address_outside_ascii_is_still_theirs(server: Server, life: Life) -> None:
    life.given("welcome", mail("a"))
    life.add("mia")
    life.set("mia", primary_email="mia@bücher.example")
    server.at_rcpt["mia@xn--bcher-kva.example"] = ["450 later"]
    life.tick()
    with life.studio.read() as session:
        (before,) = session.exec(select(OutboxMessage)).all()
    life.later(5 * HOUR)
    with life.studio.read() as session:
        (after,) = session.exec(select(OutboxMessage)).all()
    assert (after.message_id, after.state) == (before.message_id, OutboxState.SENT)


FAR = START.date() + timedelta(days=330)


def test_a_parked_message_whose_day_lies_ahead_again_is_not_sent_again_before_it(server: Server, life: Life) -> None:
    life.given("welcome", mail("a", before_wedding="30d"))
    life.add("mia", wedding_date=START.date() + timedelta(days=30))
    park(server, life, "mia")
    sent = server.subjects("mia")
    life.set("mia", wedding_date=FAR)
    settle(life, "mia", sent=False)
    life.tick()
    assert (server.subjects("mia"), life.queue("mia")) == (sent, [])
    assert life.walk("mia").next_at == START + 300 * DAY


def test_a_failed_step_whose_day_lies_ahead_again_is_not_tried_before_it(server: Server, life: Life) -> None:
    life.given("welcome", mail("a", before_wedding="30d"))
    life.add("mia", wedding_date=START.date() + timedelta(days=30))
    server.at_rcpt[MIA] = ["554 no"]
    life.tick()
    life.set("mia", wedding_date=FAR)
    by_owner(life, "mia", retrying.retry)
    life.later(5 * HOUR)
    assert server.subjects("mia") == []
    assert life.walk("mia").next_at == START + 300 * DAY


def test_a_queued_message_whose_step_is_put_on_a_later_day_waits_for_that(server: Server, life: Life) -> None:
    life.given("welcome", mail("a", before_wedding="30d"))
    life.add("mia", wedding_date=START.date() + timedelta(days=30))
    busy(server, life)
    life.given("welcome", mail("a", before_wedding="7d"))
    life.later(5 * HOUR)
    assert server.subjects("mia") == []
    life.clock.set(START + 23 * DAY)
    life.tick()
    assert server.subjects("mia") == ["a"]


# by hand


def test_what_was_brought_forward_by_hand_stays_so_when_something_else_is_applied(life: Life) -> None:
    life.given("welcome", mail("a", delay="10d"), mail("b", delay="10d"))
    life.add("mia")
    by_owner(life, "mia", advancing.advance)
    life.given("welcome", mail("a", delay="10d"), mail("b", delay="10d"), mail("c"))
    assert life.walk("mia").next_at == START


def test_advancing_to_a_step_that_hangs_on_the_wedding_keeps_its_day_unless_it_is_named(life: Life) -> None:
    life.given("welcome", mail("a", delay="10d"), mail("b", before_wedding="30d"))
    life.add("mia", "zoe", wedding_date=FAR)
    by_owner(life, "mia", advancing.advance)
    by_owner(life, "zoe", advancing.advance, "b")
    life.tick()
    assert life.walk("mia").next_at == START + 300 * DAY
    assert (life.sent("mia"), life.sent("zoe")) == ([], ["b"])


def test_no_new_step_slips_in_before_the_one_that_the_owner_named(life: Life) -> None:
    life.given("welcome", mail("a", delay="5d"), mail("b"), mail("c", delay="5d"))
    life.add("mia")
    by_owner(life, "mia", advancing.advance, "c")
    life.given("welcome", mail("a", delay="5d"), mail("b"), mail("new"), mail("c", delay="5d"))
    assert life.walk("mia").current_step == "c"
