"""Leads."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, Index
from sqlmodel import Field

from leadnurture.store.tables.columns import Instant, word
from leadnurture.store.tables.row import Row
from leadnurture.store.vocabulary import BudgetRange, ContactMethod, LeadStatus, Priority, Temperature


class Lead(Row, table=True):
    """A couple's inquiry. The two `couple_name_*` fields hold the two partners, whoever they are."""

    __tablename__ = "leads"
    __table_args__ = (
        Index("idx_leads_status", "lead_status"),
        Index("idx_leads_source", "lead_source"),
        Index("idx_leads_score", "lead_score"),
        Index("idx_leads_wedding_date", "wedding_date"),
        Index("idx_leads_follow_up", "next_follow_up_at"),
        Index("idx_leads_created", "created_at"),
        Index("idx_leads_email", "primary_email", unique=True),
        Index("idx_leads_inquiry", "inquiry_at"),
        Index("idx_leads_updated", "updated_at"),
        Index("idx_leads_second_email", "secondary_email"),
        Index("idx_leads_phone", "primary_phone"),
        Index("idx_leads_second_phone", "secondary_phone"),
        Index(  # has all that most lists ask, so that their summary reads no lead
            "idx_leads_standing",
            "lead_status",
            "lead_score",
            "lead_source",
            "priority_level",
            "lead_temperature",
            "inquiry_at",
            "wedding_date",
        ),
        {"sqlite_autoincrement": True},
    )

    id: int | None = Field(default=None, primary_key=True)
    lead_source: str = Field(max_length=100)
    source_details: dict[str, Any] = Field(default_factory=dict, sa_type=JSON)

    couple_name_bride: str | None = Field(default=None, max_length=255)
    couple_name_groom: str | None = Field(default=None, max_length=255)
    primary_email: str = Field(max_length=255)
    secondary_email: str | None = Field(default=None, max_length=255)
    primary_phone: str | None = Field(default=None, max_length=32)
    secondary_phone: str | None = Field(default=None, max_length=32)
    preferred_contact_method: ContactMethod = Field(default=ContactMethod.EMAIL, sa_type=word(ContactMethod))

    wedding_date: date | None = None
    wedding_venue: str | None = None
    wedding_location: str | None = Field(default=None, max_length=255)
    time_zone: str | None = Field(default=None, max_length=64)  # IANA name; None is the studio's
    estimated_guest_count: int | None = None
    estimated_budget: int | None = None  # minor units of the studio's currency
    budget_range: BudgetRange | None = Field(default=None, sa_type=word(BudgetRange))

    services_needed: list[str] = Field(default_factory=list, sa_type=JSON)
    specific_requirements: str | None = None
    additional_notes: str | None = None

    lead_status: LeadStatus = Field(default=LeadStatus.NEW, sa_type=word(LeadStatus))
    lead_score: int = 0
    lead_temperature: Temperature = Field(default=Temperature.COLD, sa_type=word(Temperature))
    priority_level: Priority = Field(default=Priority.MEDIUM, sa_type=word(Priority))
    quality_rating: float | None = None

    inquiry_at: datetime = Field(sa_type=Instant)
    first_contact_at: datetime | None = Field(default=None, sa_type=Instant)
    last_contact_at: datetime | None = Field(default=None, sa_type=Instant)
    last_reply_at: datetime | None = Field(default=None, sa_type=Instant)
    next_follow_up_at: datetime | None = Field(default=None, sa_type=Instant)
    total_interactions: int = 0
    email_opens: int = 0
    email_clicks: int = 0
    website_visits: int = 0

    converted_at: datetime | None = Field(default=None, sa_type=Instant)
    conversion_value: int | None = None  # minor units
    lost_reason: str | None = Field(default=None, max_length=100)
    lost_details: str | None = None

    assigned_to_user_id: str | None = Field(default=None, max_length=100)
    team_id: str | None = Field(default=None, max_length=100)

    nurture_sequence_id: str | None = Field(default=None, max_length=100)  # the sequence that enrolled it last
    automation_paused: bool = False

    consent_marketing: bool = False
    consent_data_processing: bool = False
    gdpr_consent_date: datetime | None = Field(default=None, sa_type=Instant)
    opt_out_date: datetime | None = Field(default=None, sa_type=Instant)
    bounced_at: datetime | None = Field(default=None, sa_type=Instant)
    unsubscribe_token: str = Field(max_length=40, unique=True)

    tags: list[str] = Field(default_factory=list, sa_type=JSON)
    custom_fields: dict[str, Any] = Field(default_factory=dict, sa_type=JSON)
    created_at: datetime = Field(sa_type=Instant)
    updated_at: datetime = Field(sa_type=Instant)
    date_available: bool | None = None  # whether the wedding date is free for them; null without a date
