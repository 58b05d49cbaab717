"""Many scores at once: the same as one by one, and no sequence begins because a rule was changed."""

from datetime import date, timedelta
from typing import Any

import pytest
from leadnurture.store.tables.scoring import ScoreLook
from leadnurture.store.tables.timeline import Interaction
from sqlmodel import select
from studio_life import DAY, HOUR, START, Life, mail

from leadnurture.clock import VirtualClock
from leadnurture.crm import rule_book, scores, timeline
from leadnurture.crm.change import Change
from leadnurture.crm.rule_drafts import RuleDraft
from leadnurture.crm.rules import active_rules
from leadnurture.engine.rescoring import Rescored, perform, rehearse
from leadnurture.errors import ConfigurationError
from leadnurture.reports.lead_score import lead_score
from leadnurture.store.tables.lead import Lead
from leadnurture.store.vocabulary import InteractionType, Temperature

HOT = {"when": {"temperature": ["hot"]}}
WEDDING = date(2027, 6, 12)


def draft(life: Life, **given: Any) -> RuleDraft:
    base = {"name": "Rule", "type": "budget", "field": "guests", "operator": "greater_than", "value": 10, "score": 90}
    return RuleDraft.model_validate(base | given, context={"reading": life.studio.reading()})


def add_rule(life: Life, *, enrolling: bool = False, **given: Any) -> Rescored:
    def act(change: Change) -> None:
        rule_book.add(change.session, draft(life, **given), change.now)

    return perform(life.studio.engine, act, "the rules were changed", enrolling=enrolling)


def nothing(change: Change) -> None:
    """Change no rule."""


def timeline_scores(life: Life, name: str) -> list[str | None]:
    return [subject for subject, _ in life.told(name, InteractionType.SCORE_UPDATED)]


def test_in_bulk_every_lead_gets_the_score_that_it_gets_alone(life: Life) -> None:
    life.add("mia", estimated_budget=240_000, wedding_venue="Kew", wedding_date=WEDDING, primary_phone="+447700900142")
    life.add("zoe", lead_source="referral", tags=["vip"], custom_fields={"colour": "Green"})
    life.add("ann")
    life.happens("mia", timeline.note, InteractionType.PHONE_CALL, "Called")
    life.happens("mia", scores.adjust, 7, reason="kind", half_life=10 * DAY)
    life.clock.advance(5 * DAY)
    for number, (field, operator, value) in enumerate(
        [
            ("interactions.phone_call", "greater_than", 0),
            ("interactions.phone_call.last_3_days", "less_than", 1),
            ("interactions.meeting_completed", "equals", 0),
            ("custom_fields.colour", "equals", "green"),
            ("tags", "contains", "vip"),
            ("email_domain", "equals", "example.org"),
            ("days_since_inquiry", "between", "4,6"),
            ("couple_names", "contains", "x"),
            ("days_since_reply", "less_than", 9),
        ]
    ):
        rule = {"name": f"r{number}", "field": field, "operator": operator, "value": value}
        add_rule(life, **rule, score=number + 1, weight=1.25)
    with life.studio.change() as change:
        rules = active_rules(change.session, life.studio.reading())
        for lead in change.session.exec(select(Lead)).all():
            assert lead.lead_score == scores.explain(change, lead, rules).value
            assert lead.lead_score > 0
        assert len({lead.lead_score for lead in change.session.exec(select(Lead)).all()}) == 3


def test_a_score_that_changes_in_bulk_is_on_the_timeline_with_the_rules_that_made_it(life: Life) -> None:
    life.add("mia", estimated_guest_count=80)
    add_rule(life, score=33)
    with life.studio.read() as session:
        query = select(Interaction).where(Interaction.interaction_type == InteractionType.SCORE_UPDATED)
        (entry,) = session.exec(query).all()
    assert entry.interaction_subject == "Score 0 → 33"
    assert entry.interaction_metadata["score_adjustments"] == [{"rule_name": "Rule", "adjustment": 33}]
    assert entry.created_at == START


