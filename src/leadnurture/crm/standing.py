"""Where a lead stands with us: status, tags, booking, loss, opt-out, bounce, pause. Each is a fact on the timeline."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import func
from sqlmodel import col, select

from leadnurture.crm import suppression
from leadnurture.crm.change import Change, FactKind
from leadnurture.crm.fields import LEAD_FIELDS
from leadnurture.crm.names import clean
from leadnurture.crm.timeline import note
from leadnurture.crm.values import BadValueError
from leadnurture.errors import UsageError
from leadnurture.store.tables.conversion import Conversion
from leadnurture.store.tables.lead import Lead
from leadnurture.store.tables.sequence import Enrollment
from leadnurture.store.tables.timeline import Touch
from leadnurture.store.vocabulary import ContactChannel, ConversionType, EnrollmentStatus, InteractionType, LeadStatus


def set_status(change: Change, lead: Lead, status: LeadStatus, *, who: str = "owner") -> None:
    """Move a lead to a status; winning and losing are facts of their own. Does nothing if it stands there already."""
    old = lead.lead_status
    if old == status:
        return
    lead.lead_status, lead.updated_at = status, change.now
    note(
        change,
        lead,
        InteractionType.STATUS_CHANGED,
        f"{old.value} → {status.value}",
        metadata={"old": old.value, "new": status.value},
        who=who,
    )
    change.record(FactKind.STATUS, lead.id, status.value)
    if status is LeadStatus.WON:
        lead.converted_at = lead.converted_at or change.now
        change.record(FactKind.CONVERTED, lead.id)
    if status in {LeadStatus.LOST, LeadStatus.SPAM, LeadStatus.DUPLICATE}:
        change.record(FactKind.LOST, lead.id, status.value)


def with_tag(lead: Lead, tag: str) -> list[str]:
    """Return a lead's tags with one more (trimmed, at most 100 characters), unless it is among them in some case.

    Raises BadValueError for an empty one.
    """
    name = clean(tag)
    if not name or len(name) > 100:
        raise BadValueError(f"'{tag[:100]}' is no tag; one has 1 to 100 characters")
    is_known = name.casefold() in {known.casefold() for known in lead.tags}
    return lead.tags if is_known else [*lead.tags, name]


def without_tag(lead: Lead, tag: str) -> list[str]:
    """Return a lead's tags without one, whatever its case."""
    name = clean(tag).casefold()
    return [known for known in lead.tags if known.casefold() != name]


def add_tag(change: Change, lead: Lead, tag: str) -> bool:
    """Add a tag; return whether it is new. Raises the error of `with_tag`."""
    return _retag(change, lead, with_tag(lead, tag), InteractionType.TAG_ADDED, tag)


def remove_tag(change: Change, lead: Lead, tag: str) -> bool:
    """Take a tag away, whatever its case; return whether it was there."""
    return _retag(change, lead, without_tag(lead, tag), InteractionType.TAG_REMOVED, tag)


def _retag(change: Change, lead: Lead, tags: list[str], kind: InteractionType, tag: str) -> bool:
    if tags == lead.tags:
        return False
    lead.tags, lead.updated_at = tags, change.now
    note(change, lead, kind, clean(tag))
    change.record(FactKind.TAGGED, lead.id, clean(tag))
    return True


def convert(
    change: Change,
    lead: Lead,
    value: int,
    *,
    kind: ConversionType = ConversionType.BOOKING_CONFIRMED,
    at: datetime | None = None,
    commission: int | None = None,
    notes: str | None = None,
) -> Conversion:
    """Record a booking of `value` minor units, `commission` of which go to somebody else; the lead is won from now on.

    What led to it is what happened up to `at` (now, if not given).
    """
    assert lead.id is not None
    when = at or change.now
    before = select(Touch).where(Touch.lead_id == lead.id, col(Touch.touched_at) <= when)
    touches = change.session.exec(before.order_by("touched_at", "id")).all()
    walked = select(func.count()).where(
        Enrollment.lead_id == lead.id,
        Enrollment.status == EnrollmentStatus.COMPLETED,
        col(Enrollment.ended_at) <= when,
    )
    completed = change.session.exec(walked).one()
    conversion = Conversion(
        lead_id=lead.id,
        conversion_type=kind,
        conversion_value=value,
        conversion_date=when,
        first_touch_source=touches[0].source_name if touches else lead.lead_source,
        last_touch_source=touches[-1].source_name if touches else lead.lead_source,
        touch_points_count=len(touches),
        days_to_conversion=max(0, (when - lead.inquiry_at).days),
        total_interactions=lead.total_interactions,
        nurture_sequences_completed=completed,
        attributed_revenue=value,
        commission_amount=commission,
        notes=notes,
        created_at=change.now,
    )
    change.session.add(conversion)
    lead.converted_at = min(lead.converted_at or when, when)
    lead.conversion_value = (lead.conversion_value or 0) + value
    note(
        change, lead, InteractionType.BOOKING_CONFIRMED, "Booked", content=notes, metadata={"value": value}, who="owner"
    )
    set_status(change, lead, LeadStatus.WON)
    change.record(FactKind.CONVERTED, lead.id)
    return conversion


