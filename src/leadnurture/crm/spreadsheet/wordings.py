"""The words that wedding photographers and couples use for a lead's fields and statuses; no logic.

All are compared by `meanings.squashed`: case, blanks, punctuation and accents make no difference. The fields' own names
and their short ones are understood besides.
"""

from collections.abc import Mapping

from leadnurture.store.vocabulary import ContactMethod, LeadStatus, Priority

LANDING_PAGES = ("landing_url", "landing page", "landing page url", "page url", "submission url", "form page")
HEADERS: Mapping[str, tuple[str, ...]] = {
    "lead_source": (
        "where did you hear about us", "where did you hear about me", "where did you hear of us",
        "where did you find us", "where did you find me", "how did you hear about us", "how did you hear about me",
        "how did you hear of us", "how did you find us", "how did you find me", "how they found us",
        "how they found me", "how they heard", "heard about us", "heard via", "heard from", "found us", "found via",
        "found through", "came from", "came via", "referral source", "enquiry source", "inquiry source",
        "marketing source", "channel", "origin",
    ),
    "primary_email": (
        "mail", "email address", "mail address", "email 1", "primary email address", "main email", "contact email",
        "client email", "customer email", "couple email", "bride email", "brides email", "bride email address",
        "brides email address", "partner 1 email", "first partner email",
    ),
    "secondary_email": (
        "email 2", "second email", "other email", "alternative email", "alternate email", "additional email",
        "secondary email address", "groom email", "grooms email", "groom email address", "grooms email address",
        "partner email", "partners email", "partner 2 email", "second partner email",
    ),
    "primary_phone": (
        "phone number", "phone no", "telephone", "telephone number", "telephone no", "tel", "tel no", "tel number",
        "mobile", "mobile number", "mobile no", "mobile phone", "mob", "mob no", "cell", "cell phone", "cell number",
        "phone 1", "mobile 1", "contact number", "contact no", "contact phone", "contact tel", "main phone",
        "bride phone", "brides phone", "bride mobile", "brides mobile", "bride tel", "partner 1 phone",
        "whatsapp number",
    ),
    "secondary_phone": (
        "phone 2", "phone number 2", "second phone", "second phone number", "other phone", "mobile 2", "tel 2",
        "alternative phone", "alternative number", "alternate phone", "additional phone", "groom phone",
        "grooms phone", "groom mobile", "grooms mobile", "groom tel", "partner phone", "partners phone",
        "partner 2 phone", "home phone", "landline",
    ),
    "preferred_contact_method": (
        "preferred contact", "contact method", "contact preference", "prefers", "best way to contact you",
        "how would you like to be contacted", "how should we contact you", "contact by",
    ),
    "wedding_date": (
        "date of wedding", "date of the wedding", "wedding day", "wedding", "event date", "date of event",
        "ceremony date", "big day", "date of big day", "when is the wedding", "when is your wedding",
        "when is the big day", "when are you getting married", "date required", "shoot date", "project date",
    ),
    "wedding_venue": (
        "where", "venue name", "name of venue", "venues", "reception venue", "ceremony venue", "event venue",
        "where is the wedding", "where is your wedding", "where are you getting married",
    ),
    "wedding_location": (
        "town", "city", "town city", "area", "place", "region", "county", "venue location", "venue town",
        "venue address", "location of wedding", "location of venue", "event location",
    ),
    "time_zone": (
        "zone", "tz", "their time zone", "lead time zone", "couple time zone", "couples time zone", "client time zone",
        "local time zone", "time zone name", "which time zone are you in", "what time zone are you in",
    ),
    "estimated_guest_count": (
        "guest", "guest count", "number of guests", "no of guests", "nr of guests", "num guests", "guest number",
        "guest numbers", "guests approx", "approx guests", "how many guests", "estimated guests", "guest estimate",
        "headcount", "pax", "party size", "size of wedding", "wedding size",
    ),
    "estimated_budget": (
        "photo budget", "photography budget", "photographer budget", "wedding photography budget", "approx budget",
        "approximate budget", "max budget", "budget approx", "what is your photography budget", "spend",
    ),
    "budget_range": ("budget band", "budget bracket"),
    "services_needed": (
        "services required", "services wanted", "service", "package", "packages", "package interest",
        "package interested in", "interested in", "coverage", "collection", "what are you interested in",
    ),
    "specific_requirements": ("special requests", "special requirements", "requests", "request"),
    "additional_notes": (
        "note", "comment", "comments", "message", "messages", "enquiry message", "inquiry message", "remarks",
        "remark", "details", "other details", "more details", "additional information", "additional info",
        "additional comments", "other information", "other info", "further information", "info", "anything else",
        "tell us about your day", "tell me about your day", "tell us about your wedding",
        "tell me about your wedding", "tell me more", "tell us more",
    ),
    "lead_status": (
        "stage", "lead stage", "enquiry status", "inquiry status", "booking status", "progress", "outcome",
    ),
    "priority_level": ("importance", "urgency"),
    "quality_rating": ("quality", "stars", "lead rating", "lead quality"),
    "inquiry_at": (
        "date of enquiry", "date of inquiry", "enquiry", "inquiry", "enquiry date", "inquiry date", "date enquired",
        "date inquired", "enquired", "inquired", "enquired on", "enquiry received", "date received", "received",
        "received on", "date of first contact", "date contacted us", "date added", "lead date", "date in",
        "timestamp", "submitted", "submitted at", "submitted on", "submission date", "date submitted",
        "first enquiry", "first enquired",
    ),
    "next_follow_up_at": (
        "next follow up", "follow up date", "follow up on", "chase", "chase date", "chase on", "next contact",
        "next action date", "reminder", "reminder date", "call back",
    ),
    "lost_reason": ("lost because", "reason lost", "reason for losing", "why lost", "reason for loss"),
    "assigned_to_user_id": ("assigned to", "owner", "photographer", "lead photographer", "handled by", "assignee"),
    "team_id": ("team",),
    "automation_paused": ("paused", "automation off"),
    "consent_marketing": (
        "marketing consent", "marketing opt in", "opt in", "newsletter", "newsletter sign up", "subscribed",
        "ok to email", "consent to marketing", "mailing list",
    ),
    "consent_data_processing": (
        "data consent", "gdpr", "gdpr consent", "privacy consent", "privacy policy accepted",
        "data processing consent",
    ),
    "gdpr_consent_date": ("consent date", "date of consent"),
    "opt_out_date": (
        "opt out", "opted out", "opted out at", "opted out on", "unsubscribed", "unsubscribe", "unsubscribed at",
        "do not contact", "do not email", "dont contact", "dont email", "no emails",
    ),
    "tags": ("tag", "labels", "label", "keywords"),
}  # fmt: skip

