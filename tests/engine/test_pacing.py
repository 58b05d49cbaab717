"""How much may go out: a gap between two messages to one couple, and caps on all of them."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leadnurture.config import LimitsSection
from leadnurture.engine.pacing import Hold, Pacer
from leadnurture.outbox_channel import OutboxChannel

NOW = datetime(2027, 1, 4, 9, tzinfo=UTC)
HOUR, MINUTE, DAY = timedelta(hours=1), timedelta(minutes=1), timedelta(days=1)


def pacer(*went: tuple[int, datetime], **limits: object) -> Pacer:
    """Return a pacer after messages went to leads at instants."""
    made = Pacer(LimitsSection.model_validate(limits))
    for lead, at in went:
        made.count(lead, at)
    return made


def test_the_first_message_may_go() -> None:
    assert pacer(per_day=1).hold(1, NOW) is None


def test_the_second_message_to_a_couple_waits_for_the_gap() -> None:
    hold = pacer((1, NOW)).hold(1, NOW + HOUR)
    assert hold == Hold(NOW + 4 * HOUR, "the last message to them went out less than 4 h ago")


def test_the_gap_is_over_to_the_second() -> None:
    waiting = pacer((1, NOW))
    assert waiting.hold(1, NOW + 4 * HOUR - timedelta(seconds=1)) is not None
    assert waiting.hold(1, NOW + 4 * HOUR) is None


def test_another_couple_does_not_wait_for_the_gap() -> None:
    assert pacer((1, NOW)).hold(2, NOW) is None


@pytest.mark.parametrize(
    ("limit", "span", "told"),
    [("per_day", DAY, "24 hours"), ("per_hour", HOUR, "hour"), ("per_minute", MINUTE, "minute")],
)
def test_a_cap_holds_until_the_oldest_message_is_out_of_its_span(limit: str, span: timedelta, told: str) -> None:
    full = pacer((1, NOW), (2, NOW + timedelta(seconds=5)), **{limit: 2})
    hold = full.hold(3, NOW + timedelta(seconds=10))
    assert hold == Hold(NOW + span, f"2 messages have gone out in the last {told}")
    assert full.hold(3, NOW + span) is None


def test_a_day_is_any_twenty_four_hours_not_a_date() -> None:
    evening = NOW.replace(hour=23, minute=59)
    assert pacer((1, evening), per_day=1).hold(2, evening + timedelta(minutes=2)) is not None


def test_of_several_caps_the_latest_counts() -> None:
    hold = pacer((1, NOW), per_day=1, per_minute=1).hold(2, NOW)
    assert hold is not None
    assert hold.until == NOW + DAY


def test_a_clock_set_back_does_not_open_the_gates() -> None:
    assert pacer((1, NOW), per_day=1).hold(2, NOW - HOUR) is not None


CAPS = st.fixed_dictionaries(
    {"lead_gap": st.sampled_from(["1m", "4h", "2d"])},
    optional={
        "per_day": st.integers(1, 8),
        "per_hour": st.integers(1, 4),
        "per_minute": st.integers(1, 3),
    },
)
WISHES = st.lists(st.tuples(st.integers(1, 4), st.integers(0, 30_000)), min_size=1, max_size=40)


@given(CAPS, WISHES)
def test_who_waits_until_told_never_exceeds_a_cap_in_any_span_of_time(
    caps: dict[str, object], wishes: list[tuple[int, int]]
) -> None:
    kept = pacer(**caps)
    limits = kept.limits
    went: list[tuple[int, datetime]] = []
    waiting = sorted((NOW + timedelta(seconds=seconds), lead) for lead, seconds in wishes)
    while waiting:
        at, lead = waiting.pop(0)
        hold = kept.hold(lead, at)
        if hold is None:
            kept.count(lead, at)
            went.append((lead, at))
        else:
            assert hold.until > at
            waiting = sorted([*waiting, (hold.until, lead)])
    for span, cap in ((DAY, limits.per_day), (HOUR, limits.per_hour), (MINUTE, limits.per_minute)):
        for _, end in went:
            assert cap is None or sum(end - span < at <= end for _, at in went) <= cap
    for number, (lead, at) in enumerate(went):
        assert all(at - before >= limits.lead_gap for other, before in went[:number] if other == lead)


def test_texts_keep_the_gap_but_neither_fill_nor_feel_the_mail_servers_caps() -> None:
    paced = pacer(per_day=1, per_hour=1, per_minute=1)
    paced.count(1, NOW, OutboxChannel.SMS)
    assert paced.hold(2, NOW) is None
    assert paced.hold(1, NOW + HOUR) == Hold(NOW + 4 * HOUR, "the last message to them went out less than 4 h ago")
    paced.count(2, NOW)
    assert paced.hold(3, NOW, OutboxChannel.SMS) is None
    assert paced.hold(2, NOW, OutboxChannel.SMS) is not None


def test_notifications_wait_for_nothing_and_let_nothing_wait() -> None:
    paced = pacer((1, NOW), per_day=1)
    assert paced.hold(1, NOW, OutboxChannel.NOTIFICATION) is None
    paced.count(2, NOW, OutboxChannel.NOTIFICATION)
    assert paced.last == {1: NOW}
    assert paced.recent == [NOW]
