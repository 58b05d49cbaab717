"""Days on which no wedding can be photographed: holidays, other jobs, entries of a calendar that was imported."""

from datetime import date, datetime

from sqlalchemy import Index
from sqlmodel import Field

from leadnurture.store.tables.columns import Instant
from leadnurture.store.tables.row import Row


class BlockedDay(Row, table=True):
    """One day that is blocked, by hand or by an entry of an imported calendar (then with its `uid`)."""

    __tablename__ = "blocked_days"
    __table_args__ = (
        Index("idx_blocked_days_day", "day"),
        Index("idx_blocked_days_uid", "uid"),
        {"sqlite_autoincrement": True},
    )

    id: int | None = Field(default=None, primary_key=True)
    day: date
    reason: str | None = Field(default=None, max_length=255)
    uid: str | None = Field(default=None, max_length=255)
    created_at: datetime = Field(sa_type=Instant)
