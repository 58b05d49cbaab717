"""How much a lead is worth pursuing: the sum of what its rules give, never below 0 or above 100."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from math import fsum
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leadnurture.crm.scoring import Lasting, Points, Rule, score_of, temperature_of
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


@given(RULES, st.integers(-500, 500), st.randoms())
def test_the_order_of_the_rules_plays_no_part(rules: list[Rule], lasting: int, chance: Random) -> None:
    weighted = [replace(one, weight=1 + number / 7) for number, one in enumerate(rules)]
    shuffled = chance.sample(weighted, len(weighted))
    assert score_of(VALUES, weighted, lasting).total == score_of(VALUES, shuffled, lasting).total


@given(RULES, st.floats(-500, 500))
def test_every_point_of_a_score_is_told(rules: list[Rule], lasting: float) -> None:
    score = score_of(VALUES, rules, lasting)
    assert score.total == fsum([*(point.adjustment for point in score.points), score.lasting])
    assert score.value == max(0, min(100, round(score.total)))


MADE = datetime(2027, 1, 4, 10, tzinfo=UTC)
DAYS = st.integers(0, 3000).map(lambda days: timedelta(days=days))


def test_an_adjustment_is_worth_half_after_its_half_life_and_all_of_it_before_it_was_made() -> None:
    fading = Lasting(20, MADE, timedelta(days=30))
    worth = [fading.worth(MADE + timedelta(days=days)) for days in (-5, 0, 30, 60, 90)]
    assert worth == [20, 20, 10, 5, 2.5]
    assert Lasting(20, MADE).worth(MADE + timedelta(days=9000)) == 20


@given(st.integers(-100, 100), st.integers(1, 400), DAYS, DAYS)
def test_what_fades_never_grows_and_never_changes_its_sign(
    points: int, half: int, first: timedelta, more: timedelta
) -> None:
    fading = Lasting(points, MADE, timedelta(days=half))
    sooner, later = fading.worth(MADE + first), fading.worth(MADE + first + more)
    assert abs(later) <= abs(sooner) <= abs(points)
    assert later * points >= 0


@given(st.integers(-100, 100), st.integers(1, 400), DAYS, DAYS)
def test_fading_goes_on_from_where_it_is(points: int, half: int, first: timedelta, more: timedelta) -> None:
    fading = Lasting(points, MADE, timedelta(days=half))
    left = fading.worth(MADE + first)
    assert fading.worth(MADE + first + more) == pytest.approx(left * 0.5 ** (more / timedelta(days=half)))
