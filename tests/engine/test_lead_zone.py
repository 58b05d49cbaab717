"""A lead's own time zone decides when things happen for them; without one it is the studio's."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlmodel import select
from studio_life import DAY, HOUR, START, Life, mail

from leadnurture.engine import advancing
from leadnurture.store.tables.sequence import Enrollment
from leadnurture.store.vocabulary import OutboxState

NEW_YORK = "America/New_York"  # five hours behind London; the studio's life begins at 04:00 there


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("keys", "here", "there"),
    [
        ({"window": {"at": "09:00"}}, "2027-01-04T09:00", "2027-01-04T14:00"),
        ({"delay": "1d", "window": {"at": "09:00"}}, "2027-01-05T09:00", "2027-01-05T14:00"),
        ({"delay": "1d", "window": {"days": ["tue"]}}, "2027-01-05T09:00", "2027-01-05T09:00"),
        ({"delay": "90m"}, "2027-01-04T10:30", "2027-01-04T10:30"),
        ({"window": {"days": ["wed"]}}, "2027-01-06T00:00", "2027-01-06T05:00"),
    ],
)
def test_windows_and_days_are_those_of_the_lead(life: Life, keys: dict[str, Any], here: str, there: str) -> None:
    life.given("welcome", mail("hello", **keys))
    life.add("mia")
    life.add("zoe", time_zone=NEW_YORK)
    assert (life.walk("mia").next_at, life.walk("zoe").next_at) == (at(here), at(there))
    assert (life.walk("zoe").due_local or "").endswith(NEW_YORK)


def test_days_of_a_delay_go_by_the_lead_s_clock_changes(life: Life) -> None:
    life.given("welcome", mail("hello", delay="1d"))
    life.clock.set(at("2027-03-13T12:00"))  # New York's clocks go forward that night, London's two weeks later
    life.add("mia")
    life.add("zoe", time_zone=NEW_YORK)
    assert life.walk("mia").next_at == at("2027-03-14T12:00")
    assert life.walk("zoe").next_at == at("2027-03-14T11:00")


def test_a_change_of_zone_moves_the_step_that_comes_next_from_the_same_anchor(life: Life) -> None:
    life.given("welcome", mail("hello", delay="2d", window={"at": "09:00"}), mail("more", delay="1d"))
    life.add("mia")
    life.later(DAY)
    life.set("mia", time_zone=NEW_YORK)
    walk = life.walk("mia")
    assert (walk.next_at, walk.due_local, walk.anchor_at) == (
        at("2027-01-06T14:00"),
        "2027-01-06T09:00:00 America/New_York",
        START,
    )
    life.set("mia", time_zone=None)
    assert life.walk("mia").next_at == at("2027-01-06T09:00")


def test_a_step_that_waits_for_its_window_waits_for_the_new_one(life: Life) -> None:
    life.given("welcome", mail("hello", window={"at": "09:00", "until": "10:00"}))
    life.clock.set(START + 2 * HOUR)
    life.add("mia")
    life.set("mia", time_zone=NEW_YORK)  # six in the morning there
    assert life.walk("mia").next_at == START + 5 * HOUR
    life.later(3 * HOUR)
    assert life.sent() == ["hello"]


def test_a_step_that_is_held_stays_held(life: Life) -> None:
    life.given("welcome", mail("hello", body="At {{ lead.wedding_venue }}."))
    life.add("mia")
    life.tick()
    held = life.walk("mia").held_reason
    life.set("mia", time_zone=NEW_YORK)
    life.tick()
    assert (life.sent(), life.walk("mia").held_reason) == ([], held)
    assert held is not None


@pytest.mark.parametrize(("zone", "moment"), [(NEW_YORK, "2027-01-05T14:00"), ("Europe/Paris", "2027-01-05T09:00")])
def test_what_was_brought_forward_by_hand_is_not_put_back(life: Life, zone: str, moment: str) -> None:
    life.given("welcome", mail("hello", delay="5d"), mail("more", delay="9d", window={"at": "09:00"}))
    life.add("mia")
    life.clock.set(START + 12 * HOUR)
    with life.studio.change() as change:
        walk = change.session.exec(select(Enrollment)).one()
        advancing.advance(change, life.studio.engine, walk, "more")
    assert life.walk("mia").next_at == at("2027-01-05T09:00")
    life.set("mia", time_zone=zone)
    assert life.walk("mia").next_at == at(moment)


def test_a_queued_message_keeps_to_its_window_in_the_new_zone(life: Life) -> None:
    life.given("welcome", mail("hello", window={"at": "09:00"}))
    life.add("mia")
    life.decide()
    life.set("mia", time_zone=NEW_YORK)
    life.later(HOUR)
    assert [message.state for message in life.queue("mia")] == [OutboxState.QUEUED]
    life.later(4 * HOUR)
    assert life.sent() == ["hello"]


def test_the_same_zone_again_changes_nothing(life: Life) -> None:
    life.given("welcome", mail("hello", delay="2d"))
    life.add("mia", time_zone=NEW_YORK)
    before = life.walk("mia").next_at
    life.clock.advance(timedelta(hours=3))
    life.set("mia", time_zone=NEW_YORK)
    assert life.walk("mia").next_at == before
