"""What holds of every condition and every lead: it is judged, always alike, by the rules of logic, and explained."""

from typing import Any

from conditions_and_leads import LONDON, NOW, STEPS, conditions, leads, read, written
from hypothesis import given
from hypothesis import strategies as st

from leadnurture.crm.portrait import portrait
from leadnurture.engine.conditions import Subject, judge
from leadnurture.sequences.condition import Condition

steps = st.frozensets(st.sampled_from(STEPS))
subjects = st.builds(
    lambda lead, replied, opened, clicked: Subject(portrait(lead, NOW, LONDON), replied, opened | clicked, clicked),
    leads(),
    st.booleans(),
    steps,
    steps,
)


@given(conditions(), subjects)
def test_every_condition_is_judged_and_the_trace_explains_the_verdict(condition: Condition, subject: Subject) -> None:
    verdict = judge(condition, subject)
    assert verdict.trace
    assert verdict.held == all(clause.held for clause in verdict.trace)
    assert (verdict.why_not == "") == verdict.held
    assert all(clause.asked and clause.actual for clause in verdict.trace)


@given(conditions(), subjects)
def test_judged_twice_it_is_the_same(condition: Condition, subject: Subject) -> None:
    assert judge(condition, subject) == judge(condition, subject)


@given(written(), subjects)
def test_not_turns_it_round(words: dict[str, Any], subject: Subject) -> None:
    held = judge(read(words), subject).held
    assert judge(read({"not": words}), subject).held is not held
    assert judge(read({"not": {"not": words}}), subject).held is held


@given(st.lists(written(), min_size=1, max_size=3), subjects)
def test_all_asks_for_each_and_any_for_one(several: list[dict[str, Any]], subject: Subject) -> None:
    held = [judge(read(words), subject).held for words in several]
    assert judge(read({"all": several}), subject).held == all(held)
    assert judge(read({"any": several}), subject).held == any(held)


@given(written(), subjects, subjects)
def test_what_a_negation_asks_does_not_hang_on_the_lead(
    words: dict[str, Any], subject: Subject, other: Subject
) -> None:
    (clause,), (again,) = (judge(read({"not": words}), one).trace for one in (subject, other))
    assert clause.asked == again.asked


@given(written(), subjects)
def test_clauses_beside_one_another_are_like_all_of_them(words: dict[str, Any], subject: Subject) -> None:
    parts = [{name: part} for name, part in words.items()]
    assert judge(read(words), subject).held == judge(read({"all": parts}), subject).held
