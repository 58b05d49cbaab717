"""What a delivery's answer means for the message, its step, its walk and the timeline; all in the open transaction."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy.orm import defer
from sqlmodel import col, select

from leadnurture.channels.transport import Answer, Verdict
from leadnurture.crm import standing
from leadnurture.crm.change import Change
from leadnurture.crm.timeline import note
from leadnurture.engine import migration, walk
from leadnurture.engine.book import UnreadableVersionError
from leadnurture.engine.engine import Engine
from leadnurture.engine.events import Event
from leadnurture.engine.lanes import Settled
from leadnurture.engine.retry import retry_at
from leadnurture.sequences.sequence import Settings
from leadnurture.store.tables import Enrollment, Execution, Lead, OutboxMessage
from leadnurture.store.vocabulary import EnrollmentStatus, ExecutionStatus, InteractionType, OutboxState

# RFC 3463: 5.1.x is about the address. Without such a code, 550, 551 and 553 say that there is no such mailbox.
_NO_SUCH_ADDRESS = re.compile(r"\b5\.1\.\d|^55[013] (?!5\.\d)")
_CONTENT: Any = OutboxMessage.content  # the bytes, which nobody looks at here


def settle(change: Change, engine: Engine, reports: Iterable[Settled]) -> list[Event]:
    """Write down the answers; return an event for each message that one concerned."""
    answers = {report.job.outbox_id: report.answer for report in reports if report.answer is not None}
    if not answers:
        return []
    query = select(OutboxMessage).where(col(OutboxMessage.id).in_(answers)).options(defer(_CONTENT))
    messages = change.session.exec(query).all()
    around = load(change, messages)
    return [_settle_one(change, engine, message, answers[message.id or 0], around) for message in messages]


@dataclass(frozen=True)
class Around:
    """What hangs on some messages; held here so that the session keeps it, and the finished steps of each walk."""

    rows: Sequence[object]
    done: Mapping[int, set[str]]


def load(change: Change, messages: Sequence[OutboxMessage]) -> Around:
    """Fetch what hangs on the messages in three questions instead of several for each."""
    walks = {message.enrollment_id for message in messages}
    leads = {message.lead_id for message in messages}
    executions = change.session.exec(select(Execution).where(col(Execution.enrollment_id).in_(walks))).all()
    done: dict[int, set[str]] = {walked: set() for walked in walks}
    for execution in executions:
        if execution.status is not ExecutionStatus.PENDING:
            done[execution.enrollment_id].add(execution.step_key)
    enrollments = change.session.exec(select(Enrollment).where(col(Enrollment.id).in_(walks))).all()
    couples = change.session.exec(select(Lead).where(col(Lead.id).in_(leads))).all()
    return Around((*executions, *enrollments, *couples), done)


def _settle_one(change: Change, engine: Engine, message: OutboxMessage, answer: Answer, around: Around) -> Event:
    if answer.verdict is Verdict.ACCEPTED:
        outcome = sent(change, engine, message, around.done[message.enrollment_id] | {message.step_key})
    elif answer.verdict is Verdict.REFUSED:
        outcome = _refused(change, message, answer.reply)
    elif answer.verdict is Verdict.TRANSIENT:
        outcome = _again(change, engine, message, answer.reply)
    elif answer.verdict is Verdict.UNKNOWN:
        message.reason = answer.reply
        outcome = "in_doubt"
    else:
        outcome = queue_again(change, message, message.due_at, answer.reply)
    return Event(
        change.now, message.lead_id, message.sequence_id, message.step_key, outcome, message.reason or message.subject
    )


def sent(change: Change, engine: Engine, message: OutboxMessage, done: set[str] | None = None) -> str:
    """The message was accepted: its step is done, and the walk goes on from now.

    `done` are the walk's finished steps with this one, if the caller knows them.
    """
    message.state, message.sent_at, message.reason = OutboxState.SENT, change.now, None
    execution, enrollment, lead = _around(change, message)
    execution.status, execution.executed_at, execution.updated_at = ExecutionStatus.EXECUTED, change.now, change.now
    execution.result = {
        "message_id": message.message_id,
        "recipient": message.recipients[0],
        "subject": message.subject,
    }
    metadata = {"message_id": message.message_id, "sequence": message.sequence_id, "step": message.step_key}
    note(change, lead, InteractionType.EMAIL_SENT, message.subject, metadata=metadata, outcome="sent")
    if enrollment.status is EnrollmentStatus.ACTIVE:
        _go_on(change, engine, enrollment, done)
    return "sent"


def _go_on(change: Change, engine: Engine, enrollment: Enrollment, done: set[str] | None) -> None:
    """Let the walk go on; a version that cannot be read any more must not keep the message from being settled."""
    try:
        edition = engine.book.edition(change.session, enrollment.version_id)
    except UnreadableVersionError as error:
        walk.hold(enrollment, change.now + walk.ASK_AGAIN, error.message)
        return
    walk.go_on(change, enrollment, edition, change.now, engine.is_holiday, done)
    migration.catch_up(change, engine, enrollment)


def _refused(change: Change, message: OutboxMessage, reply: str) -> str:
    """The server will never take it: that lead's failure. An address that does not exist is not written to again."""
    message.state, message.reason = OutboxState.REFUSED, reply
    execution, enrollment, lead = _around(change, message)
    execution.status, execution.error, execution.executed_at = ExecutionStatus.FAILED, reply, change.now
    if enrollment.status is EnrollmentStatus.ACTIVE:
        walk.end(change, enrollment, EnrollmentStatus.FAILED, f"step '{message.step_key}' failed: {reply}")
    if message.in_doubt_at is None and _NO_SUCH_ADDRESS.search(reply):  # in doubt: the content was refused
        standing.bounce(change, lead, reply)
    else:
        note(change, lead, InteractionType.STEP_FAILED, message.subject, content=reply)
    return "failed"


