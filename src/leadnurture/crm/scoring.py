"""How much a lead is worth pursuing: rules and lasting adjustments into a score from 0 to 100. Pure."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import fsum
from typing import Any

from leadnurture.crm.operators import holds, value_at
from leadnurture.store.vocabulary import Operator, Temperature

LOWEST, HIGHEST = 0, 100


@dataclass(frozen=True)
class Rule:
    """A scoring rule, its expected value already read for its field; `value` is how it was written."""

    name: str
    field: str
    operator: Operator
    expected: Any
    adjustment: int
    weight: float = 1.0
    value: str = ""


@dataclass(frozen=True)
class Points:
    """What one rule gave."""

    rule_name: str
    adjustment: float


@dataclass(frozen=True)
class Lasting:
    """A lasting adjustment, made at an instant; with a half-life it fades, without one it does not."""

    adjustment: int
    at: datetime
    half_life: timedelta | None = None

    def worth(self, now: datetime) -> float:
        """Return what is left of it at `now`: half after one half-life, a quarter after two; all of it before `at`."""
        if self.half_life is None:
            return float(self.adjustment)
        passed = max(now - self.at, timedelta())
        return float(self.adjustment * 0.5 ** (passed / self.half_life))


@dataclass(frozen=True)
class Score:
    """A score and every point of it: `value` is `total` rounded and kept from 0 to 100."""

    value: int
    points: tuple[Points, ...]
    lasting: float
    total: float


class Scorer:
    """Scores leads by the same rules, one after the other; it remembers what a rule has said of a field's value."""

    def __init__(self, rules: Iterable[Rule]) -> None:
        self._parts = [(rule, Points(rule.name, rule.adjustment * rule.weight), dict[Any, bool]()) for rule in rules]

    def score(self, values: Mapping[str, Any], lasting: float) -> Score:
        """Return the score of a lead's values, plus the sum of its lasting adjustments.

        Points are added without rounding in between, so that the order of the rules plays no part.
        """
        given = []
        for rule, points, known in self._parts:
            try:
                fits = known[values[rule.field]]
            except (KeyError, TypeError):  # not asked yet, a field inside a record, or a value such as a list
                fits = _learned(rule, values, known)
            if fits:
                given.append(points)
        total = fsum((*(points.adjustment for points in given), lasting))
        return Score(max(LOWEST, min(HIGHEST, round(total))), tuple(given), lasting, total)


def _learned(rule: Rule, values: Mapping[str, Any], known: dict[Any, bool]) -> bool:
    """Return what a rule says, and remember it for fields that stand by themselves: inside records, types differ."""
    actual = value_at(values, rule.field)
    fits = holds(rule.operator, actual, rule.expected)
    if rule.field in values and not isinstance(actual, list | dict):
        known[actual] = fits
    return fits


def score_of(values: Mapping[str, Any], rules: Iterable[Rule], lasting: float) -> Score:
    """Return the score of one lead's values under the rules, plus the sum of its lasting adjustments."""
    return Scorer(rules).score(values, lasting)


def worth_of(adjustments: Iterable[Lasting], now: datetime) -> float:
    """Return what a lead's lasting adjustments come to at `now`."""
    return fsum(one.worth(now) for one in adjustments)


def temperature_of(score: int, *, hot: int, warm: int) -> Temperature:
    """Return the score as a word: from `hot` on hot, from `warm` on warm, below cold."""
    if score >= hot:
        return Temperature.HOT
    return Temperature.WARM if score >= warm else Temperature.COLD