def lose(change: Change, lead: Lead, reason: str, details: str | None = None) -> None:
    """Close an inquiry that went elsewhere, with the reason.

    Raises MissingAnswerError for an empty one, BadValueError for one that is too long.
    """
    require_answer(lead, LeadStatus.LOST, reason=reason)
    said, longest = clean(reason) or lead.lost_reason, LEAD_FIELDS["lost_reason"].longest
    if said and len(said) > longest:
        message = f"the reason is {len(said):,} characters long; at most {longest} are kept"
        raise BadValueError(message, hint="--details has room for more")
    lead.lost_reason, lead.lost_details = said, details
    set_status(change, lead, LeadStatus.LOST)


class MissingAnswerError(UsageError):
    """A status that must not be taken without saying more."""


def require_answer(lead: Lead, status: LeadStatus, *, value: int | None = None, reason: str | None = None) -> None:
    """Make sure that who is won has a value and who is lost a reason, given now or before.

    Raises MissingAnswerError.
    """
    if status is LeadStatus.WON and value is None and lead.conversion_value is None:
        hint = f"leadnurture lead status {lead.id} won --value AMOUNT"
        raise MissingAnswerError("won: what did they book for? Say it with --value", hint=hint)
    if status is LeadStatus.LOST and not clean(reason or lead.lost_reason or ""):
        hint = f"leadnurture lead status {lead.id} lost --reason WORDS"
        raise MissingAnswerError("lost: why did they not book? Say it with --reason", hint=hint)


def require_answers(values: Mapping[str, Any]) -> None:
    """Make sure that a couple is not typed in as won without a booking, or as lost without a reason.

    Raises MissingAnswerError.
    """
    if values.get("lead_status") is LeadStatus.WON:
        hint = "add them without it, then: leadnurture lead status ADDRESS won --value AMOUNT"
        raise MissingAnswerError("won: what did they book for?", hint=hint)
    if values.get("lead_status") is LeadStatus.LOST and not values.get("lost_reason"):
        hint = '--set lead_status=lost --set "lost_reason=date taken"'
        raise MissingAnswerError("lost: why did they not book?", hint=hint)


def move(
    change: Change,
    lead: Lead,
    status: LeadStatus,
    *,
    value: int | None = None,
    reason: str | None = None,
    details: str | None = None,
) -> None:
    """Move a lead by hand: won with a `value` in minor units is a booking, lost has its `reason`.

    Raises MissingAnswerError if one of them is neither given nor known.
    """
    require_answer(lead, status, value=value, reason=reason)
    if status is LeadStatus.WON and value is not None:
        convert(change, lead, value)
    elif status is LeadStatus.LOST and reason:
        lose(change, lead, reason, details)
    else:
        set_status(change, lead, status)


def opt_out(change: Change, lead: Lead, how: str) -> None:
    """The couple wants no more messages, at any of its addresses, ever; `how` we know."""
    if lead.opt_out_date is None:
        lead.opt_out_date = change.now
        for address in suppression.addresses_of(lead):
            suppression.suppress(change, address, ContactChannel.ALL, suppression.OPTED_OUT)
        note(change, lead, InteractionType.OPTED_OUT, how, who="lead")
        change.record(FactKind.OPTED_OUT, lead.id, how)


def bounce(change: Change, lead: Lead, answer: str) -> None:
    """A server refused the couple's address for good, in its own words."""
    if lead.bounced_at is None:
        lead.bounced_at = lead.updated_at = change.now
        change.record(FactKind.BOUNCED, lead.id, answer)
    note(change, lead, InteractionType.EMAIL_BOUNCED, answer)


def pause(change: Change, lead: Lead) -> None:
    """Freeze every sequence of a lead."""
    if not lead.automation_paused:
        lead.automation_paused = True
        note(change, lead, InteractionType.AUTOMATION_PAUSED, "Automation paused", who="owner")


def resume(change: Change, lead: Lead) -> None:
    """Let a lead's sequences go on."""
    if lead.automation_paused:
        lead.automation_paused = False
        note(change, lead, InteractionType.AUTOMATION_RESUMED, "Automation resumed", who="owner")
        change.record(FactKind.RESUMED, lead.id)
