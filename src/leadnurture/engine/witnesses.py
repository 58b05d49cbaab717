"""Mails that were certainly sent: a Sent folder that has none of them says nothing by not having another one."""

from datetime import datetime, timedelta

from sqlmodel import Session, col, select

from leadnurture.engine.doubt import LOOK_FOR
from leadnurture.outbox_channel import OutboxChannel
from leadnurture.store.tables.outbox import OutboxMessage
from leadnurture.store.vocabulary import OutboxState

_MOST = 5
_LATELY = timedelta(days=30)


def witnesses(session: Session, now: datetime) -> frozenset[str]:
    """Return the Message-IDs of the last mails that were sent long enough ago for their copies to be there."""
    query = (
        select(OutboxMessage.message_id)
        .where(OutboxMessage.state == OutboxState.SENT, OutboxMessage.channel == OutboxChannel.EMAIL)
        .where(col(OutboxMessage.sent_at) <= now - LOOK_FOR, col(OutboxMessage.sent_at) > now - _LATELY)
        .order_by(col(OutboxMessage.sent_at).desc())
        .limit(_MOST)
    )
    return frozenset(session.exec(query).all())
