"""Where leads come from."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, Index
from sqlmodel import Field

from leadnurture.store.tables.columns import Instant, word
from leadnurture.store.tables.row import Row
from leadnurture.store.vocabulary import Priority, SourceCategory


class Source(Row, table=True):
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
