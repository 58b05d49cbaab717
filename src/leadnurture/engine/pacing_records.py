"""What the outbox remembers of the last messages, for pacing."""

from datetime import datetime, timedelta

from sqlalchemy import func
from sqlmodel import Session, col, select

from leadnurture.config import LimitsSection
from leadnurture.engine.pacing import Pacer
from leadnurture.outbox_channel import OutboxChannel
from leadnurture.store.tables.lead import Lead
from leadnurture.store.tables.outbox import OutboxMessage
from leadnurture.store.tables.sequence import Enrollment, SequenceRow
from leadnurture.store.vocabulary import EnrollmentStatus, OutboxState

_GONE = (OutboxState.SENT, OutboxState.IN_DOUBT, OutboxState.PARKED)
_Gone = tuple[int, OutboxChannel, datetime]  # lead, channel, when


def load(session: Session, limits: LimitsSection, now: datetime) -> Pacer:
    """Return a pacer that knows the last 24 hours.

    What is queued and may go counts as going now, however long it has been waiting: after days without a server there
    is no burst.
    """
    waiting = [(lead_id, channel, now) for lead_id, channel in _waiting(session)]
    return _pacer(limits, [*_gone(session, limits, now), *waiting], now)


def load_gone(session: Session, limits: LimitsSection, now: datetime) -> Pacer:
    """Return a pacer that knows only what has gone out in the last 24 hours: whatever waits is asked about next."""
    return _pacer(limits, _gone(session, limits, now), now)


def _gone(session: Session, limits: LimitsSection, now: datetime) -> list[_Gone]:
    """Return leads, channels and instants of all messages that have gone out, or may have."""
    moment = func.coalesce(OutboxMessage.sent_at, OutboxMessage.queued_at)
    since = now - max(timedelta(days=1), limits.lead_gap)
    gone = select(col(OutboxMessage.lead_id), col(OutboxMessage.channel), moment).where(
        moment > since, col(OutboxMessage.state).in_(_GONE)
    )
    return [(lead_id, channel, at) for lead_id, channel, at in session.exec(gone).all()]


def _pacer(limits: LimitsSection, rows: list[_Gone], now: datetime) -> Pacer:
    last: dict[int, datetime] = {}
    for lead_id, channel, at in rows:
        if channel.reaches_couple:
            last[lead_id] = max(at, last.get(lead_id, at))
    day_ago = now - timedelta(days=1)
    mails = (at for _, channel, at in rows if channel is OutboxChannel.EMAIL and at > day_ago)
    return Pacer.of(limits, mails, last)


def _waiting(session: Session) -> list[tuple[int, OutboxChannel]]:
    """Return lead and channel of all that waits for delivery; that of frozen leads and sequences does not count."""
    query = (
        select(col(OutboxMessage.lead_id), col(OutboxMessage.channel))
        .join(Enrollment, col(Enrollment.id) == OutboxMessage.enrollment_id)
        .join(Lead, col(Lead.id) == OutboxMessage.lead_id)
        .join(SequenceRow, col(SequenceRow.id) == OutboxMessage.sequence_id)
        .where(OutboxMessage.state == OutboxState.QUEUED, Enrollment.status == EnrollmentStatus.ACTIVE)
        .where(
            col(Lead.automation_paused).is_(False), col(SequenceRow.is_active), col(SequenceRow.deleted_at).is_(None)
        )
    )
    return list(session.exec(query).all())
