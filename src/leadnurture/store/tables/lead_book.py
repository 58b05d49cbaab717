"""What the book of leads remembers beside the leads: lists with a name, and who was merged into whom."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, Index
from sqlmodel import Field

from leadnurture.store.tables.columns import Instant
from leadnurture.store.tables.row import Row


class LeadView(Row, table=True):
    """Filters and order of the lead list under a name; the filters as `filters_applied` shows them."""

    __tablename__ = "lead_views"

    name: str = Field(primary_key=True, max_length=100)
    filters: dict[str, Any] = Field(default_factory=dict, sa_type=JSON)
    sort_by: str = Field(max_length=40)
    sort_order: str | None = Field(default=None, max_length=4)
    page_limit: int
    created_at: datetime = Field(sa_type=Instant)


class MergedLead(Row, table=True):
    """A lead that is part of another one now. Its address and the token in its letters still mean that couple."""

    __tablename__ = "merged_leads"
    __table_args__ = (
        Index("idx_merged_leads_lead", "lead_id"),
        Index("idx_merged_leads_email", "primary_email"),
    )

    merged_id: int = Field(primary_key=True)
    lead_id: int = Field(foreign_key="leads.id", ondelete="CASCADE")
    primary_email: str = Field(max_length=255)
    unsubscribe_token: str = Field(max_length=40, unique=True)
    merged_at: datetime = Field(sa_type=Instant)