def test_a_changed_rule_begins_no_sequence_and_who_fits_now_is_passed_over_with_the_reason(life: Life) -> None:
    life.given("welcome", mail("hello"), enroll=HOT)
    life.add("mia", "zoe", estimated_guest_count=80)
    done = add_rule(life)
    assert (done.scores, done.passed_over, dict(done.enrolled)) == (2, {"welcome": 2}, {})
    assert done.temperatures == {(Temperature.COLD, Temperature.HOT): 2}
    assert life.passed_over("mia") == {"welcome": "the rules were changed"}
    for _ in range(5):
        life.later(DAY)
    life.set("mia", wedding_venue="Kew")
    life.tick()
    assert life.sent() == []


def test_whoever_says_so_lets_sequences_begin(life: Life) -> None:
    life.given("welcome", mail("hello"), enroll=HOT)
    life.add("mia", estimated_guest_count=80)
    assert add_rule(life, enrolling=True).enrolled == {"welcome": 1}
    life.tick()
    assert life.sent("mia") == ["hello"]


def test_a_couple_that_stops_fitting_and_fits_again_by_a_fact_enters(life: Life) -> None:
    life.given("welcome", mail("hello"), enroll=HOT)
    life.add("mia", estimated_guest_count=80)
    add_rule(life)
    life.set("mia", estimated_guest_count=5)
    assert life.passed_over("mia") == {}
    life.set("mia", estimated_guest_count=80)
    life.tick()
    assert life.sent("mia") == ["hello"]


def test_a_default_sequence_takes_in_whom_a_rule_has_taken_from_all_others(life: Life) -> None:
    life.given("anybody", mail("hello"), enroll={}, default=True)
    life.given("hot", mail("hot"), enroll=HOT)
    life.add("mia", estimated_guest_count=80, enrolling=False)
    assert life.passed_over("mia") == {"anybody": "it was imported without --enroll"}
    done = add_rule(life, enrolling=True)
    assert done.enrolled == {"hot": 1}


def test_a_rehearsal_tells_what_would_happen_and_changes_nothing(life: Life) -> None:
    life.given("welcome", mail("hello"), enroll=HOT)
    life.add("mia", estimated_guest_count=80)

    def act(change: Change) -> None:
        rule_book.add(change.session, draft(life), change.now)

    would = rehearse(life.studio.engine, act, "the rules were changed", enrolling=True)
    assert (would.scores, would.enrolled) == (1, {"welcome": 1})
    assert life.lead("mia").lead_score == 0
    assert life.walks("mia") == {}
    assert timeline_scores(life, "mia") == []
    with life.studio.read() as session:
        assert "Rule" not in [rule.rule_name for rule in rule_book.all_rules(session)]


def test_a_walk_that_waits_for_a_temperature_goes_on_when_a_rule_makes_it(life: Life) -> None:
    waits = {"id": "hot", "action": "wait_until", "until": {"temperature": ["hot"]}, "timeout": "90d"}
    life.given("welcome", waits, mail("hello"))
    life.add("mia", estimated_guest_count=80)
    life.tick()
    assert add_rule(life).asked_again == 1
    life.tick()
    assert life.sent("mia") == ["hello"]


def test_what_days_change_is_scored_anew_each_day_and_sequences_begin_by_it(life: Life) -> None:
    life.given("welcome", mail("hello", window="any"), enroll=HOT)
    add_rule(life, field="days_until_wedding", operator="less_than", value=158, score=90)
    life.add("mia", wedding_date=START.date() + timedelta(days=159))
    life.tick()
    assert life.lead("mia").lead_temperature is not Temperature.HOT
    life.later(DAY)
    assert life.sent("mia") == []
    life.later(DAY)
    assert life.lead("mia").lead_temperature is Temperature.HOT
    assert life.sent("mia") == ["hello"]


def test_an_adjustment_fades_day_by_day(life: Life) -> None:
    life.add("mia")
    life.happens("mia", scores.adjust, 40, reason="keen", half_life=10 * DAY)
    seen = [life.lead("mia").lead_score]
    for _ in range(3):
        for _ in range(10):
            life.later(DAY)
        seen.append(life.lead("mia").lead_score)
    assert seen == [40, 20, 10, 5]


