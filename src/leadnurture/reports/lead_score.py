"""Why a lead's score is what it is: each rule that gives points, and each lasting adjustment."""

from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from sqlmodel import Session, select

from leadnurture.config import Config
from leadnurture.crm.portrait import portrait
from leadnurture.crm.rules import active_rules
from leadnurture.crm.scoring import Points, score_of, temperature_of
from leadnurture.crm.values import Reading
from leadnurture.reports.as_of import AsOf, iso
from leadnurture.store.tables import Lead, ScoreAdjustment
from leadnurture.store.vocabulary import Temperature


@dataclass(frozen=True)
class Adjustment:
    """A lasting change of the score, with its reason; `at` in the studio's zone."""

    adjustment: int
    reason: str | None
    at: datetime

    def as_json(self) -> dict[str, Any]:
        """Return the documented keys."""
        return {"adjustment": self.adjustment, "reason": self.reason, "at": iso(self.at)}


@dataclass(frozen=True)
class LeadScore:
    """The score by today's rules, and every point of it. `score` is their sum, kept between 0 and 100."""

    score: int
    temperature: Temperature
    rules: tuple[Points, ...]
    adjustments: tuple[Adjustment, ...]

    def as_json(self) -> dict[str, Any]:
        """Return the documented keys."""
        return {
            "score": self.score,
            "temperature": self.temperature.value,
            "rules": [asdict(points) for points in self.rules],
            "adjustments": [adjustment.as_json() for adjustment in self.adjustments],
        }


def lead_score(session: Session, config: Config, now: datetime, lead: Lead) -> LeadScore:
    """Return what a lead's score is at `now`, point by point; raises ConfigurationError for a rule that can't fit."""
    query = select(ScoreAdjustment).where(ScoreAdjustment.lead_id == lead.id).order_by("created_at", "id")
    rows = session.exec(query).all()
    rules = active_rules(session, Reading.of(config))
    lasting = sum(row.adjustment for row in rows)
    score = score_of(portrait(lead, now, config.studio.zone), rules, lasting)
    as_of = AsOf.of(config, now)
    adjustments = tuple(Adjustment(row.adjustment, row.reason, as_of.local(row.created_at)) for row in rows)
    temperature = temperature_of(score.value, hot=config.score.hot, warm=config.score.warm)
    return LeadScore(score.value, temperature, score.points, adjustments)
