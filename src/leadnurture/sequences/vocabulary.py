"""Every name that a letter may use, and whether it can be empty. What the names hold is in engine/personalize."""

from collections.abc import Mapping

from leadnurture.config import Config
from leadnurture.crm.fields import LEAD_FIELDS, SHORT_NAMES, Kind

# The seed's names that stand alone, and the lead's field that each means.
ALONE: Mapping[str, str] = {
    "bride_name": "couple_name_bride",
    "groom_name": "couple_name_groom",
    "couple_names": "couple_names",
    "wedding_date": "wedding_date",
    "wedding_venue": "wedding_venue",
    "wedding_location": "wedding_location",
    "estimated_budget": "estimated_budget",
    "lead_score": "lead_score",
    "days_since_inquiry": "days_since_inquiry",
}
LEAD_NAMES: Mapping[str, str] = {
    **{name: name for name in LEAD_FIELDS},
    **SHORT_NAMES,
    "name": "couple_names",
    "first_name": "first_name",
    "partner_name": "partner_name",
}
# Records whose keys are the photographer's own.
OPEN_NAMES = ("custom_fields", "custom", "clientQuestions", "source_details")
OWNER_NAMES = ("id", "name", "email", "phone", "address")
STUDIO_NAMES = ("name", "public_url", "timezone", "country", "currency")
DATES = ("today", "currentDate")
UNSUBSCRIBE = "unsubscribe"  # a link by which the couple asks for no more letters


# Names that are taken by Jinja or by what it calls so in every text.
_JINJA = frozenset("and else false if in is loop none not or true days self super caller varargs kwargs".split())


def is_taken(name: str) -> bool:
    """Tell whether a name means something already, so that nothing else can be called so."""
    records = ("lead", "owner", "coach", "studio", "appointment")
    return name in {*records, *ALONE, *DATES} or name.lower() in _JINJA


def known_names() -> list[str]:
    """Return all names in the form a letter uses them."""
    return [
        *(f"lead.{name}" for name in LEAD_NAMES),
        *(f"{record}.{name}" for record in ("owner", "coach") for name in OWNER_NAMES),
        *(f"studio.{name}" for name in STUDIO_NAMES),
        *ALONE,
        *DATES,
        UNSUBSCRIBE,
    ]


def may_be_empty(name: str, config: Config) -> bool:
    """Tell whether a known name can have no value: an optional field, or something the config leaves open."""
    record, _, field = name.partition(".")
    if record == "lead" or name in ALONE:
        meant = LEAD_NAMES.get(field, field) if record == "lead" else ALONE[name]
        return meant not in LEAD_FIELDS or LEAD_FIELDS[meant].optional or LEAD_FIELDS[meant].kind is Kind.LIST
    if record in {"owner", "coach"}:
        return field != "id" and getattr(config.owner, field, None) is None
    return record == "studio" and getattr(config.studio, field, None) is None
