"""Why a lead's score is what it is: each rule that gives points, and each lasting adjustment."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlmodel import Session, col, select

from leadnurture.config import Config
from leadnurture.crm.fields import Kind
from leadnurture.crm.lasting import lasting_of
from leadnurture.crm.operators import shown, value_at
from leadnurture.crm.rules import active_rules
from leadnurture.crm.scores import scored_values
from leadnurture.crm.scoring import Points, Rule, score_of, temperature_of, worth_of
from leadnurture.crm.scoring_fields import rule_field
from leadnurture.crm.values import Reading
from leadnurture.money import format_money
from leadnurture.reports.as_of import AsOf, iso
from leadnurture.sequences.duration import Duration
from leadnurture.store.tables.lead import Lead
from leadnurture.store.tables.scoring import ScoreAdjustment
from leadnurture.store.vocabulary import Temperature

_DAY = timedelta(days=1)


@dataclass(frozen=True)
class RulePoints:
    """What one rule gives, and why: what it asks, and what is there."""

    rule_name: str
    adjustment: float
    asked: str
    actual: str


@dataclass(frozen=True)
class Adjustment:
    """A lasting change of the score, with its reason; `at` in the studio's zone, `worth` what is left of it now."""

    adjustment: int
    reason: str | None
    at: datetime
    worth: float
    half_life: Duration | None

    def as_json(self) -> dict[str, Any]:
        """Return the documented keys."""
        told = {"at": iso(self.at), "half_life": str(self.half_life) if self.half_life else None}
        return vars(self) | told | {"worth": round(self.worth, 2)}


@dataclass(frozen=True)
class LeadScore:
    """The score by today's rules, and every point of it. `score` is `total` rounded and kept between 0 and 100."""

    score: int
    temperature: Temperature
    total: float
    rules: tuple[RulePoints, ...]
    adjustments: tuple[Adjustment, ...]

    def as_json(self) -> dict[str, Any]:
        """Return the documented keys."""
        return {
            "score": self.score,
            "temperature": self.temperature.value,
            "total": round(self.total, 2),
            "rules": [vars(points) for points in self.rules],
            "adjustments": [adjustment.as_json() for adjustment in self.adjustments],
        }


def lead_score(session: Session, config: Config, now: datetime, lead: Lead) -> LeadScore:
    """Return what a lead's score is at `now`, point by point; raises ConfigurationError for a rule that can't fit."""
    query = select(ScoreAdjustment).where(ScoreAdjustment.lead_id == lead.id)
    rows = session.exec(query.order_by(col(ScoreAdjustment.created_at), col(ScoreAdjustment.id))).all()
    rules = active_rules(session, Reading.of(config))
    values = scored_values(session, lead, rules, now, config.studio.zone)
    score = score_of(values, rules, worth_of(map(lasting_of, rows), now))
    by_name = {rule.name: rule for rule in rules}
    as_of, currency = AsOf.of(config, now), config.studio.currency
    return LeadScore(
        score=score.value,
        temperature=temperature_of(score.value, hot=config.score.hot, warm=config.score.warm),
        total=score.total,
        rules=tuple(_explained(points, by_name[points.rule_name], values, currency) for points in score.points),
        adjustments=tuple(_adjustment(row, as_of, now) for row in rows),
    )


def _explained(points: Points, rule: Rule, values: Any, currency: str) -> RulePoints:
    actual = value_at(values, rule.field)
    is_money = actual is not None and rule_field(rule.field).kind is Kind.MONEY
    asked = f"{rule.field} {rule.operator.value.replace('_', ' ')} {rule.value or 'anything'}"
    there = format_money(actual, currency) if is_money else shown(actual)
    return RulePoints(rule.name, points.adjustment, asked, there)


def _adjustment(row: ScoreAdjustment, as_of: AsOf, now: datetime) -> Adjustment:
    lasting = lasting_of(row)
    half_life = None if lasting.half_life is None else Duration(lasting.half_life.days, lasting.half_life % _DAY)
    return Adjustment(row.adjustment, row.reason, as_of.local(row.created_at), lasting.worth(now), half_life)