def _again(change: Change, engine: Engine, message: OutboxMessage, reply: str) -> str:
    """Not now: try the same bytes again later, until the retries are used up."""
    execution, enrollment, lead = _around(change, message)
    settings = _settings(change, engine, enrollment)
    message.attempts += 1
    message.reason, message.in_doubt_at = reply, None
    execution.retry_count, execution.error, execution.updated_at = message.attempts, reply, change.now
    again = retry_at(
        message.attempts, max_retries=settings.max_retries, delay=settings.retry_delay.roughly, now=change.now
    )
    if again is not None:
        return "retry" if queue_again(change, message, again, reply) == "waiting" else "withdrawn"
    message.state = OutboxState.REFUSED
    execution.status, execution.executed_at = ExecutionStatus.FAILED, change.now
    why = f"step '{message.step_key}' failed after {message.attempts} attempts: {reply}"
    note(change, lead, InteractionType.STEP_FAILED, message.subject, content=why)
    if enrollment.status is EnrollmentStatus.ACTIVE:
        walk.end(change, enrollment, EnrollmentStatus.FAILED, why)
    return "failed"


def queue_again(change: Change, message: OutboxMessage, due_at: datetime, reason: str | None) -> str:
    """Let a message that certainly did not arrive wait until `due_at`; if its walk has ended it is withdrawn."""
    execution, enrollment, _ = _around(change, message)
    message.in_doubt_at, message.due_at = None, due_at
    if enrollment.status in {EnrollmentStatus.ACTIVE, EnrollmentStatus.PAUSED}:
        message.state, message.reason = OutboxState.QUEUED, reason
        return "waiting"
    message.state, message.reason = OutboxState.REFUSED, f"withdrawn: {enrollment.end_reason}"
    execution.status, execution.reason, execution.updated_at = (
        ExecutionStatus.SKIPPED,
        enrollment.end_reason,
        change.now,
    )
    return "withdrawn"


def _settings(change: Change, engine: Engine, enrollment: Enrollment) -> Settings:
    try:
        return engine.book.edition(change.session, enrollment.version_id).sequence.settings
    except UnreadableVersionError:
        return Settings()


def _around(change: Change, message: OutboxMessage) -> tuple[Execution, Enrollment, Lead]:
    execution = change.session.get_one(Execution, message.execution_id)
    enrollment = change.session.get_one(Enrollment, message.enrollment_id)
    return execution, enrollment, change.session.get_one(Lead, message.lead_id)
