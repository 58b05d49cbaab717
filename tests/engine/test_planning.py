"""`plan` says what `apply` then does, lead by lead, and itself does nothing."""

import sqlite3
from collections.abc import Iterable
from datetime import UTC, date, datetime
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlmodel import col, select
from studio_life import DAY, HOUR, NEW, START, Life, mail, tag

from leadnurture.crm import leads, standing
from leadnurture.engine.planning import Effect, rehearse
from leadnurture.engine.planning_outcome import Fate, LeadOutcome, Position
from leadnurture.sequences.versions import Difference, compare
from leadnurture.store.tables.outbox import OutboxMessage
from leadnurture.store.tables.sequence import Enrollment, Execution
from leadnurture.store.vocabulary import EnrollmentStatus, ExecutionStatus, OutboxState

RUNNING = (EnrollmentStatus.ACTIVE, EnrollmentStatus.PAUSED)


def plan(life: Life) -> dict[str, Effect]:
    drafts = list(life.studio.folder.drafts(life.studio.reading()))
    with life.studio.read() as session:
        pending = compare(session, drafts)
    return {one.identity: one for one in rehearse(life.studio.engine, pending)}


def outcomes(life: Life, sequence: str = "welcome") -> dict[int, LeadOutcome]:
    return {one.lead_id: one for one in plan(life)[sequence].leads}


def of(life: Life, name: str, sequence: str = "welcome") -> LeadOutcome:
    lead_id = life.lead(name).id
    assert lead_id is not None
    return outcomes(life, sequence)[lead_id]


def walks(life: Life, sequence: str = "welcome") -> dict[int, Enrollment]:
    query = select(Enrollment).where(Enrollment.sequence_id == sequence).order_by(col(Enrollment.id))
    with life.studio.read() as session:
        return {walk.lead_id: walk for walk in session.exec(query).all()}


def done(life: Life, sequence: str = "welcome") -> dict[int, set[str]]:
    finished = (ExecutionStatus.EXECUTED, ExecutionStatus.SKIPPED)
    query = select(Execution).where(Execution.sequence_id == sequence, col(Execution.status).in_(finished))
    found: dict[int, set[str]] = {}
    with life.studio.read() as session:
        for execution in session.exec(query).all():
            found.setdefault(execution.lead_id, set()).add(execution.step_key)
    return found


def position(walk: Enrollment) -> Position | None:
    if walk.status not in RUNNING or walk.current_step is None:
        return None
    return Position(walk.current_step, walk.next_at)


def content(life: Life) -> list[str]:
    connection = sqlite3.connect(life.root / "leadnurture.db")
    try:
        return list(connection.iterdump())
    finally:
        connection.close()


def ahead(keys: Iterable[str], walk: Enrollment, behind: set[str]) -> list[str]:
    keys = list(keys)
    return [key for key in keys[keys.index(walk.current_step or "") :] if key not in behind]


# every lead, and what time makes of it


STAGES = 5
OLD = [tag("a", delay="1h"), tag("b", delay="1d"), tag("c", delay="1d"), tag("d", delay="1d"), tag("e", delay="1d")]
EDITS: dict[str, tuple[int, list[dict[str, Any]]]] = {
    "inserted, removed, renamed, reordered, other delays": (
        1_000,
        [
            tag("a", delay="1h"),
            tag("n", delay="2h"),
            tag("beta", delay="5d", was="b"),
            tag("e", delay="3h"),
            tag("m", delay="1d"),
            tag("d", delay="2d"),
        ],
    ),
    "nothing that was there is left": (50, [tag("x", delay="1h"), tag("y", delay="1d")]),
    "only the last is left": (50, [tag("e", delay="1d")]),
    "some are switched off": (50, [OLD[0], OLD[1] | {"active": False}, *OLD[2:4], OLD[4] | {"active": False}]),
}


def enter_on_five_days(life: Life, number: int) -> None:
    """Let leads enter so that they stand before each of the five steps."""
    life.given("welcome", *OLD)
    for stage in range(STAGES):
        with life.studio.change() as change:
            group = range(stage, number, STAGES)
            leads.create_new(change, ({"primary_email": f"lead{one}@example.org"} for one in group), origin="test")
        if stage < STAGES - 1:
            life.later(HOUR)
            life.clock.advance(DAY - HOUR)


@pytest.mark.parametrize(("number", "edited"), EDITS.values(), ids=EDITS)
def test_leads_half_way_fare_as_the_plan_says(life: Life, number: int, edited: list[dict[str, Any]]) -> None:
    enter_on_five_days(life, number)
    life.tick()
    before, behind = walks(life), done(life)
    assert {walk.current_step for walk in before.values()} == {"a", "b", "c", "d", "e"}
    life.write("welcome", *edited)
    predicted = outcomes(life)
    life.apply()
    after = walks(life)
    assert len(predicted) == number
    for lead_id, walk in after.items():
        one = predicted[lead_id]
        assert one.before == position(before[lead_id])
        assert one.after == position(walk)
        assert (one.fate is Fate.COMPLETED) == (walk.status is EnrollmentStatus.COMPLETED)
    for _ in range(12):
        life.later(DAY)
    names = {step["was"]: step["id"] for step in edited if "was" in step}
    now = done(life)
    for lead_id, one in predicted.items():
        steps = ahead([step["id"] for step in OLD], before[lead_id], behind.get(lead_id, set()))
        kept = {names.get(key, key) for key in steps if key not in one.skipped}
        old = {names.get(key, key) for key in behind.get(lead_id, set())}
        assert now.get(lead_id, set()) - old == kept | set(one.added), one


