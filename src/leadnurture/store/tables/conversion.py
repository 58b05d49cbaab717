"""Bookings."""

from datetime import datetime

from sqlalchemy import Index
from sqlmodel import Field

from leadnurture.store.tables.columns import Instant, word
from leadnurture.store.tables.row import Row
from leadnurture.store.vocabulary import AttributionModel, ConversionType


class Conversion(Row, table=True):
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
