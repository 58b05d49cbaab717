"""The closed lists of words that are stored: each by its value, each with a CHECK in its table."""

from enum import StrEnum


class LeadStatus(StrEnum):
    """Where an inquiry stands."""

    NEW = "new"
    CONTACTED = "contacted"
    QUALIFIED = "qualified"
    PROPOSAL_SENT = "proposal_sent"
    FOLLOW_UP = "follow_up"
    NEGOTIATION = "negotiation"
    WON = "won"
    LOST = "lost"
    SPAM = "spam"
    DUPLICATE = "duplicate"


CLOSED_STATUSES = frozenset({LeadStatus.WON, LeadStatus.LOST, LeadStatus.SPAM, LeadStatus.DUPLICATE})


class ContactMethod(StrEnum):
    """How a couple likes to be reached."""

    EMAIL = "email"
    PHONE = "phone"
    WHATSAPP = "whatsapp"
    TEXT = "text"


class Priority(StrEnum):
    """How soon something wants attention; of leads, sources and tasks."""

    LOW = "low"
    MEDIUM = "medium"
    HIGH = "high"
    URGENT = "urgent"


class BudgetRange(StrEnum):
    """A budget in bands of major units (pounds, euros …)."""

    UNDER_1000 = "under_1000"
    FROM_1000 = "1000_2500"
    FROM_2500 = "2500_5000"
    FROM_5000 = "5000_10000"
    FROM_10000 = "10000_plus"


class Temperature(StrEnum):
    """A lead's score, as a word."""

    HOT = "hot"
    WARM = "warm"
    COLD = "cold"


class InteractionType(StrEnum):
    """What can stand on a timeline."""

    EMAIL_SENT = "email_sent"
    EMAIL_OPENED = "email_opened"
    EMAIL_CLICKED = "email_clicked"
    PHONE_CALL = "phone_call"
    MEETING_SCHEDULED = "meeting_scheduled"
    MEETING_COMPLETED = "meeting_completed"
    PROPOSAL_SENT = "proposal_sent"
    PROPOSAL_VIEWED = "proposal_viewed"
    CONTRACT_SENT = "contract_sent"
    PAYMENT_RECEIVED = "payment_received"
    NOTE_ADDED = "note_added"
    STATUS_CHANGED = "status_changed"
    SCORE_UPDATED = "score_updated"
    WEBSITE_VISIT = "website_visit"
    SOCIAL_MEDIA_ENGAGEMENT = "social_media_engagement"
    REFERRAL_RECEIVED = "referral_received"
    # Beyond the seed: what the engine itself does and hears.
    LEAD_CREATED = "lead_created"
    LEAD_UPDATED = "lead_updated"
    EMAIL_RECEIVED = "email_received"
    EMAIL_BOUNCED = "email_bounced"
    OPTED_OUT = "opted_out"
    TAG_ADDED = "tag_added"
    TAG_REMOVED = "tag_removed"
    TASK_CREATED = "task_created"
    SEQUENCE_ENROLLED = "sequence_enrolled"
    SEQUENCE_ENDED = "sequence_ended"
    STEP_SKIPPED = "step_skipped"
    STEP_HELD = "step_held"
    STEP_FAILED = "step_failed"
    AUTOMATION_PAUSED = "automation_paused"
    AUTOMATION_RESUMED = "automation_resumed"
    BOOKING_CONFIRMED = "booking_confirmed"
    MEETING_MOVED = "meeting_moved"
    MEETING_CANCELLED = "meeting_cancelled"
    SMS_SENT = "sms_sent"
    NOTIFICATION_SENT = "notification_sent"


class SourceCategory(StrEnum):
    """The kind of place that leads come from."""

    PAID_ADVERTISING = "paid_advertising"
    ORGANIC_SEARCH = "organic_search"
    SOCIAL_MEDIA = "social_media"
    REFERRAL = "referral"
    DIRECTORY = "directory"
    EMAIL_MARKETING = "email_marketing"
    DIRECT = "direct"
    PARTNERSHIP = "partnership"


