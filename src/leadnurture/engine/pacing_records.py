"""What the outbox remembers of the last messages, for pacing."""

from datetime import datetime, timedelta

from sqlalchemy import func
from sqlmodel import Session, col, select

from leadnurture.config import LimitsSection
from leadnurture.engine.pacing import Pacer
from leadnurture.store.tables import OutboxMessage
from leadnurture.store.vocabulary import OutboxState


def load(session: Session, limits: LimitsSection, now: datetime) -> Pacer:
    """Return a pacer that knows the last 24 hours; what has not gone out yet counts from when it was queued."""
    moment = func.coalesce(OutboxMessage.sent_at, OutboxMessage.queued_at)
    since = now - max(timedelta(days=1), limits.lead_gap)
    query = select(OutboxMessage.lead_id, moment).where(moment > since, col(OutboxMessage.state) != OutboxState.REFUSED)
    rows = session.exec(query).all()
    last: dict[int, datetime] = {}
    for lead_id, at in rows:
        last[lead_id] = max(at, last.get(lead_id, at))
    return Pacer.of(limits, (at for _, at in rows if at > now - timedelta(days=1)), last)
