"""Every field of a lead: its name, what kind of value it holds, and who may set it.

Commands, spreadsheets, scoring rules, conditions and merge fields all ask here, so that a field has one meaning.
"""

from dataclasses import dataclass
from enum import StrEnum

from leadnurture.store.vocabulary import BudgetRange, ContactMethod, LeadStatus, Priority, Temperature


class Kind(StrEnum):
    """What a value is."""

    TEXT = "text"
    EMAIL = "email"
    PHONE = "phone"
    DATE = "date"
    INSTANT = "instant"
    NUMBER = "number"
    RATING = "rating"
    MONEY = "money"
    TRUTH = "truth"
    WORD = "word"
    ZONE = "zone"
    LIST = "list"
    RECORD = "record"


@dataclass(frozen=True)
class LeadField:
    """One field. `editable`: a person may set it. `optional`: it may be empty. `derived`: computed, not stored."""

    name: str
    kind: Kind
    label: str
    editable: bool = True
    optional: bool = True
    derived: bool = False
    words: type[StrEnum] | None = None
    longest: int = 255


def _read_only(
    name: str,
    kind: Kind,
    label: str,
    *,
    optional: bool = True,
    derived: bool = False,
    words: type[StrEnum] | None = None,
) -> LeadField:
    return LeadField(name, kind, label, editable=False, optional=optional, derived=derived, words=words)


_STORED = (
    LeadField("lead_source", Kind.TEXT, "Source", optional=False, longest=100),
    LeadField("source_details", Kind.RECORD, "Source details", optional=False),
    LeadField("couple_name_bride", Kind.TEXT, "First partner"),
    LeadField("couple_name_groom", Kind.TEXT, "Second partner"),
    LeadField("primary_email", Kind.EMAIL, "E-mail", optional=False),
    LeadField("secondary_email", Kind.EMAIL, "Second e-mail"),
    LeadField("primary_phone", Kind.PHONE, "Phone"),
    LeadField("secondary_phone", Kind.PHONE, "Second phone"),
    LeadField("preferred_contact_method", Kind.WORD, "Prefers", optional=False, words=ContactMethod),
    LeadField("wedding_date", Kind.DATE, "Wedding date"),
    LeadField("wedding_venue", Kind.TEXT, "Venue"),
    LeadField("wedding_location", Kind.TEXT, "Location"),
    LeadField("time_zone", Kind.ZONE, "Time zone"),
    LeadField("estimated_guest_count", Kind.NUMBER, "Guests"),
    LeadField("estimated_budget", Kind.MONEY, "Budget"),
    LeadField("budget_range", Kind.WORD, "Budget range", words=BudgetRange),
    LeadField("services_needed", Kind.LIST, "Services", optional=False),
    LeadField("specific_requirements", Kind.TEXT, "Requirements", longest=10_000),
    LeadField("additional_notes", Kind.TEXT, "Notes", longest=10_000),
    LeadField("lead_status", Kind.WORD, "Status", optional=False, words=LeadStatus),
    _read_only("lead_score", Kind.NUMBER, "Score", optional=False),
    _read_only("lead_temperature", Kind.WORD, "Temperature", optional=False, words=Temperature),
    LeadField("priority_level", Kind.WORD, "Priority", optional=False, words=Priority),
    LeadField("quality_rating", Kind.RATING, "Quality"),
    LeadField("inquiry_at", Kind.INSTANT, "Inquiry", optional=False),
    _read_only("first_contact_at", Kind.INSTANT, "First contact"),
    _read_only("last_contact_at", Kind.INSTANT, "Last contact"),
    _read_only("last_reply_at", Kind.INSTANT, "Last reply"),
    LeadField("next_follow_up_at", Kind.INSTANT, "Follow up"),
    _read_only("total_interactions", Kind.NUMBER, "Interactions", optional=False),
    _read_only("email_opens", Kind.NUMBER, "Opens", optional=False),
    _read_only("email_clicks", Kind.NUMBER, "Clicks", optional=False),
    _read_only("website_visits", Kind.NUMBER, "Website visits", optional=False),
    _read_only("converted_at", Kind.INSTANT, "Booked"),
    _read_only("conversion_value", Kind.MONEY, "Booked value"),
    LeadField("lost_reason", Kind.TEXT, "Lost because", longest=100),
    LeadField("lost_details", Kind.TEXT, "Lost, in detail", longest=10_000),
    LeadField("assigned_to_user_id", Kind.TEXT, "Assigned to", longest=100),
    LeadField("team_id", Kind.TEXT, "Team", longest=100),
    _read_only("nurture_sequence_id", Kind.TEXT, "Last sequence"),
    LeadField("automation_paused", Kind.TRUTH, "Automation paused", optional=False),
    LeadField("consent_marketing", Kind.TRUTH, "Marketing consent", optional=False),
    LeadField("consent_data_processing", Kind.TRUTH, "Data consent", optional=False),
    LeadField("gdpr_consent_date", Kind.INSTANT, "Consent given"),
    LeadField("opt_out_date", Kind.INSTANT, "Opted out", editable=False),
    _read_only("bounced_at", Kind.INSTANT, "Bounced"),
    LeadField("tags", Kind.LIST, "Tags", optional=False),
    LeadField("custom_fields", Kind.RECORD, "Other fields", editable=False, optional=False),
    _read_only("created_at", Kind.INSTANT, "Entered", optional=False),
    _read_only("updated_at", Kind.INSTANT, "Changed", optional=False),
    _read_only("date_available", Kind.TRUTH, "Date is free"),
)
_DERIVED = (
    _read_only("id", Kind.NUMBER, "Id", optional=False),
    _read_only("couple_names", Kind.TEXT, "Couple", derived=True),
    _read_only("couple_full_names", Kind.TEXT, "Couple, in full", derived=True),
    _read_only("email_domain", Kind.TEXT, "E-mail domain", optional=False, derived=True),
    _read_only("days_until_wedding", Kind.NUMBER, "Days until the wedding", derived=True),
    _read_only("days_since_inquiry", Kind.NUMBER, "Days since the inquiry", optional=False, derived=True),
    _read_only("days_since_contact", Kind.NUMBER, "Days since the last contact", derived=True),
    _read_only("days_since_reply", Kind.NUMBER, "Days since the last reply", derived=True),
)

LEAD_FIELDS: dict[str, LeadField] = {field.name: field for field in (*_STORED, *_DERIVED)}
STORED_FIELDS: tuple[LeadField, ...] = _STORED

# Short names that people type; the long ones are the seed's.
SHORT_NAMES = {
    "source": "lead_source",
    "email": "primary_email",
    "phone": "primary_phone",
    "date": "wedding_date",
    "venue": "wedding_venue",
    "location": "wedding_location",
    "timezone": "time_zone",
    "guests": "estimated_guest_count",
    "budget": "estimated_budget",
    "status": "lead_status",
    "score": "lead_score",
    "temperature": "lead_temperature",
    "priority": "priority_level",
    "rating": "quality_rating",
    "notes": "additional_notes",
    "requirements": "specific_requirements",
    "services": "services_needed",
    "follow_up": "next_follow_up_at",
    "assigned_to": "assigned_to_user_id",
}


def field_named(name: str) -> LeadField | None:
    """Return the field by its own or its short name; None if there is none."""
    return LEAD_FIELDS.get(SHORT_NAMES.get(name, name))