class CriteriaType(StrEnum):
    """What a scoring rule looks at."""

    DEMOGRAPHIC = "demographic"
    BEHAVIORAL = "behavioral"
    ENGAGEMENT = "engagement"
    WEDDING_DETAILS = "wedding_details"
    BUDGET = "budget"
    TIMELINE = "timeline"


class Operator(StrEnum):
    """How a field is compared, in scoring rules and in conditions."""

    EQUALS = "equals"
    CONTAINS = "contains"
    GREATER_THAN = "greater_than"
    LESS_THAN = "less_than"
    BETWEEN = "between"
    IN_LIST = "in_list"


class SequenceCategory(StrEnum):
    """What a sequence is for, in the first seed's words."""

    WARM_LEAD = "warm_lead"
    COLD_LEAD = "cold_lead"
    OBJECTION_HANDLING = "objection_handling"
    FOLLOW_UP = "follow_up"
    REACTIVATION = "reactivation"
    CUSTOM = "custom"


class SequenceType(StrEnum):
    """When in a couple's story a sequence runs, in the second seed's words."""

    WELCOME = "welcome"
    NURTURE = "nurture"
    RE_ENGAGEMENT = "re_engagement"
    POST_INQUIRY = "post_inquiry"
    PRE_WEDDING = "pre_wedding"
    POST_WEDDING = "post_wedding"


class Purpose(StrEnum):
    """Why we may write: an answer, a service to a client, or marketing, which needs consent."""

    INQUIRY = "inquiry"
    SERVICE = "service"
    MARKETING = "marketing"


class EnrollmentStatus(StrEnum):
    """How a walk through a sequence stands."""

    ACTIVE = "active"
    PAUSED = "paused"
    COMPLETED = "completed"
    CANCELLED = "cancelled"
    FAILED = "failed"


class ExecutionStatus(StrEnum):
    """How one step of one enrollment stands; pending is on its way outside, waiting has begun and is not over."""

    PENDING = "pending"
    WAITING = "waiting"
    EXECUTED = "executed"
    FAILED = "failed"
    SKIPPED = "skipped"


class OutboxState(StrEnum):
    """How a frozen message stands; `refused` also covers one withdrawn before it was sent (the reason says which)."""

    QUEUED = "queued"
    IN_DOUBT = "in_doubt"
    SENT = "sent"
    REFUSED = "refused"
    PARKED = "parked"


class TaskStatus(StrEnum):
    """How a task of the owner's stands."""

    OPEN = "open"
    DONE = "done"
    CANCELLED = "cancelled"


class AppointmentStatus(StrEnum):
    """How a meeting with a couple stands."""

    SCHEDULED = "scheduled"
    DONE = "done"
    CANCELLED = "cancelled"


class ConversionType(StrEnum):
    """What a booking rests on."""

    BOOKING_CONFIRMED = "booking_confirmed"
    CONTRACT_SIGNED = "contract_signed"
    DEPOSIT_PAID = "deposit_paid"
    FULL_PAYMENT = "full_payment"
    SERVICE_COMPLETED = "service_completed"


class AttributionModel(StrEnum):
    """How a booking's value is shared over the touches before it."""

    FIRST_TOUCH = "first_touch"
    LAST_TOUCH = "last_touch"
    LINEAR = "linear"
    TIME_DECAY = "time_decay"


class ConsentKind(StrEnum):
    """What a couple agrees to: marketing messages, or that their data is kept and used at all."""

    MARKETING = "marketing"
    PROCESSING = "processing"


class ConsentOrigin(StrEnum):
    """Where a couple said what they said about their consent."""

    FORM = "form"
    MAIL = "mail"
    SPREADSHEET = "spreadsheet"
    BY_WORD = "by_word"


class ContactChannel(StrEnum):
    """A way of reaching a couple, as they opt out of it; `all` is every one of them."""

    EMAIL = "email"
    SMS = "sms"
    PHONE = "phone"
    ALL = "all"


class FigureKind(StrEnum):
    """What is counted of couples that were forgotten."""

    INQUIRY = "inquiry"
    BOOKING = "booking"
    ENROLLMENT = "enrollment"
    MESSAGE = "message"
