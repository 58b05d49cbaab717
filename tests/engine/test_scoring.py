"""How much a lead is worth pursuing: the sum of what its rules give, never below 0 or above 100."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leadnurture.crm.scoring import Points, Rule, score_of, temperature_of
from leadnurture.store.vocabulary import Operator, Temperature

VALUES = {"estimated_budget": 240_000, "lead_source": "referral", "tags": ["vip"], "custom_fields": {"colour": "Green"}}


def rule(field: str, operator: Operator, expected: object, points: int, weight: float = 1.0) -> Rule:
    return Rule(f"{field} {operator}", field, operator, expected, points, weight)


BUDGET = rule("estimated_budget", Operator.GREATER_THAN, 199_999, 20)
SOURCE = rule("lead_source", Operator.IN_LIST, ["referral"], 15)
VENUE = rule("wedding_venue", Operator.CONTAINS, "", 10)


def test_a_score_is_the_sum_of_what_fits_and_of_lasting_adjustments() -> None:
    score = score_of(VALUES, [BUDGET, SOURCE, VENUE], lasting=5)
    assert score.value == 40
    assert score.points == (Points(BUDGET.name, 20), Points(SOURCE.name, 15))
    assert score.lasting == 5


def test_a_weight_counts_a_rule_more_or_less() -> None:
    assert score_of(VALUES, [rule("tags", Operator.CONTAINS, "VIP", 15, weight=1.5)], 0).value == 22


def test_a_field_of_one_s_own_can_be_scored() -> None:
    assert score_of(VALUES, [rule("custom_fields.colour", Operator.EQUALS, "green", 7)], 0).value == 7


def test_nothing_fits_nothing() -> None:
    assert score_of({}, [BUDGET, SOURCE, VENUE], 0).value == 0


POINTS = st.integers(-200, 200)
RULES = st.lists(st.builds(rule, st.sampled_from(sorted(VALUES)), st.just(Operator.CONTAINS), st.just("e"), POINTS))


@given(RULES, st.integers(-500, 500))
def test_a_score_lies_between_0_and_100_and_is_its_points_in_between(rules: list[Rule], lasting: int) -> None:
    score = score_of(VALUES, rules, lasting)
    total = sum(point.adjustment for point in score.points) + lasting
    assert score.value == max(0, min(100, round(total)))


@pytest.mark.parametrize(
    ("score", "word"),
    [
        (100, Temperature.HOT),
        (70, Temperature.HOT),
        (69, Temperature.WARM),
        (40, Temperature.WARM),
        (39, Temperature.COLD),
    ],
)
def test_a_temperature_is_the_score_as_a_word(score: int, word: Temperature) -> None:
    assert temperature_of(score, hot=70, warm=40) is word
