"""A lead's timeline and touches."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, Index
from sqlmodel import Field

from leadnurture.store.tables.columns import Instant, word
from leadnurture.store.tables.row import Row
from leadnurture.store.vocabulary import InteractionType


class Interaction(Row, table=True):
    """One entry of a lead's timeline; appended, never changed."""

    __tablename__ = "lead_interactions"
    __table_args__ = (
        Index("idx_lead_interactions_lead_id", "lead_id", "created_at"),
        Index("idx_lead_interactions_type", "interaction_type"),
        {"sqlite_autoincrement": True},
    )

    id: int | None = Field(default=None, primary_key=True)
    lead_id: int = Field(foreign_key="leads.id", ondelete="CASCADE")
    user_id: str | None = Field(default=None, max_length=100)  # owner, lead or engine: who did it
    interaction_type: InteractionType = Field(sa_type=word(InteractionType))
    interaction_subject: str | None = Field(default=None, max_length=255)
    interaction_content: str | None = None
    interaction_metadata: dict[str, Any] = Field(default_factory=dict, sa_type=JSON)
    interaction_outcome: str | None = Field(default=None, max_length=100)
    follow_up_required: bool = False
    follow_up_date: datetime | None = Field(default=None, sa_type=Instant)
    created_at: datetime = Field(sa_type=Instant)


class Touch(Row, table=True):
    """One dated contact of a lead with a source; what attribution shares a booking over."""

    __tablename__ = "lead_touches"
    __table_args__ = (Index("idx_lead_touches_lead", "lead_id", "touched_at"), {"sqlite_autoincrement": True})

    id: int | None = Field(default=None, primary_key=True)
    lead_id: int = Field(foreign_key="leads.id", ondelete="CASCADE")
    source_name: str = Field(max_length=100)
    details: dict[str, Any] = Field(default_factory=dict, sa_type=JSON)
    touched_at: datetime = Field(sa_type=Instant)
