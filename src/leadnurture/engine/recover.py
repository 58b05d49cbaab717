"""Messages that were being handed over when the process died or the answer was lost.

The lock is ours, so nobody is delivering now: every message still in doubt is one of those. Where the transport can
tell whether it arrived, that settles it. Else a mail is looked up in the owner's Sent folder, if there is a mailbox; it
stays in doubt until that has been looked into. Whatever nobody can find out is parked until the owner says; nothing is
ever sent blindly.
"""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from sqlmodel import Session, col, select

from leadnurture.channels.sent_folder import Sighting
from leadnurture.crm.change import Change
from leadnurture.engine.doubt import LOOK_FOR, Fate, fate
from leadnurture.engine.engine import Engine
from leadnurture.engine.events import Event, OnEvent
from leadnurture.engine.settle import queue_again, sent
from leadnurture.engine.witnesses import witnesses
from leadnurture.outbox_channel import OutboxChannel
from leadnurture.store.tables.outbox import OutboxMessage
from leadnurture.store.vocabulary import OutboxState

PARKED = "the connection or the process ended while it was handed over; it may have arrived"
NOT_THERE_YET = "not in the Sent folder so far; it is looked for again"
NO_WITNESS = "the Sent folder does not have it, which says nothing: it has none of the last mails that were sent"
NO_COPIES = "the Sent folder does not have it, which says nothing: not all that is sent is put there"


@dataclass(frozen=True)
class Recovery:
    """How many messages came to which outcome; `trouble` is why the Sent folder could not be looked into."""

    counts: Counter[str]
    trouble: str | None = None


@dataclass(frozen=True)
class _Evidence:
    """What transport and Sent folder know of messages, by Message-ID.

    `silent` is why the folder says nothing by not having a message; None if that means that it was not sent.
    """

    arrived: Mapping[str, bool | None] = field(default_factory=dict)
    sighting: Sighting | None = None
    silent: str | None = None


def recover(engine: Engine, on_event: OnEvent) -> Recovery:
    """Settle or park what is in doubt, as far as it is time to look for it."""
    now = engine.clock.now()
    with engine.database.read() as session:
        doubtful = session.execute(
            select(OutboxMessage.message_id, OutboxMessage.channel).where(*_to_look_for(now))
        ).all()
        known = witnesses(session, now) if doubtful else frozenset()
    if not doubtful:
        return Recovery(Counter())
    # A mailbox may take its time: nobody is to wait for the file meanwhile.
    evidence = _gathered(engine, [mail for mail, channel in doubtful if channel is OutboxChannel.EMAIL], known)
    with engine.change() as change:
        events = [_settle(change, engine, message, evidence) for message in _in_doubt(change.session, now)]
    for event in events:
        on_event(event)
    trouble = evidence.sighting.trouble if evidence.sighting else None
    return Recovery(Counter(event.outcome for event in events), trouble)


def _to_look_for(now: datetime) -> tuple[bool, ...]:
    return OutboxMessage.state == OutboxState.IN_DOUBT, OutboxMessage.due_at <= now


def _in_doubt(session: Session, now: datetime) -> list[OutboxMessage]:
    query = select(OutboxMessage).where(*_to_look_for(now)).order_by(col(OutboxMessage.id))
    return list(session.exec(query).all())


def _gathered(engine: Engine, mails: list[str], known: frozenset[str]) -> _Evidence:
    """Ask the transport about mails, and the Sent folder about those that it knows nothing of.

    Nobody can look up what became of a text or a notification.
    """
    arrived = {mail: engine.transport.arrived(mail) for mail in mails}
    open_questions = [mail for mail in mails if arrived[mail] is None]
    if engine.sent_folder is None or not open_questions:
        return _Evidence(arrived)
    sighting = engine.sent_folder.look([*open_questions, *known])
    if not engine.sent_folder.keeps_copies:
        return _Evidence(arrived, sighting, NO_COPIES)
    return _Evidence(arrived, sighting, NO_WITNESS if known and not known & sighting.found else None)


def _settle(change: Change, engine: Engine, message: OutboxMessage, evidence: _Evidence) -> Event:
    arrived = evidence.arrived.get(message.message_id)
    is_mail = message.channel is OutboxChannel.EMAIL
    told: str | None = None
    if arrived is not None:
        outcome = _follow(change, engine, message, Fate.SENT if arrived else Fate.QUEUE_AGAIN)
    elif evidence.sighting is None or not is_mail:
        outcome = _follow(change, engine, message, Fate.PARK)
    elif evidence.sighting.trouble is not None:
        outcome, told = "in_doubt", evidence.sighting.trouble
    else:
        outcome, told = _looked_up(change, engine, message, evidence.sighting, evidence.silent)
    return Event(change.now, message.lead_id, message.sequence_id, message.step_key, outcome, told or message.reason)


def _looked_up(
    change: Change, engine: Engine, message: OutboxMessage, sighting: Sighting, silent: str | None
) -> tuple[str, str | None]:
    """Follow what the Sent folder shows; return the outcome, and what there is to say about it."""
    since = message.in_doubt_at or change.now
    found = message.message_id in sighting.found
    verdict = fate(found=found, in_doubt_at=since, now=change.now, absence_tells=silent is None)
    if verdict is Fate.LOOK_AGAIN:
        message.due_at = since + LOOK_FOR
        return "in_doubt", NOT_THERE_YET
    if verdict is Fate.PARK:
        message.reason = f"{message.reason or PARKED}; {silent}"
    return _follow(change, engine, message, verdict), None


def _follow(change: Change, engine: Engine, message: OutboxMessage, verdict: Fate) -> str:
    if verdict is Fate.SENT:
        return sent(change, engine, message)
    if verdict is Fate.QUEUE_AGAIN:
        return queue_again(change, message, change.now, message.reason)
    message.state, message.reason = OutboxState.PARKED, message.reason or PARKED
    return "in_doubt"
