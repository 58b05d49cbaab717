"""A lead as plain values, stored and derived: what rules, conditions and letters look at. Pure."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from leadnurture.crm.fields import STORED_FIELDS
from leadnurture.crm.names import couple_full_names, couple_names
from leadnurture.store.tables import Lead

_STORED_NAMES = tuple(field.name for field in STORED_FIELDS)


def portrait(lead: Lead, now: datetime, zone: ZoneInfo) -> Mapping[str, Any]:
    """Return all fields of a lead by name, with the derived ones as of `now`; days are calendar days in `zone`."""
    values = {name: getattr(lead, name) for name in _STORED_NAMES}
    values["id"] = lead.id
    values["couple_names"] = couple_names(lead.couple_name_bride, lead.couple_name_groom)
    values["couple_full_names"] = couple_full_names(lead.couple_name_bride, lead.couple_name_groom)
    values["email_domain"] = lead.primary_email.rpartition("@")[2]
    today = now.astimezone(zone).date()
    values["days_until_wedding"] = (lead.wedding_date - today).days if lead.wedding_date else None
    for name, instant in (
        ("days_since_inquiry", lead.inquiry_at),
        ("days_since_contact", lead.last_contact_at),
        ("days_since_reply", lead.last_reply_at),
    ):
        values[name] = (today - instant.astimezone(zone).date()).days if instant else None
    return values
