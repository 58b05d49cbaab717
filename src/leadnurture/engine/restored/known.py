"""The database that a backup replaces knows what went out since: its leads and walks are found again in the backup.

A couple is known by its token, which nobody else has, or by its address: who was entered anew after an earlier
restore has another token. A walk is known by couple, sequence and pass. Ids alone would not do: after an earlier
restore the same id may be somebody else's. Couples that are not found are added.
"""

from collections.abc import Iterator

from sqlmodel import Session, col, select

from leadnurture.crm import standing
from leadnurture.crm.change import Change
from leadnurture.engine.engine import Engine
from leadnurture.engine.forgetting.rows import forget_again
from leadnurture.engine.restored import added, privacy, sequences, steps
from leadnurture.engine.restored.outcome import RUNNING, Outcome, pause
from leadnurture.sequences import versions
from leadnurture.store.tables.lead import Lead
from leadnurture.store.tables.outbox import OutboxMessage
from leadnurture.store.tables.sequence import Enrollment
from leadnurture.store.vocabulary import CLOSED_STATUSES, EnrollmentStatus, OutboxState

_MAY_HAVE_GONE = (OutboxState.SENT, OutboxState.IN_DOUBT, OutboxState.PARKED)
_SINCE = "restored: it began after the backup"


def carry_over(change: Change, engine: Engine, newer: Session) -> Outcome:
    """Write into the backup what the newer database knows about messages, and who is to get no more of them."""
    outcome = Outcome()
    outcome["leads_forgotten"] = forget_again(change.session, newer)
    leads = change.session.exec(select(Lead)).all()
    here = {lead.unsubscribe_token: lead for lead in leads}
    addressed = {lead.primary_email: lead for lead in leads}
    for there in newer.exec(select(Lead).order_by(col(Lead.id))).all():
        lead = here.get(there.unsubscribe_token) or addressed.get(there.primary_email)
        if lead is None:
            added.add(change, newer, there, outcome)
            continue
        _stop(change, newer, lead, there, outcome)
        for walked in _walks(newer, there):
            _carry_walk(change, engine, newer, lead, walked, outcome)
    privacy.carry_list(change, newer)
    return outcome


def _stop(change: Change, newer: Session, lead: Lead, there: Lead, outcome: Outcome) -> None:
    """Let a couple that opted out, bounced, was paused or is closed there get no more messages here."""
    if there.opt_out_date is not None and lead.opt_out_date is None:
        standing.opt_out(change, lead, "they had opted out after the backup that was restored")
        outcome["leads_stopped"] += 1
    if there.bounced_at is not None and lead.bounced_at is None:
        standing.bounce(change, lead, "their address had bounced after the backup that was restored")
        outcome["leads_stopped"] += 1
    privacy.carry_wishes(change, newer, lead, there, outcome)
    closed = there.lead_status in CLOSED_STATUSES and lead.lead_status not in CLOSED_STATUSES
    if (there.automation_paused or closed) and not lead.automation_paused:
        standing.pause(change, lead)
        outcome["leads_stopped"] += 1


def _walks(session: Session, lead: Lead) -> list[Enrollment]:
    query = select(Enrollment).where(Enrollment.lead_id == lead.id).order_by(col(Enrollment.id))
    return list(session.exec(query).all())


def _carry_walk(
    change: Change, engine: Engine, newer: Session, lead: Lead, there: Enrollment, outcome: Outcome
) -> None:
    same = (
        Enrollment.lead_id == lead.id,
        Enrollment.sequence_id == there.sequence_id,
        Enrollment.pass_number == there.pass_number,
    )
    here = change.session.exec(select(Enrollment).where(*same)).first()
    if here is None and _has_written(newer, there):
        here = _added(change, newer, lead, there)
        outcome["walks_added"] += 1
        outcome["walks_paused"] += here.status is EnrollmentStatus.PAUSED
    if here is None:
        return
    steps.carry(change, engine, newer, here, there, outcome)
    if there.status is not EnrollmentStatus.ACTIVE and here.status is EnrollmentStatus.ACTIVE:
        why = f": {there.end_reason}" if there.end_reason else ""
        pause(change, here, f"after the backup that was restored it was {there.status.value}{why}", outcome)


def _has_written(newer: Session, there: Enrollment) -> bool:
    query = select(OutboxMessage.id).where(
        OutboxMessage.enrollment_id == there.id, col(OutboxMessage.state).in_(_MAY_HAVE_GONE)
    )
    return newer.exec(query).first() is not None


def _added(change: Change, newer: Session, lead: Lead, there: Enrollment) -> Enrollment:
    """Add a walk that the backup does not know, so that it does not begin anew; it goes on when the owner says so.

    It has ended where the backup does not know the sequence either.
    """
    row = sequences.row_here(change, newer, there.sequence_id)
    version = (
        versions.current(change.session, row)
        if row.deleted_at is None
        else sequences.version_here(change, newer, there.version_id)
    )
    here = Enrollment(**there.model_dump(exclude={"id"}) | {"lead_id": lead.id, "version_id": version.id})
    if there.status in RUNNING:
        ends = row.deleted_at is not None or any(_running(change, lead, there))
        here.held_reason, here.status = _SINCE, EnrollmentStatus.CANCELLED if ends else EnrollmentStatus.PAUSED
        here.next_at = here.next_at or change.now  # its message was queued there, and is decided anew
    if here.status is EnrollmentStatus.CANCELLED and here.ended_at is None:
        here.ended_at, here.end_reason, here.next_at = change.now, _SINCE, None
    change.session.add(here)
    change.session.flush()
    return here


def _running(change: Change, lead: Lead, there: Enrollment) -> Iterator[Enrollment]:
    """Yield the lead's walk through the same sequence that runs here: there may be only one."""
    query = select(Enrollment).where(Enrollment.lead_id == lead.id, Enrollment.sequence_id == there.sequence_id)
    yield from (one for one in change.session.exec(query).all() if one.status in RUNNING)
