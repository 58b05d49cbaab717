"""What follows when messages were accepted: their steps are done and their walks go on, all of them at once."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy import Row, bindparam, select
from sqlmodel import Session, col

from leadnurture.crm.change import Change
from leadnurture.crm.timeline import note
from leadnurture.engine import bounces, migration, walk
from leadnurture.engine.book import UnreadableVersionError
from leadnurture.engine.engine import Engine
from leadnurture.engine.events import Event
from leadnurture.errors import BusyError
from leadnurture.outbox_channel import OutboxChannel
from leadnurture.store.errors import DatabaseUnwritableError, NotADatabaseError
from leadnurture.store.rows import rewrite_rows
from leadnurture.store.tables.lead import Lead
from leadnurture.store.tables.outbox import OutboxMessage
from leadnurture.store.tables.sequence import Enrollment, Execution, SequenceRow, SequenceVersion
from leadnurture.store.vocabulary import EnrollmentStatus, ExecutionStatus, InteractionType, OutboxState

# Put together once: that takes longer than SQLite needs for the answer.
_MESSAGES: Any = (  # a Select of twelve columns, which has no type
    select(
        col(OutboxMessage.id),
        col(OutboxMessage.execution_id),
        col(OutboxMessage.channel),
        col(OutboxMessage.message_id),
        col(OutboxMessage.recipients),
        col(OutboxMessage.copies),
        col(OutboxMessage.refused),
        col(OutboxMessage.subject),
        col(OutboxMessage.step_key),
        Enrollment,
        Lead,
        col(SequenceVersion.id).label("current"),
    )
    .join(Enrollment, col(Enrollment.id) == OutboxMessage.enrollment_id)
    .join(Lead, col(Lead.id) == OutboxMessage.lead_id)
    .join(SequenceRow, col(SequenceRow.id) == Enrollment.sequence_id)
    .join(SequenceVersion, col(SequenceVersion.sequence_id) == SequenceRow.id)
    .where(col(SequenceVersion.number) == SequenceRow.current_version)
    .where(col(OutboxMessage.id).in_(bindparam("ids", expanding=True)))
)
_TROUBLE_OF_THE_FILE = (BusyError, DatabaseUnwritableError, NotADatabaseError)
TOLD = {
    OutboxChannel.EMAIL: InteractionType.EMAIL_SENT,
    OutboxChannel.SMS: InteractionType.SMS_SENT,
    OutboxChannel.NOTIFICATION: InteractionType.NOTIFICATION_SENT,
}
_DONE = (
    select(col(Execution.enrollment_id), col(Execution.step_key))
    .where(col(Execution.enrollment_id).in_(bindparam("walks", expanding=True)))
    .where(col(Execution.status).in_(walk.FINISHED))
)


def accept(change: Change, engine: Engine, ids: Collection[int]) -> list[Event]:
    """Write down that the messages with these ids were accepted now; return an event for each."""
    if not ids:
        return []
    messages = change.session.execute(_MESSAGES, {"ids": list(ids)}).all()
    change.session.info["accepted"] = messages  # else it forgets the leads before the engine reacts to their walks' end
    _write_down(change, messages)
    done = _done(change.session, (message.Enrollment.id for message in messages))
    try:
        with change.session.begin_nested():
            return [_follow(change, engine, message, done[message.Enrollment.id]) for message in messages]
    except _TROUBLE_OF_THE_FILE:
        raise
    except Exception:  # noqa: BLE001 - one walk that cannot go on must not hold up the others
        return [_follow_alone(change, engine, message, done[message.Enrollment.id]) for message in messages]


def _write_down(change: Change, messages: Sequence[Row[Any]]) -> None:
    """Mark the messages as sent and their steps as executed."""
    sent = {"state": OutboxState.SENT, "sent_at": change.now, "reason": None}
    rewrite_rows(change.session, OutboxMessage, {message.id: sent for message in messages})
    executed = {"status": ExecutionStatus.EXECUTED, "executed_at": change.now, "updated_at": change.now}
    waited_for = (message for message in messages if message.channel.reaches_couple)
    steps = {message.execution_id: executed | {"result": _result(message)} for message in waited_for}
    if steps:
        rewrite_rows(change.session, Execution, steps)


def _result(message: Row[Any]) -> dict[str, Any]:
    taken = [recipient for recipient in message.recipients if recipient not in message.refused]
    told = {
        "message_id": message.message_id,
        "recipient": ", ".join(recipient for recipient in taken if recipient not in message.copies),
        "subject": message.subject,
    }
    copied = {"copied": [recipient for recipient in taken if recipient in message.copies]} if message.copies else {}
    return told | copied | ({"refused": message.refused} if message.refused else {})


def _done(session: Session, walks: Iterable[int]) -> Mapping[int, set[str]]:
    """Return the steps that each of these walks has behind it."""
    done: defaultdict[int, set[str]] = defaultdict(set)
    for walk_id, step_key in session.execute(_DONE, {"walks": list(walks)}):
        done[walk_id].add(step_key)
    return done


def _follow_alone(change: Change, engine: Engine, message: Row[Any], done: set[str]) -> Event:
    """Do the same for one message apart from the others: it has gone, whatever keeps its walk from going on."""
    try:
        with change.session.begin_nested():
            return _follow(change, engine, message, done)
    except _TROUBLE_OF_THE_FILE:
        raise
    except Exception as error:  # noqa: BLE001 - told in the enrollment's reason
        return _follow(change, engine, message, done, trouble=f"it cannot go on: {type(error).__name__}: {error}")


def _follow(change: Change, engine: Engine, message: Row[Any], done: set[str], trouble: str | None = None) -> Event:
    """Put the message on the timeline, and let its walk go on; with `trouble` it is held instead."""
    enrollment: Enrollment = message.Enrollment
    metadata = {"message_id": message.message_id, "sequence": enrollment.sequence_id, "step": message.step_key}
    refused = "; ".join(f"not to {recipient}: {reply}" for recipient, reply in message.refused.items()) or None
    lead, sent = message.Lead, TOLD[message.channel]
    note(change, lead, sent, message.subject, content=refused, metadata=metadata, outcome="sent")
    if trouble is not None and message.channel.reaches_couple:
        walk.hold(enrollment, change.now + walk.ASK_AGAIN, trouble)
    elif enrollment.status is EnrollmentStatus.ACTIVE and message.channel.reaches_couple:
        _go_on(change, engine, enrollment, done, message.current)
    bounces.mark(change, lead, message.refused)
    return Event(change.now, enrollment.lead_id, enrollment.sequence_id, message.step_key, "sent", message.subject)


def _go_on(change: Change, engine: Engine, enrollment: Enrollment, done: set[str], current: int) -> None:
    """Let a walk go on; a version that cannot be read any more must not keep the message from being settled."""
    try:
        edition = engine.book.edition(change.session, enrollment.version_id)
    except UnreadableVersionError as error:
        walk.hold(enrollment, change.now + walk.ASK_AGAIN, error.message)
        return
    walk.go_on(change, enrollment, edition, change.now, engine.is_holiday, done)
    if enrollment.version_id != current:
        migration.catch_up(change, engine.book, engine.is_holiday, enrollment)
