"""After a crash: messages that were being handed over when the process died.

The lock is ours, so nobody is delivering now: every message still in doubt is one of those. Where the transport can
tell whether it arrived, that settles it. Where it can't, the message is parked until the owner says; it is never sent
blindly.
"""

from collections import Counter

from sqlmodel import select

from leadnurture.crm.change import Change
from leadnurture.engine.engine import Engine
from leadnurture.engine.events import Event, OnEvent
from leadnurture.engine.settle import queue_again, sent
from leadnurture.outbox_channel import OutboxChannel
from leadnurture.store.tables import OutboxMessage
from leadnurture.store.vocabulary import OutboxState

PARKED = "the connection or the process ended while it was handed over; it may have arrived"


def recover(engine: Engine, on_event: OnEvent) -> Counter[str]:
    """Settle or park what is in doubt; return how many came to which outcome."""
    counts: Counter[str] = Counter()
    with engine.change() as change:
        query = select(OutboxMessage).where(OutboxMessage.state == OutboxState.IN_DOUBT)
        events = [_settle(change, engine, message) for message in change.session.exec(query).all()]
    for event in events:
        counts[event.outcome] += 1
        on_event(event)
    return counts


def _settle(change: Change, engine: Engine, message: OutboxMessage) -> Event:
    # Nobody can look up what became of a text or a notification.
    is_mail = message.channel is OutboxChannel.EMAIL
    arrived = engine.transport.arrived(message.message_id) if is_mail else None
    if arrived:
        outcome = sent(change, engine, message)
    elif arrived is None:
        message.state, message.reason = OutboxState.PARKED, message.reason or PARKED
        outcome = "in_doubt"
    else:
        outcome = queue_again(change, message, change.now, message.reason)
    return Event(change.now, message.lead_id, message.sequence_id, message.step_key, outcome, message.reason)
