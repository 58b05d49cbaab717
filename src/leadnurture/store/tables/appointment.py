"""Meetings with couples."""

from datetime import datetime

from sqlalchemy import Index, UniqueConstraint
from sqlmodel import Field

from leadnurture.store.tables.columns import Instant, word
from leadnurture.store.tables.row import Row
from leadnurture.store.vocabulary import AppointmentStatus


class Appointment(Row, table=True):
    """A meeting, as calendars know it: by a `uid` that never changes, and a sequence number that grows with it.

    One that a sequence made has its enrollment and step, at most one for each.
    """

    __tablename__ = "appointments"
    __table_args__ = (
        UniqueConstraint("enrollment_id", "step_key"),
        Index("idx_appointments_status_start", "status", "starts_at"),
        Index("idx_appointments_lead", "lead_id"),
        {"sqlite_autoincrement": True},
    )

    id: int | None = Field(default=None, primary_key=True)
    lead_id: int = Field(foreign_key="leads.id", ondelete="CASCADE")
    enrollment_id: int | None = Field(default=None, foreign_key="lead_nurture_enrollments.id", ondelete="SET NULL")
    step_key: str | None = Field(default=None, max_length=100)
    uid: str = Field(max_length=100, unique=True)
    calendar_sequence: int = 0  # SEQUENCE of RFC 5545: calendars take an update only if it is higher
    title: str = Field(max_length=255)
    description: str | None = None
    location: str | None = Field(default=None, max_length=500)
    starts_at: datetime = Field(sa_type=Instant)
    ends_at: datetime = Field(sa_type=Instant)
    time_zone: str = Field(max_length=64)  # the zone on whose clocks it was agreed
    status: AppointmentStatus = Field(default=AppointmentStatus.SCHEDULED, sa_type=word(AppointmentStatus))
    invite: bool = False  # whether the step mails an invitation
    created_at: datetime = Field(sa_type=Instant)
    updated_at: datetime = Field(sa_type=Instant)