def test_days_around_the_wedding_fare_as_the_plan_says(life: Life) -> None:
    life.given("welcome", tag("a"), tag("b", before_wedding="30d"), tag("c", after_wedding="1w"))
    for name, wedding, zone in [
        ("mia", date(2027, 6, 12), None),
        ("zoe", date(2027, 6, 12), "Pacific/Auckland"),
        ("eve", date(2027, 1, 20), None),  # thirty days before were over when they entered
        ("ann", None, None),
    ]:
        life.add(name, wedding_date=wedding, time_zone=zone)
    life.tick()
    life.later(HOUR)
    life.write("welcome", tag("a"), tag("b", before_wedding="60d"), tag("d", before_wedding="7d"), late="2d")
    predicted = outcomes(life)
    life.apply()
    assert {key: one.after for key, one in predicted.items()} == {
        key: position(one) for key, one in walks(life).items()
    }
    moments = {name: predicted[life.lead(name).id or 0].after for name in ("mia", "zoe", "eve")}
    assert moments == {
        "mia": Position("b", datetime(2027, 4, 13, 8, tzinfo=UTC)),
        "zoe": Position("b", datetime(2027, 4, 12, 21, tzinfo=UTC)),
        "eve": Position("d", datetime(2027, 1, 13, 9, tzinfo=UTC)),
    }


STEPS = st.lists(st.sampled_from("abcdefgh"), min_size=1, max_size=6, unique=True)
DELAYS = st.lists(st.sampled_from(["1h", "5h", "1d", "2d"]), min_size=6, max_size=6)


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(old=STEPS, new=STEPS, waits=DELAYS, later=DELAYS, hours=st.integers(0, 60), renamed=st.integers(0, 5))
def test_any_edit_does_what_the_plan_says(
    life: Life, old: list[str], new: list[str], waits: list[str], later: list[str], hours: int, renamed: int
) -> None:
    number = sum(1 for _ in (life.root / "sequences").iterdir())
    name = f"s{number}"
    enroll = {"when": {"tags": {"any": [name]}}}
    life.given(name, *(tag(key, delay=delay) for key, delay in zip(old, waits, strict=False)), enroll=enroll)
    for one in range(3):
        life.add(f"lead{one}-{number}", tags=[name])
        life.later(hours * HOUR)
    steps = [tag(key, delay=delay) for key, delay in zip(new, later, strict=False)]
    if renamed < len(old) and old[renamed] not in new:
        steps[0]["was"] = old[renamed]
    life.write(name, *steps, enroll=enroll, description="Edited.")
    predicted, before, behind = plan(life)[name], walks(life, name), done(life, name)
    assert {one.lead_id: one.after for one in predicted.leads} == {
        lead_id: position(walk) for lead_id, walk in _applied(life, name).items() if before[lead_id].status in RUNNING
    }
    for _ in range(16):
        life.later(DAY)
    names = {step["was"]: step["id"] for step in steps if "was" in step}
    for outcome in predicted.leads:
        walk, old_steps = before[outcome.lead_id], behind.get(outcome.lead_id, set())
        kept = {names.get(key, key) for key in ahead(old, walk, old_steps) if key not in outcome.skipped}
        came = done(life, name).get(outcome.lead_id, set()) - {names.get(key, key) for key in old_steps} - old_steps
        assert came == kept | set(outcome.added)


def _applied(life: Life, name: str) -> dict[int, Enrollment]:
    life.apply()
    return walks(life, name)


# what is told


def test_planning_changes_nothing(life: Life) -> None:
    life.given("welcome", mail("a"), mail("b", delay="1d"))
    life.given("other", mail("x", delay="3d"), enroll=NEW, exclusive=False)
    life.add("mia", "zoe")
    life.decide()
    life.write("welcome", mail("first", was="a"), mail("c", delay="1d"))
    life.write("more", mail("m"), enroll=NEW | {"existing": True})
    (life.root / "sequences/other.yaml").unlink()
    before = content(life)
    assert set(plan(life)) == {"welcome", "other", "more"}
    assert content(life) == before


def test_an_apply_after_a_plan_takes_the_words_of_its_own_day(life: Life) -> None:
    life.given("welcome", tag("a", delay="1d"))
    life.add("mia")
    life.write("welcome", tag("planned", delay="1d"))
    plan(life)
    life.given("welcome", tag("applied", delay="1d"))
    assert life.walk("mia").current_step == "applied"
    life.later(DAY)
    assert life.steps("mia") == {"applied": "executed"}