def test_the_points_that_are_told_of_a_score_come_to_it(life: Life) -> None:
    life.add("mia", estimated_budget=600_000, wedding_venue="Kew", wedding_date=WEDDING)
    life.happens("mia", scores.adjust, 31, reason="keen", half_life=7 * DAY)
    life.clock.advance(5 * DAY)
    with life.studio.read() as session:
        told = lead_score(session, life.studio.config, life.clock.now(), life.lead("mia"))
    points = sum(rule.adjustment for rule in told.rules) + sum(one.worth for one in told.adjustments)
    assert told.total == pytest.approx(points)
    assert told.score == round(told.total)
    assert told.adjustments[0].worth == pytest.approx(31 * 0.5 ** (5 / 7))


def test_a_day_that_changes_no_score_writes_no_lead(life: Life) -> None:
    life.add("mia", "zoe")
    life.tick()
    before = life.lead("mia"), timeline_scores(life, "mia")
    life.clock.advance(DAY)
    with life.studio.read() as session:
        look = session.get_one(ScoreLook, 1).next_look_at
    life.tick()
    with life.studio.read() as session:
        after = session.get_one(ScoreLook, 1).next_look_at
    assert look is not None
    assert after is not None
    assert after - look == DAY
    assert (life.lead("mia").model_dump(), timeline_scores(life, "mia")) == (before[0].model_dump(), before[1])
    life.later(HOUR)
    with life.studio.read() as session:
        assert session.get_one(ScoreLook, 1).next_look_at == after


def test_the_first_look_of_a_studio_from_before_corrects_scores_and_begins_nothing(life: Life) -> None:
    life.given("welcome", mail("hello"), enroll=HOT)
    life.add("mia", estimated_guest_count=80)
    with life.studio.database.write() as session:  # as a version that did not look each day has left it
        rule_book.add(session, draft(life), life.clock.now())
        session.get_one(ScoreLook, 1).next_look_at = None
    life.tick()
    assert life.lead("mia").lead_temperature is Temperature.HOT
    assert "kept up to date by the day" in life.passed_over("mia")["welcome"]
    life.later(DAY)
    assert life.sent() == []


def test_new_thresholds_are_followed_by_scoring_anew(life: Life, clock: VirtualClock) -> None:
    life.add("mia", estimated_budget=300_000)
    score = life.lead("mia").lead_score
    assert 0 < score < 40
    object.__setattr__(life.studio.config.score, "warm", score)
    done = perform(life.studio.engine, nothing, "the thresholds were changed", enrolling=False)
    assert (done.scores, done.moved) == (0, 1)
    assert life.lead("mia").lead_temperature is Temperature.WARM
    assert timeline_scores(life, "mia")[1:] == []


def test_a_rule_that_cannot_be_used_any_more_stops_with_its_name_and_what_to_do(life: Life) -> None:
    life.add("mia")
    with life.studio.database.write() as session:  # as after a change of the studio's currency
        rule_book.find(session, "Real budget").criteria_value = "€2,000"
    life.clock.advance(DAY)
    with pytest.raises(ConfigurationError, match="scoring rule 'Real budget' cannot be used") as stopped:
        life.tick()
    assert stopped.value.hint == 'leadnurture rule set "Real budget" --value …'


def test_a_date_that_is_taken_can_be_scored(life: Life) -> None:
    life.add("mia", wedding_date=WEDDING, lead_status="won")
    life.add("zoe", wedding_date=WEDDING)
    life.add("ann", wedding_date=WEDDING + DAY)
    before = {name: life.lead(name).lead_score for name in ("zoe", "ann")}
    add_rule(life, field="date_available", operator="equals", value="no", score=-12)
    after = {name: life.lead(name).lead_score for name in ("zoe", "ann")}
    assert (after["zoe"], after["ann"]) == (before["zoe"] - 12, before["ann"])
