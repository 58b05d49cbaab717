"""Messages that nobody but the owner can decide on: did they arrive, or are they to go again?"""

from leadnurture.crm.change import Change
from leadnurture.engine.engine import Engine
from leadnurture.engine.settle import queue_again
from leadnurture.engine.settle import sent as settle_sent
from leadnurture.errors import ConflictError, NotFoundError
from leadnurture.store.tables.outbox import OutboxMessage
from leadnurture.store.vocabulary import OutboxState


class NotInDoubtError(ConflictError):
    """The message's fate is known."""


def resolve(change: Change, engine: Engine, message_id: int, *, sent: bool) -> OutboxMessage:
    """Settle a parked message: it was `sent`, or the same bytes are queued again.

    To a lead whose walk has ended meanwhile (they replied, booked …) it does not go again: it is withdrawn.
    Raises NotFoundError or NotInDoubtError.
    """
    message = change.session.get(OutboxMessage, message_id)
    if message is None:
        raise NotFoundError(f"there is no message {message_id}", hint="leadnurture outbox list shows them")
    if message.state not in {OutboxState.PARKED, OutboxState.IN_DOUBT}:
        raise NotInDoubtError(f"message {message_id} is {message.state.value}; only one in doubt can be resolved")
    if sent:
        settle_sent(change, engine, message)
    else:
        queue_again(change, message, change.now, "queued again by the owner")
    return message
