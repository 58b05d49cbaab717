"""A failed walk goes on by hand: the step that failed is tried again.

The failed execution stands in the way of a second one (one per enrollment and step, so that nothing happens twice), and
so does its message in the outbox. Both are safe to open again, because a failure is certain: the server said no, and
nobody was talking to it when the walk ended.

- A message was frozen: its execution is pending again and the same bytes are queued again, under the same Message-ID.
  Should a server have taken it in spite of its answer, that is one message twice and not two.
- A message was frozen that the step would not send now (its address is not the lead's any more, its day lies ahead
  again …): bytes never change, so the message and its execution are removed, and the step is decided anew.
- The message's bytes have been dropped since (see `sweep`): it and its execution are removed, and the step is decided
  anew.
- Nothing was frozen (the letter could not be made): the execution is removed, and the step is decided anew.
"""

from sqlalchemy.exc import IntegrityError
from sqlmodel import select

from leadnurture.crm.change import Change
from leadnurture.engine import barring, by_hand, migration, next_moment, taking_back, walk
from leadnurture.engine.book import Edition
from leadnurture.engine.engine import Engine
from leadnurture.errors import ConflictError
from leadnurture.store.tables.lead import Lead
from leadnurture.store.tables.outbox import OutboxMessage
from leadnurture.store.tables.sequence import Enrollment, Execution, SequenceRow
from leadnurture.store.vocabulary import EnrollmentStatus, ExecutionStatus, InteractionType, OutboxState

REASON = "tried again by hand"


def retry(change: Change, engine: Engine, enrollment: Enrollment) -> None:
    """Let a failed walk go on with the step that failed, now or when its window opens.

    Raises ConflictError if it has not failed, if the lead is in the sequence again, or if they would leave it at once
    (they opted out, booked, their address bounced …).
    """
    by_hand.require(enrollment, {EnrollmentStatus.FAILED}, "tried again")
    edition = engine.book.edition(change.session, enrollment.version_id)
    _require_welcome(change, enrollment, edition)
    _reopen(change, enrollment)
    execution = walk.execution_of(change.session, enrollment)
    message = _message(change, execution)
    _say(change, enrollment, message)
    if execution is not None and message is not None and execution.condensed_at is None:
        _queue_again(change, enrollment, execution, message)
        taking_back.decide_anew(change, enrollment, edition, engine.is_holiday)
    else:
        taking_back.remove(change, message, execution)
        next_moment.due_now(change, enrollment, edition, engine.is_holiday)
    change.session.flush()
    migration.catch_up(change, engine.book, engine.is_holiday, enrollment)


def _reopen(change: Change, enrollment: Enrollment) -> None:
    """Let the walk be active again; the database refuses that where another one runs."""
    try:
        with change.session.begin_nested():
            enrollment.status, enrollment.ended_at, enrollment.end_reason = EnrollmentStatus.ACTIVE, None, None
    except IntegrityError:
        raise ConflictError(f"lead {enrollment.lead_id} is in '{enrollment.sequence_id}' again already") from None


def _require_welcome(change: Change, enrollment: Enrollment, edition: Edition) -> None:
    lead = change.session.get_one(Lead, enrollment.lead_id)
    row = change.session.get_one(SequenceRow, enrollment.sequence_id)
    why = "the sequence was deleted" if row.deleted_at else barring.stopped(lead, edition.sequence)
    if why is not None:
        raise ConflictError(f"{by_hand.told(enrollment)} cannot be tried again: {why}")


def _message(change: Change, execution: Execution | None) -> OutboxMessage | None:
    if execution is None:
        return None
    return change.session.exec(select(OutboxMessage).where(OutboxMessage.execution_id == execution.id)).first()


def _queue_again(change: Change, enrollment: Enrollment, execution: Execution, message: OutboxMessage) -> None:
    execution.status, execution.error, execution.executed_at = ExecutionStatus.PENDING, None, None
    execution.retry_count, execution.updated_at = 0, change.now
    message.state, message.reason, message.attempts = OutboxState.QUEUED, REASON, 0
    message.due_at, message.in_doubt_at = change.now, None
    enrollment.next_at = enrollment.due_local = None
    change.session.flush()


def _say(change: Change, enrollment: Enrollment, message: OutboxMessage | None) -> None:
    subject = f"{enrollment.sequence_id}: '{enrollment.current_step}' is tried again"
    refused = f"before: {message.message_id} to {', '.join(message.recipients)}: {message.reason}" if message else None
    by_hand.say(change, enrollment, InteractionType.AUTOMATION_RESUMED, subject, refused)
