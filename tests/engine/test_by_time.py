"""What days alone do to conditions: known beforehand, so that nobody is looked at in vain or missed."""

from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo, available_timezones

import pytest
from conditions_and_leads import LONDON, NOW, conditions, leads, read
from hypothesis import assume, given
from hypothesis import strategies as st

from leadnurture.crm.portrait import portrait
from leadnurture.engine.by_time import DAY_COUNTS, depends_on_time, next_look, will_hold
from leadnurture.engine.conditions import Subject, judge
from leadnurture.engine.schedule import day_after
from leadnurture.sequences.condition import Condition
from leadnurture.sequences.sequence import Enroll, Sequence
from leadnurture.store.tables.lead import Lead

DEPENDING = [
    {"wedding": {"within": "90d"}},
    {"wedding": {"beyond": "8w"}},
    {"fields": [{"field": "days_until_wedding", "operator": "less_than", "value": 30}]},
    {"fields": [{"field": "days_since_inquiry", "operator": "greater_than", "value": 14}]},
    {"fields": [{"field": "days_since_contact", "operator": "between", "value": [10, 20]}]},
    {"fields": [{"field": "days_since_reply", "operator": "in_list", "value": [7, 14]}]},
    {"all": [{"status": "new"}, {"wedding": {"within": "90d"}}]},
    {"any": [{"status": "new"}, {"not": {"wedding": {"beyond": "90d"}}}]},
]
STANDING_STILL = [
    {"status": "new"},
    {"wedding": {"known": True}},
    {"replied": False, "tags": {"none": ["vip"]}},
    {"fields": [{"field": "wedding_date", "operator": "greater_than", "value": "2027-06-14"}]},
    {"not": {"any": [{"score": {"min": 50}}, {"consent": True}]}},
]


@pytest.mark.parametrize(("words", "depends"), [(w, True) for w in DEPENDING] + [(w, False) for w in STANDING_STILL])
def test_it_is_known_which_conditions_days_decide(words: dict[str, Any], depends: bool) -> None:
    assert depends_on_time(read(words)) == depends


def test_no_condition_depends_on_nothing() -> None:
    assert not depends_on_time(None)


@given(conditions(of_entry=True), leads(), st.integers(1, 500))
def test_what_days_do_not_decide_is_the_same_on_every_later_day(condition: Condition, lead: Lead, days: int) -> None:
    assume(not depends_on_time(condition))
    later = Subject(portrait(lead, NOW + timedelta(days=days), LONDON))
    assert judge(condition, later).held == judge(condition, Subject(portrait(lead, NOW, LONDON))).held


@given(leads())
def test_the_counts_of_days_are_all_that_a_day_changes(lead: Lead) -> None:
    lead.wedding_date, lead.last_contact_at, lead.last_reply_at = date(2028, 1, 1), NOW, NOW
    today, tomorrow = portrait(lead, NOW, LONDON), portrait(lead, NOW + timedelta(days=1), LONDON)
    assert {name for name in today if today[name] != tomorrow[name]} == DAY_COUNTS


def aged(subject: Subject, age: int) -> Subject:
    return Subject({**subject.values, "days_since_inquiry": age}, subject.replied)


ages = st.sampled_from(["equals", "greater_than", "less_than"]).flatmap(
    lambda operator: st.floats(0, 60).map(
        lambda bound: {"fields": [{"field": "days_since_inquiry", "operator": operator, "value": round(bound * 2) / 2}]}
    )
)
of_ages = st.recursive(
    ages | st.sampled_from([{"status": "new"}, {"replied": False}]),
    lambda inner: (
        st.builds(lambda parts: {"all": parts}, st.lists(inner, min_size=1, max_size=3))
        | st.builds(lambda parts: {"any": parts}, st.lists(inner, min_size=1, max_size=3))
        | st.builds(lambda part: {"not": part}, inner)
    ),
    max_leaves=4,
)


@given(of_ages, leads())
def test_it_is_known_whether_the_age_of_an_inquiry_will_make_a_condition_hold(
    words: dict[str, Any], lead: Lead
) -> None:
    condition, subject = read(words), Subject(portrait(lead, NOW, LONDON))
    assume(not judge(condition, subject).held)
    age = subject.values["days_since_inquiry"]
    days_to_come = range(age + 1, age + 70)
    assert will_hold(condition, subject) == any(judge(condition, aged(subject, later)).held for later in days_to_come)


def sequence(when: dict[str, Any] | None, again: str = "never", *, default: bool = False) -> Sequence:
    enroll = Enroll.model_construct(when=when and read(when), again=again, existing=False)
    return Sequence.model_construct(id="a", name="A", steps=(), enroll=enroll, default=default)


@pytest.mark.parametrize(
    ("asked", "looks"),
    [
        (sequence({"wedding": {"within": "90d"}}), True),
        (sequence({"status": "new"}), False),
        (sequence({"status": "new"}, "30d"), True),
        (sequence(None, "30d"), False),  # nobody enters it by itself
        (sequence(None, default=True), False),
        (sequence(None, "30d", default=True), True),
    ],
)
def test_a_sequence_is_looked_at_again_as_the_next_day_begins_if_days_can_bring_anybody(
    asked: Sequence, looks: bool
) -> None:
    midnight = datetime(2027, 6, 14, 23, tzinfo=UTC)  # in London, in summer
    assert next_look(asked, NOW, LONDON) == (midnight if looks else None)


@given(
    st.sampled_from(sorted(available_timezones())),
    st.integers(0, 20 * 365 * 24 * 4).map(
        lambda quarters: datetime(2015, 1, 1, tzinfo=UTC) + quarters * timedelta(minutes=15)
    ),
)
def test_the_next_day_begins_ahead_on_another_date_in_every_zone(name: str, instant: datetime) -> None:
    zone = ZoneInfo(name)
    begins = day_after(instant, zone)
    assert instant < begins <= instant + timedelta(hours=49)
    assert begins.astimezone(zone).date() > instant.astimezone(zone).date()
    assert (begins - timedelta(seconds=1)).astimezone(zone).date() == instant.astimezone(zone).date()
