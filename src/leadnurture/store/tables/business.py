"""What stands around leads: sources, scoring, tasks and conversions."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, Index
from sqlmodel import Field, SQLModel

from leadnurture.store.tables.columns import Instant, word
from leadnurture.store.vocabulary import (
    AttributionModel,
    ConversionType,
    CriteriaType,
    Operator,
    Priority,
    SourceCategory,
    TaskStatus,
)


class Source(SQLModel, table=True):
    """A place that leads come from. Its totals are questions (reports), not columns that can go stale."""

    __tablename__ = "lead_sources"
    __table_args__ = (
        Index("idx_lead_sources_name", "source_name", unique=True),
        Index("idx_lead_sources_category", "source_category"),
        {"sqlite_autoincrement": True},
    )

    id: int | None = Field(default=None, primary_key=True)
    source_name: str = Field(max_length=100)
    source_category: SourceCategory = Field(sa_type=word(SourceCategory))
    tracking_url: str | None = None
    utm_parameters: dict[str, Any] = Field(default_factory=dict, sa_type=JSON)
    conversion_tracking_code: str | None = None
    cost_per_lead: int = 0  # minor units
    is_active: bool = True
    auto_assign_to_user_id: str | None = Field(default=None, max_length=100)
    default_priority: Priority = Field(default=Priority.MEDIUM, sa_type=word(Priority))
    created_at: datetime = Field(sa_type=Instant)
    updated_at: datetime = Field(sa_type=Instant)
    cost_per_month: int | None = None  # minor units


class ScoringRule(SQLModel, table=True):
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


class ScoreAdjustment(SQLModel, table=True):
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


class ScoreLook(SQLModel, table=True):
    """When scores are next looked at for what days alone change; one row. None: they never were."""

    __tablename__ = "score_look"

    id: int = Field(default=1, primary_key=True)
    next_look_at: datetime | None = Field(default=None, sa_type=Instant)


class Task(SQLModel, table=True):
    """Something for the owner to do."""

    __tablename__ = "tasks"
    __table_args__ = (
        Index("idx_tasks_status_due", "status", "due_at"),
        Index("idx_tasks_lead", "lead_id"),
        {"sqlite_autoincrement": True},
    )

    id: int | None = Field(default=None, primary_key=True)
    lead_id: int | None = Field(default=None, foreign_key="leads.id", ondelete="CASCADE")
    enrollment_id: int | None = Field(default=None, foreign_key="lead_nurture_enrollments.id", ondelete="SET NULL")
    title: str = Field(max_length=255)
    description: str | None = None
    task_type: str = Field(default="nurture_follow_up", max_length=40)
    priority: Priority = Field(default=Priority.MEDIUM, sa_type=word(Priority))
    status: TaskStatus = Field(default=TaskStatus.OPEN, sa_type=word(TaskStatus))
    assigned_to: str | None = Field(default=None, max_length=100)
    tags: list[str] = Field(default_factory=list, sa_type=JSON)
    due_at: datetime | None = Field(default=None, sa_type=Instant)
    done_at: datetime | None = Field(default=None, sa_type=Instant)
    created_at: datetime = Field(sa_type=Instant)
    updated_at: datetime = Field(sa_type=Instant)


class Conversion(SQLModel, table=True):
    """A booking, with its value and where it came from."""

    __tablename__ = "lead_conversions"
    __table_args__ = (
        Index("idx_conversions_lead", "lead_id"),
        Index("idx_conversions_date", "conversion_date"),
        {"sqlite_autoincrement": True},
    )

    id: int | None = Field(default=None, primary_key=True)
    lead_id: int = Field(foreign_key="leads.id", ondelete="CASCADE")
    conversion_type: ConversionType = Field(sa_type=word(ConversionType))
    conversion_value: int  # minor units
    conversion_date: datetime = Field(sa_type=Instant)
    first_touch_source: str | None = Field(default=None, max_length=100)
    last_touch_source: str | None = Field(default=None, max_length=100)
    touch_points_count: int = 0
    attribution_model: AttributionModel = Field(default=AttributionModel.LAST_TOUCH, sa_type=word(AttributionModel))
    days_to_conversion: int | None = None
    total_interactions: int = 0
    nurture_sequences_completed: int = 0
    attributed_revenue: int | None = None  # minor units
    commission_amount: int | None = None  # minor units
    notes: str | None = None
    created_at: datetime = Field(sa_type=Instant)