def test_who_stays_where_they_are_is_told_so(life: Life) -> None:
    life.given("welcome", tag("a"), tag("b", delay="2d"))
    life.add("mia")
    life.tick()
    life.write("welcome", tag("a", delay="1h"), tag("b", delay="2d"))
    assert of(life, "mia").fate is Fate.STAYS
    life.write("welcome", tag("a"), tag("beta", was="b", delay="2d"))
    assert of(life, "mia").fate is Fate.STAYS
    life.write("welcome", tag("a"), tag("b", delay="3d"))
    one = of(life, "mia")
    assert one.fate is Fate.MOVES
    assert one.before == Position("b", START + 2 * DAY)
    assert one.after == Position("b", START + 3 * DAY)


def test_another_order_of_what_follows_is_told(life: Life) -> None:
    life.given("welcome", tag("a", delay="1d"), tag("b"), tag("c"))
    life.add("mia")
    life.write("welcome", tag("a", delay="1d"), tag("c"), tag("b"))
    one = of(life, "mia")
    assert (one.fate, one.before == one.after, one.added, one.skipped) == (Fate.MOVES, True, (), ())


def test_a_message_that_is_queued_goes_out_unless_its_step_is_gone(life: Life) -> None:
    life.given("welcome", mail("a"), mail("b", delay="1d"))
    life.add("mia")
    life.decide()
    life.write("welcome", mail("a"), mail("c", delay="1d"))
    out = Position("a", None)
    assert of(life, "mia") == LeadOutcome(1, Fate.MOVES, out, out, added=("c",), skipped=("b",))
    life.write("welcome", mail("c", delay="1d"))
    to = Position("c", START + DAY)
    assert of(life, "mia") == LeadOutcome(1, Fate.MOVES, out, to, added=("c",), skipped=("a", "b"))


def test_a_message_that_may_have_gone_is_waited_for(life: Life) -> None:
    life.given("welcome", mail("a"), mail("b", delay="1d"))
    life.add("mia")
    life.decide()
    with life.change("mia") as (change, _):
        message = change.session.exec(select(OutboxMessage)).one()
        message.state, message.in_doubt_at = OutboxState.IN_DOUBT, change.now
    life.write("welcome", mail("c", delay="1d"))
    out = Position("a", None)
    assert of(life, "mia") == LeadOutcome(1, Fate.WAITS, out, out)
    life.apply()
    assert position(life.walk("mia")) == out


def test_a_sequence_that_is_switched_off_freezes_and_on_again_thaws(life: Life) -> None:
    life.given("welcome", tag("a", delay="1d"))
    life.add("mia", "zoe")
    life.happens("zoe", standing.pause)
    life.write("welcome", tag("a", delay="1d"), active=False)
    assert (of(life, "mia").fate, of(life, "zoe").fate) == (Fate.FREEZES, Fate.STAYS)
    assert of(life, "zoe").frozen
    life.apply()
    life.write("welcome", tag("a", delay="1d"))
    assert (of(life, "mia").fate, of(life, "zoe").fate) == (Fate.THAWS, Fate.STAYS)


def test_a_deleted_sequence_lets_its_leads_go(life: Life) -> None:
    life.given("welcome", tag("a"), tag("b", delay="1d"), tag("c"))
    life.add("mia")
    life.tick()
    (life.root / "sequences/welcome.yaml").unlink()
    effect = plan(life)["welcome"]
    (one,) = effect.leads
    assert (effect.difference, effect.version, effect.new) == (Difference.DELETED, 1, None)
    assert (one.fate, one.after, one.skipped) == (Fate.CANCELLED, None, ("b", "c"))
    assert one.reason == "the sequence was deleted"


@pytest.mark.parametrize("existing", [False, True])
def test_leads_that_fit_already_are_counted(life: Life, existing: bool) -> None:
    life.add("mia", "zoe")
    life.write("welcome", tag("a", delay="1d"), enroll=NEW | {"existing": existing})
    effect = plan(life)["welcome"]
    entering = [LeadOutcome(one, Fate.ENROLLED, None, Position("a", START + DAY)) for one in (1, 2)]
    assert (effect.version, effect.stay_out) == (None, () if existing else (1, 2))
    assert list(effect.leads) == (entering if existing else [])


def test_what_follows_in_other_sequences_is_part_of_the_plan(life: Life) -> None:
    life.given("welcome", tag("a", delay="1d"), enroll={"when": {"source": ["referral"]}})
    life.given("others", tag("x", delay="1d"), enroll={}, default=True)
    life.add("mia", lead_source="referral")
    life.set("mia", lead_source="website")
    (life.root / "sequences/welcome.yaml").unlink()
    effects = plan(life)
    assert effects["others"].difference is Difference.UNCHANGED
    assert [one.fate for one in effects["others"].leads] == [Fate.ENROLLED]
    life.apply()
    assert life.walk("mia", "others").status is EnrollmentStatus.ACTIVE


def test_who_left_in_the_same_instant_is_not_part_of_it(life: Life) -> None:
    life.given("welcome", tag("a", delay="1d"))
    life.add("mia", "zoe")
    life.happens("zoe", standing.opt_out, "by mail")
    life.write("welcome", tag("b", delay="1d"))
    assert [one.lead_id for one in plan(life)["welcome"].leads] == [life.lead("mia").id]