# How people call one partner, the other, or both; with the words below: `Bride's first name`, `Client surname`.
PARTNERS: Mapping[str, tuple[str, ...]] = {
    "couple_name_bride": (
        "bride", "brides", "bride 1", "partner 1", "partner 1s", "partner one", "partner a", "person 1", "client 1",
        "first partner", "partner 1 bride", "spouse 1",
    ),
    "couple_name_groom": (
        "groom", "grooms", "bride 2", "partner 2", "partner 2s", "partner two", "partner b", "person 2", "client 2",
        "second partner", "partner 2 groom", "spouse 2", "partner", "partners", "your partner", "your partners",
        "fiance", "fiances", "fiancee", "fiancees", "spouse", "other half",
    ),
    "couple": ("couple", "couples", "client", "clients", "customer", "main contact", "the couple"),
}  # fmt: skip
NOBODY = ("", "your", "contact", "lead")  # these alone name nobody, but `Your names` and `Contact name` mean the couple
WHOLE_NAMES = ("name", "full name", "names", "full names")
FIRST_NAMES = ("first name", "first names", "forename", "forenames", "given name", "first")
LAST_NAMES = ("last name", "last names", "surname", "surnames", "family name", "last")

SPOKEN: Mapping[str, Mapping[str, tuple[str, ...]]] = {
    "lead_status": {
        LeadStatus.NEW: (
            "enquiry", "inquiry", "new enquiry", "new inquiry", "new lead", "enquired", "inquired", "lead", "open",
        ),
        LeadStatus.CONTACTED: (
            "replied", "replied to", "responded", "answered", "emailed", "called", "spoken to", "in contact",
            "in touch", "brochure sent", "info sent", "awaiting reply", "awaiting response",
        ),
        LeadStatus.PROPOSAL_SENT: ("proposal", "quoted", "quote", "quote sent", "offer sent", "estimate sent"),
        LeadStatus.FOLLOW_UP: ("following up", "followed up", "to follow up", "chasing", "chase", "chased"),
        LeadStatus.NEGOTIATION: ("negotiating", "in negotiation"),
        LeadStatus.WON: (
            "booked", "booked in", "booking", "booking confirmed", "confirmed", "converted", "client",
            "contract signed", "signed", "deposit paid", "paid", "paid in full", "completed",
        ),
        LeadStatus.LOST: (
            "declined", "rejected", "not booked", "did not book", "gone elsewhere", "went elsewhere",
            "booked elsewhere", "booked someone else", "not interested", "unavailable", "not available", "cancelled",
            "canceled", "too expensive",
        ),
        LeadStatus.SPAM: ("junk",),
        LeadStatus.DUPLICATE: ("dupe",),
    },
    "preferred_contact_method": {
        ContactMethod.EMAIL: ("e-mail", "mail", "by email"),
        ContactMethod.PHONE: ("telephone", "tel", "mobile", "call", "phone call", "by phone"),
        ContactMethod.WHATSAPP: ("whats app",),
        ContactMethod.TEXT: ("text message", "sms"),
    },
    "priority_level": {
        Priority.MEDIUM: ("med", "normal", "standard"),
        Priority.HIGH: ("important",),
        Priority.URGENT: ("asap",),
    },
}  # fmt: skip
