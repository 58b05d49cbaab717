"""Gathering what conditions look at: a lead that might enter, or one inside a walk."""

from datetime import datetime
from zoneinfo import ZoneInfo

from sqlmodel import Session

from leadnurture.crm.engagement import engaged_steps
from leadnurture.crm.portrait import portrait
from leadnurture.engine.conditions import Subject
from leadnurture.sequences.sequence import Sequence
from leadnurture.store.tables.lead import Lead
from leadnurture.store.tables.sequence import Enrollment


def entering(lead: Lead, now: datetime, zone: ZoneInfo) -> Subject:
    """Return what an entry condition looks at as of `now`, days being those of `zone`; any reply counts."""
    return Subject(portrait(lead, now, zone), replied=lead.last_reply_at is not None)


def walking(
    session: Session, lead: Lead, enrollment: Enrollment, sequence: Sequence, now: datetime, zone: ZoneInfo
) -> Subject:
    """Return what the conditions of a walk's steps look at: a reply counts from its beginning on, mails are its own.

    What became of the mails is looked up only for sequences that ask.
    """
    replied = lead.last_reply_at is not None and lead.last_reply_at >= enrollment.enrollment_date
    opened, clicked = engaged_steps(session, enrollment) if sequence.asks_about_mails else (frozenset(), frozenset())
    return Subject(portrait(lead, now, zone), replied, opened, clicked)
