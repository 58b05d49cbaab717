"""What the outbox remembers of the last messages, for pacing."""

from datetime import datetime, timedelta

from sqlalchemy import func
from sqlmodel import Session, col, select

from leadnurture.config import LimitsSection
from leadnurture.engine.pacing import Pacer
from leadnurture.store.tables import Enrollment, Lead, OutboxMessage, SequenceRow
from leadnurture.store.vocabulary import EnrollmentStatus, OutboxState

_GONE = (OutboxState.SENT, OutboxState.IN_DOUBT, OutboxState.PARKED)


def load(session: Session, limits: LimitsSection, now: datetime) -> Pacer:
    """Return a pacer that knows the last 24 hours.

    What is queued and may go counts as going now, however long it has been waiting: after days without a server there
    is no burst.
    """
    return _pacer(limits, [*_gone(session, limits, now), *((lead_id, now) for lead_id in _waiting(session))], now)


def load_gone(session: Session, limits: LimitsSection, now: datetime) -> Pacer:
    """Return a pacer that knows only what has gone out in the last 24 hours: whatever waits is asked about next."""
    return _pacer(limits, _gone(session, limits, now), now)


def _gone(session: Session, limits: LimitsSection, now: datetime) -> list[tuple[int, datetime]]:
    """Return the leads and instants of all messages that have gone out, or may have."""
    moment = func.coalesce(OutboxMessage.sent_at, OutboxMessage.queued_at)
    since = now - max(timedelta(days=1), limits.lead_gap)
    gone = select(OutboxMessage.lead_id, moment).where(moment > since, col(OutboxMessage.state).in_(_GONE))
    return [(lead_id, at) for lead_id, at in session.exec(gone).all()]


def _pacer(limits: LimitsSection, rows: list[tuple[int, datetime]], now: datetime) -> Pacer:
    last: dict[int, datetime] = {}
    for lead_id, at in rows:
        last[lead_id] = max(at, last.get(lead_id, at))
    return Pacer.of(limits, (at for _, at in rows if at > now - timedelta(days=1)), last)


def _waiting(session: Session) -> list[int]:
    """Return the leads of all messages that wait for delivery; those of frozen leads and sequences do not count."""
    query = (
        select(OutboxMessage.lead_id)
        .join(Enrollment, col(Enrollment.id) == OutboxMessage.enrollment_id)
        .join(Lead, col(Lead.id) == OutboxMessage.lead_id)
        .join(SequenceRow, col(SequenceRow.id) == OutboxMessage.sequence_id)
        .where(OutboxMessage.state == OutboxState.QUEUED, Enrollment.status == EnrollmentStatus.ACTIVE)
        .where(
            col(Lead.automation_paused).is_(False), col(SequenceRow.is_active), col(SequenceRow.deleted_at).is_(None)
        )
    )
    return list(session.exec(query).all())
