"""Rules, lasting adjustments, and when scores are looked at next."""

from datetime import datetime

from sqlalchemy import Index
from sqlmodel import Field

from leadnurture.store.tables.columns import Instant, word
from leadnurture.store.tables.row import Row
from leadnurture.store.vocabulary import CriteriaType, Operator


class ScoringRule(Row, table=True):
    """One rule that adds to or takes from a score."""

    __tablename__ = "lead_scoring_rules"
    __table_args__ = (
        Index("idx_scoring_rules_name", "rule_name", unique=True),
        Index("idx_scoring_rules_criteria", "criteria_type"),
        Index("idx_scoring_rules_active", "is_active"),
        {"sqlite_autoincrement": True},
    )

    id: int | None = Field(default=None, primary_key=True)
    rule_name: str = Field(max_length=255)
    rule_description: str | None = None
    criteria_type: CriteriaType = Field(sa_type=word(CriteriaType))
    criteria_field: str = Field(max_length=100)
    criteria_operator: Operator = Field(sa_type=word(Operator))
    criteria_value: str
    score_adjustment: int
    rule_weight: float = 1.0
    is_active: bool = True
    rule_order: int = 0
    created_at: datetime = Field(sa_type=Instant)


class ScoreAdjustment(Row, table=True):
    """A lasting change of one lead's score, beside the rules."""

    __tablename__ = "lead_score_adjustments"
    __table_args__ = (Index("idx_score_adjustments_lead", "lead_id"), {"sqlite_autoincrement": True})

    id: int | None = Field(default=None, primary_key=True)
    lead_id: int = Field(foreign_key="leads.id", ondelete="CASCADE")
    adjustment: int
    reason: str | None = Field(default=None, max_length=255)
    notes: str | None = None
    created_at: datetime = Field(sa_type=Instant)
    half_life_minutes: int | None = None  # None: it lasts for ever


class ScoreLook(Row, table=True):
    """When scores are next looked at for what days alone change; one row. None: they never were."""

    __tablename__ = "score_look"

    id: int = Field(default=1, primary_key=True)
    next_look_at: datetime | None = Field(default=None, sa_type=Instant)
