"""Steps that keep the hours for texts: never at night where the couple lives, neither decided nor delivered."""

from datetime import UTC, datetime, timedelta
from typing import Any, ClassVar

import pytest
from studio_life import DAY, HOUR, MINUTE, Begin, Life, mail

from leadnurture.sequences.actions import actions
from leadnurture.sequences.actions.send_email import SendEmail
from leadnurture.store.vocabulary import OutboxState


class Ring(SendEmail):
    """A letter that rings, as a text does."""

    action_name: ClassVar[str] = "ring"
    keeps_sms_hours: ClassVar[bool] = True


@pytest.fixture(autouse=True)
def _ringing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(actions(), "ring", Ring)


def ring(key: str, **keys: Any) -> dict[str, Any]:
    return mail(key, **keys) | {"action": "ring"}


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("hours", "zone", "keys", "moment"),
    [
        (None, None, {"delay": "13h"}, "2027-01-05T08:00"),  # ten in the evening is too late
        (None, None, {"delay": "11h"}, "2027-01-04T20:00"),
        (None, None, {"delay": "12h"}, "2027-01-05T08:00"),
        (None, "America/New_York", {"delay": "0m"}, "2027-01-04T13:00"),  # four in the morning there
        (None, "America/New_York", {"delay": "0m", "window": {"at": "09:30"}}, "2027-01-04T14:30"),
        (None, None, {"delay": "1d", "window": {"at": "07:00"}}, "2027-01-05T08:00"),
        (None, None, {"delay": "1d", "window": {"at": "07:00", "days": ["sat"]}}, "2027-01-09T08:00"),
        ("10:30-12:00", None, {"delay": "0m"}, "2027-01-04T10:30"),
        ("10:30-12:00", None, {"delay": "4h"}, "2027-01-05T10:30"),
        ("any", None, {"delay": "13h"}, "2027-01-04T22:00"),
    ],
)
def test_a_text_comes_when_its_window_and_the_hours_are_open(
    begin: Begin, hours: str | None, zone: str | None, keys: dict[str, Any], moment: str
) -> None:
    life = begin(**({"sms_hours": f'"{hours}"'} if hours else {}))
    life.given("welcome", ring("hello", **keys))
    life.add("mia", time_zone=zone)
    assert life.walk("mia").next_at == at(moment)
    life.clock.set(at(moment) - timedelta(seconds=1))
    life.tick()
    assert life.sent() == []
    life.clock.set(at(moment))
    life.tick()
    assert life.sent() == ["hello"]


def test_other_steps_do_not_keep_the_hours(life: Life) -> None:
    life.given("welcome", mail("hello", delay="13h"))
    life.add("mia")
    life.later(13 * HOUR)
    assert life.sent() == ["hello"]


def test_a_text_that_the_gap_puts_off_into_the_night_waits_for_the_morning(begin: Begin) -> None:
    life = begin(lead_gap='"12h"')
    life.given("welcome", mail("hello", delay="1h"), ring("text", delay="1h"))
    life.add("mia")
    life.later(HOUR)
    life.every_hour(21)
    assert life.sent() == ["hello"]
    life.every_hour(1)
    assert life.sent() == ["hello", "text"]
    assert life.clock.now() == at("2027-01-05T08:00")


def test_a_text_that_is_still_queued_at_night_waits_for_the_morning(life: Life) -> None:
    life.given("welcome", ring("hello"))
    life.add("mia")
    outbox = life.root / "outbox"
    outbox.write_text("in the way")
    life.tick()
    outbox.unlink()
    life.later(12 * HOUR)
    assert (life.sent(), [message.due_at for message in life.queue("mia")]) == ([], [at("2027-01-05T08:00")])
    life.later(11 * HOUR)
    assert life.sent() == ["hello"]


def test_a_text_that_is_skipped_when_late_is_late_when_the_hours_are_over(life: Life) -> None:
    life.given("welcome", ring("hello", late="skip"))
    life.add("mia")
    life.later(12 * HOUR)
    assert life.steps("mia") == {"hello": "skipped"}


def test_hours_that_were_changed_so_that_a_window_never_meets_them_hold_the_text(begin: Begin) -> None:
    life = begin()
    life.given("welcome", ring("hello", delay="1d", window={"at": "18:00"}))
    life.add("mia")
    life = begin(sms_hours='"08:00-17:00"')
    life.later(DAY + 9 * HOUR)
    assert life.sent() == []
    assert life.walk("mia").held_reason == "its window is never open when texts may go out (08:00-17:00)"
    life.later(MINUTE)
    assert all(message.state is not OutboxState.SENT for message in life.queue("mia"))
