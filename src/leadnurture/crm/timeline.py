"""The append-only list of what happened with a lead."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlmodel import Session, col, select

from leadnurture.crm.change import Change, FactKind
from leadnurture.store.tables.lead import Lead
from leadnurture.store.tables.timeline import Interaction
from leadnurture.store.vocabulary import InteractionType

# What counts as an interaction with the couple, not as bookkeeping about them.
_CONTACTS = frozenset(
    {
        InteractionType.EMAIL_SENT,
        InteractionType.EMAIL_RECEIVED,
        InteractionType.EMAIL_OPENED,
        InteractionType.EMAIL_CLICKED,
        InteractionType.SMS_SENT,
        InteractionType.PHONE_CALL,
        InteractionType.MEETING_SCHEDULED,
        InteractionType.MEETING_COMPLETED,
        InteractionType.PROPOSAL_SENT,
        InteractionType.PROPOSAL_VIEWED,
        InteractionType.CONTRACT_SENT,
        InteractionType.PAYMENT_RECEIVED,
        InteractionType.WEBSITE_VISIT,
        InteractionType.SOCIAL_MEDIA_ENGAGEMENT,
        InteractionType.REFERRAL_RECEIVED,
    }
)
_OUR_CONTACTS = frozenset(
    {
        InteractionType.EMAIL_SENT,
        InteractionType.SMS_SENT,
        InteractionType.PHONE_CALL,
        InteractionType.PROPOSAL_SENT,
    }
)


# With one of these the owner has come back to a couple.
_COMES_BACK = _OUR_CONTACTS | {
    InteractionType.MEETING_SCHEDULED,
    InteractionType.MEETING_COMPLETED,
    InteractionType.CONTRACT_SENT,
}


def note(
    change: Change,
    lead: Lead,
    kind: InteractionType,
    subject: str,
    *,
    content: str | None = None,
    metadata: dict[str, Any] | None = None,
    outcome: str | None = None,
    follow_up: datetime | None = None,
    who: str = "leadnurture",
) -> Interaction:
    """Put one entry on a timeline and keep the lead's counters in step; `who` did it (owner, lead, leadnurture).

    `follow_up` is when to come back to it: from then on it is the lead's next follow-up. What people do changes the
    lead (`updated_at`); what leadnurture writes to them does not.
    """
    assert lead.id is not None
    entry = Interaction(
        lead_id=lead.id,
        user_id=who,
        interaction_type=kind,
        interaction_subject=subject[:255],
        interaction_content=content,
        interaction_metadata=metadata or {},
        interaction_outcome=outcome,
        follow_up_required=follow_up is not None,
        follow_up_date=follow_up,
        created_at=change.now,
    )
    change.session.add(entry)
    lead.next_follow_up_at = follow_up or lead.next_follow_up_at
    if who != "leadnurture":
        lead.updated_at = change.now
    _count(change, lead, kind)
    return entry


FOLLOW_UP_DONE = "follow_up_done"  # in an entry's metadata: when the follow-up was due that it settles


def contact(
    change: Change,
    lead: Lead,
    kind: InteractionType,
    subject: str,
    *,
    metadata: dict[str, Any] | None = None,
    follow_up: datetime | None = None,
    **said: Any,
) -> Interaction:
    """Note what the owner says has happened, in which `said` is as for `note`; it settles a follow-up due by today.

    Whoever has called or written has followed up, unless the next follow-up is said along with it.
    """
    due, zone = lead.next_follow_up_at, change.config.studio.zone
    is_due = due is not None and due.astimezone(zone).date() <= change.now.astimezone(zone).date()
    given = dict(metadata or {})
    if due is not None and is_due and kind in _COMES_BACK and follow_up is None:
        given[FOLLOW_UP_DONE], lead.next_follow_up_at = due.isoformat(), None
    return note(change, lead, kind, subject, metadata=given, follow_up=follow_up, **said, who="owner")


def _count(change: Change, lead: Lead, kind: InteractionType) -> None:
    if kind in _CONTACTS:
        lead.total_interactions += 1
        lead.last_contact_at = change.now
    if kind in _OUR_CONTACTS and lead.first_contact_at is None:
        lead.first_contact_at = change.now
    if kind is InteractionType.EMAIL_OPENED:
        lead.email_opens += 1
    elif kind is InteractionType.EMAIL_CLICKED:
        lead.email_clicks += 1
    elif kind is InteractionType.WEBSITE_VISIT:
        lead.website_visits += 1


def reply(
    change: Change,
    lead: Lead,
    text: str | None,
    *,
    subject: str | None = None,
    metadata: dict[str, Any] | None = None,
    outcome: str | None = None,
    follow_up: datetime | None = None,
) -> Interaction:
    """The couple wrote back: on the timeline, and a reason for sequences to stop."""
    lead.last_reply_at = change.now
    said: dict[str, Any] = {"content": text, "metadata": metadata, "outcome": outcome, "follow_up": follow_up}
    entry = note(change, lead, InteractionType.EMAIL_RECEIVED, subject or "They replied", **said, who="lead")
    change.record(FactKind.REPLIED, lead.id)
    return entry


def timeline_of(session: Session, lead_id: int, *, newest: int | None = None) -> Sequence[Interaction]:
    """Return a lead's timeline in order of time; only the `newest` entries if given."""
    newest_first = (col(Interaction.created_at).desc(), col(Interaction.id).desc())
    query = select(Interaction).where(Interaction.lead_id == lead_id).order_by(*newest_first).limit(newest)
    entries = session.exec(query).all()
    return list(reversed(entries))
