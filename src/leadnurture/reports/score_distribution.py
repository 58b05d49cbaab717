"""How the scores are spread: five ranges, the average and the median."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import chain, repeat
from statistics import median
from typing import Any

from sqlalchemy import func
from sqlmodel import Session, col, select

from leadnurture.store.tables.lead import Lead

RANGES = ((0, 20), (21, 40), (41, 60), (61, 80), (81, 100))


@dataclass(frozen=True)
class ScoreRange:
    """How many leads have a score from `lowest` to `highest`, both included, and how many percent of all that is."""

    lowest: int
    highest: int
    leads: int
    percent: float

    def as_json(self) -> dict[str, Any]:
        """Return the documented keys."""
        return {"from": self.lowest, "to": self.highest, "leads": self.leads, "percent": self.percent}


@dataclass(frozen=True)
class ScoreDistribution:
    """The ranges from low to high; average and median to one decimal, None without leads."""

    ranges: tuple[ScoreRange, ...]
    total: int
    average: float | None
    median: float | None

    def as_json(self) -> dict[str, Any]:
        """Return the documented keys."""
        ranges = [one.as_json() for one in self.ranges]
        return {
            "ranges": ranges,
            "total_leads": self.total,
            "average_score": self.average,
            "median_score": self.median,
        }


def score_distribution(session: Session) -> ScoreDistribution:
    """Return how the stored scores of all leads are spread."""
    query = select(Lead.lead_score, func.count()).group_by(col(Lead.lead_score)).order_by(col(Lead.lead_score))
    return distribution_of(dict(session.exec(query).all()))


def distribution_of(counts: Mapping[int, int]) -> ScoreDistribution:
    """Return how scores are spread, given how many leads have each. Pure."""
    total = sum(counts.values())
    if not total:
        return ScoreDistribution(tuple(ScoreRange(*ends, 0, 0.0) for ends in RANGES), 0, None, None)
    scores: Sequence[int] = list(chain.from_iterable(repeat(score, counts[score]) for score in sorted(counts)))
    ranges = tuple(_range(lowest, highest, counts, total) for lowest, highest in RANGES)
    return ScoreDistribution(ranges, total, round(sum(scores) / total, 1), round(float(median(scores)), 1))


def _range(lowest: int, highest: int, counts: Mapping[int, int], total: int) -> ScoreRange:
    leads = sum(number for score, number in counts.items() if lowest <= score <= highest)
    return ScoreRange(lowest, highest, leads, round(100 * leads / total, 1))
