"""How much a lead is worth pursuing: rules and lasting adjustments into a score from 0 to 100. Pure."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from leadnurture.crm.operators import holds, value_at
from leadnurture.store.vocabulary import Operator, Temperature

LOWEST, HIGHEST = 0, 100


@dataclass(frozen=True)
class Rule:
    """A scoring rule, its expected value already read for its field."""

    name: str
    field: str
    operator: Operator
    expected: Any
    adjustment: int
    weight: float = 1.0


@dataclass(frozen=True)
class Points:
    """What one rule gave."""

    rule_name: str
    adjustment: float


@dataclass(frozen=True)
class Score:
    """A score and every point of it: `value` is the clamped sum of the points and the lasting adjustments."""

    value: int
    points: tuple[Points, ...]
    lasting: int


def score_of(values: Mapping[str, Any], rules: Iterable[Rule], lasting: int) -> Score:
    """Return the score of a lead's values under the rules, plus the sum of its lasting adjustments."""
    points = tuple(
        Points(rule.name, rule.adjustment * rule.weight)
        for rule in rules
        if holds(rule.operator, value_at(values, rule.field), rule.expected)
    )
    total = sum(point.adjustment for point in points) + lasting
    return Score(max(LOWEST, min(HIGHEST, round(total))), points, lasting)


def temperature_of(score: int, *, hot: int, warm: int) -> Temperature:
    """Return the score as a word: from `hot` on hot, from `warm` on warm, below cold."""
    if score >= hot:
        return Temperature.HOT
    return Temperature.WARM if score >= warm else Temperature.COLD
