"""What a delivery's answer means for the message, its step, its walk and the timeline; all in the open transaction."""

from collections.abc import Iterable
from datetime import datetime

from leadnurture.channels.transport import Answer, Verdict
from leadnurture.crm import tasks
from leadnurture.crm.change import Change, FactKind
from leadnurture.crm.leads import couple_of
from leadnurture.crm.timeline import note
from leadnurture.engine import bounces, closed_channels, walk
from leadnurture.engine.accepted import accept
from leadnurture.engine.book import UnreadableVersionError
from leadnurture.engine.engine import Engine
from leadnurture.engine.events import Event
from leadnurture.engine.lanes import Settled
from leadnurture.engine.retry import retry_at
from leadnurture.sequences.sequence import Settings
from leadnurture.store.tables.lead import Lead
from leadnurture.store.tables.outbox import OutboxMessage
from leadnurture.store.tables.sequence import Enrollment, Execution
from leadnurture.store.vocabulary import EnrollmentStatus, ExecutionStatus, InteractionType, OutboxState, Priority


def settle(change: Change, engine: Engine, reports: Iterable[Settled]) -> list[Event]:
    """Write down the answers; return an event for each message that one concerned."""
    answers = {report.job.outbox_id: report.answer for report in reports if report.answer is not None}
    accepted = [key for key, answer in answers.items() if answer.verdict is Verdict.ACCEPTED]
    events = accept(change, engine, accepted)
    others = [_settle_one(change, engine, key, answers[key]) for key in answers if key not in accepted]
    return events + [event for event in others if event is not None]


def _settle_one(change: Change, engine: Engine, key: int, answer: Answer) -> Event | None:
    """Settle a message that was not accepted; nothing is left to settle where it was taken back meanwhile."""
    message = change.session.get(OutboxMessage, key)
    if message is None or message.state not in {OutboxState.QUEUED, OutboxState.IN_DOUBT}:
        return None
    if answer.verdict is Verdict.REFUSED:
        outcome = _refused(change, message, answer)
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


def sent(change: Change, engine: Engine, message: OutboxMessage) -> str:
    """Write down that a message was accepted, as it turned out later."""
    assert message.id is not None
    accept(change, engine, [message.id])
    change.session.refresh(message)
    return "sent"


def _refused(change: Change, message: OutboxMessage, answer: Answer) -> str:
    """The server will never take it: that lead's failure. An address that does not exist is not written to again."""
    reply = answer.reply
    message.state, message.reason = OutboxState.REFUSED, reply
    execution, enrollment, lead = _around(change, message)
    if not message.channel.reaches_couple:
        note(change, lead, InteractionType.STEP_FAILED, message.subject, content=reply)
        return "failed"
    execution.status, execution.error, execution.executed_at = ExecutionStatus.FAILED, reply, change.now
    if enrollment.status is EnrollmentStatus.ACTIVE:
        walk.end(change, enrollment, EnrollmentStatus.FAILED, f"step '{message.step_key}' failed: {reply}")
    if not bounces.mark(change, lead, message.refused | dict(answer.refused)):
        note(change, lead, InteractionType.STEP_FAILED, message.subject, content=reply)
    _ask_owner(change, lead, message, reply)
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
    why = f"step '{message.step_key}' failed after {message.attempts} attempts: {reply}"
    note(change, lead, InteractionType.STEP_FAILED, message.subject, content=why)
    if not message.channel.reaches_couple:
        return "failed"
    execution.status, execution.executed_at = ExecutionStatus.FAILED, change.now
    if enrollment.status is EnrollmentStatus.ACTIVE:
        walk.end(change, enrollment, EnrollmentStatus.FAILED, why)
    _ask_owner(change, lead, message, reply)
    return "failed"


def _ask_owner(change: Change, lead: Lead, message: OutboxMessage, reply: str) -> None:
    """Leave to the owner what no retry will bring about: the couple is still waiting for these words."""
    tasks.create(
        change,
        lead,
        f"{couple_of(lead)}: '{message.step_key}' could not be sent: {reply}",
        description=f"{message.subject}\nleadnurture outbox show {message.id} has the words and the server's answer.",
        due_at=change.now,
        priority=Priority.HIGH,
        enrollment_id=message.enrollment_id,
    )


def queue_again(change: Change, message: OutboxMessage, due_at: datetime, reason: str | None) -> str:
    """Let a message that certainly did not arrive wait until `due_at`; if its walk has ended it is withdrawn."""
    execution, enrollment, _ = _around(change, message)
    message.in_doubt_at, message.due_at = None, due_at
    if enrollment.status in {EnrollmentStatus.ACTIVE, EnrollmentStatus.PAUSED} or not message.channel.reaches_couple:
        message.state, message.reason = OutboxState.QUEUED, reason
        if closed_channels.is_closed(change, message):  # since it was on its way: taken back before the commit
            change.record(FactKind.CHANNEL_CLOSED, message.lead_id)
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
