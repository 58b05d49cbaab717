"""Who must not enter although the condition fits: who would leave at once, and who is in it or has been."""

from sqlalchemy import or_
from sqlmodel import Session, col, select

from leadnurture.crm.change import Change
from leadnurture.engine.schedule import after
from leadnurture.sequences.sequence import Sequence
from leadnurture.store.tables.lead import Lead
from leadnurture.store.tables.sequence import Enrollment
from leadnurture.store.vocabulary import EnrollmentStatus, LeadStatus, Purpose

RUNNING = (EnrollmentStatus.ACTIVE, EnrollmentStatus.PAUSED)


def barred(change: Change, lead: Lead, sequence: Sequence) -> str | None:
    """Return why a lead must not enter a sequence although it fits, or None."""
    return stopped(lead, sequence) or _been_before(change, lead, sequence)


def gets_their_letters(session: Session, lead: Lead) -> str | None:
    """Return which other lead shares an address with this one and is in a sequence: they would get letters twice."""
    mine = {address for address in (lead.primary_email, lead.secondary_email) if address}
    shares = or_(col(Lead.primary_email).in_(mine), col(Lead.secondary_email).in_(mine))
    running = select(Lead).join(Enrollment, col(Enrollment.lead_id) == Lead.id).where(Lead.id != lead.id, shares)
    twin = session.exec(running.where(col(Enrollment.status).in_(RUNNING)).order_by(col(Lead.id))).first()
    if twin is None:
        return None
    address = twin.primary_email if twin.primary_email in mine else twin.secondary_email
    return f"lead {twin.id} has {address}, too, and is in a sequence"


def stopped(lead: Lead, sequence: Sequence) -> str | None:
    """Return the stop that holds already: who would leave at once does not enter."""
    states = (
        ("opt_out", lead.opt_out_date is not None, "they opted out"),
        ("bounce", lead.bounced_at is not None, "their address bounced"),
        ("conversion", lead.lead_status is LeadStatus.WON, "they have booked"),
        (
            "lost",
            lead.lead_status in {LeadStatus.LOST, LeadStatus.SPAM, LeadStatus.DUPLICATE},
            f"they are {lead.lead_status.value}",
        ),
    )
    if sequence.purpose is Purpose.MARKETING and not lead.consent_marketing:
        return "it is marketing, and they have not consented to that"
    return next((why for stop, holds, why in states if holds and stop in sequence.stops), None)


def _been_before(change: Change, lead: Lead, sequence: Sequence) -> str | None:
    query = select(Enrollment).where(Enrollment.lead_id == lead.id, Enrollment.sequence_id == sequence.id)
    past = change.session.exec(query).all()
    if not past:
        return None
    if any(enrollment.status in RUNNING for enrollment in past):
        return "they are in it"
    if sequence.enroll.again == "never":
        return "they have been through it"
    again = sequence.enroll.again
    last = max(enrollment.ended_at or enrollment.enrollment_date for enrollment in past)
    is_over = after(last, again, change.config.studio.zone) <= change.now
    return None if is_over else f"they were in it less than {again} ago"
