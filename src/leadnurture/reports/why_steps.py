"""What came of each step that a walk has reached: sent, done, skipped, held, failed, and because of what."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlmodel import Session, col, select

from leadnurture.reports.as_of import AsOf, iso
from leadnurture.sequences.sequence import Sequence
from leadnurture.store.tables.outbox import OutboxMessage
from leadnurture.store.tables.sequence import Enrollment, Execution
from leadnurture.store.tables.timeline import Interaction
from leadnurture.store.vocabulary import ExecutionStatus, InteractionType, OutboxState

Posted = tuple[int, OutboxState, str, str | None, datetime]  # a message: id, state, subject, reason, due at (UTC)


@dataclass(frozen=True)
class StepStory:
    """One step and what came of it; `at` in the studio's zone. `reason` names the clause and value, or the answer.

    `outcome` is sent, done, skipped, withdrawn, failed, held, waiting, queued, in doubt or parked.
    """

    step: str
    name: str
    action: str
    outcome: str
    at: datetime
    reason: str | None
    subject: str | None
    message: int | None

    def as_json(self) -> dict[str, Any]:
        """Return the documented keys."""
        return vars(self) | {"at": iso(self.at)}


def step_stories(
    session: Session, as_of: AsOf, enrollment: Enrollment, sequence: Sequence | None
) -> tuple[StepStory, ...]:
    """Return what happened at each step, in order of time; a hold that still lasts is not among them."""
    names = {step.id: step.label for step in sequence.steps} if sequence else {}
    executions = executions_of(session, enrollment)
    messages = _messages(session, enrollment)
    actions = {execution.step_key: execution.action_type for execution in executions}
    held = _holds(session, as_of, enrollment, names, actions)  # at the same instant a hold was before what ended it
    came = [_story(as_of, execution, names, messages.get(execution.id or 0)) for execution in executions]
    return tuple(sorted([*held, *came], key=lambda story: story.at))


def executions_of(session: Session, enrollment: Enrollment) -> list[Execution]:
    """Return what a walk has done, in its order."""
    query = select(Execution).where(Execution.enrollment_id == enrollment.id)
    return list(session.exec(query.order_by(col(Execution.executed_at), col(Execution.id))).all())


def _messages(session: Session, enrollment: Enrollment) -> dict[int, Posted]:
    """Return the walk's messages by execution, without their bytes."""
    query = select(
        OutboxMessage.execution_id,
        OutboxMessage.id,
        OutboxMessage.state,
        OutboxMessage.subject,
        OutboxMessage.reason,
        OutboxMessage.due_at,
    )  # type: ignore[call-overload]
    rows = session.exec(query.where(OutboxMessage.enrollment_id == enrollment.id)).all()
    return {row[0]: (row[1], row[2], row[3], row[4], row[5]) for row in rows}


def _story(as_of: AsOf, execution: Execution, names: dict[str, str], message: Posted | None) -> StepStory:
    number, _, subject, answer, _ = message or (None, None, None, None, None)
    return StepStory(
        step=execution.step_key,
        name=names.get(execution.step_key, execution.step_key),
        action=execution.action_type,
        outcome=_outcome(execution.status, message),
        at=as_of.local(execution.executed_at or execution.updated_at),
        reason=execution.reason or execution.error or answer,
        subject=subject,
        message=number,
    )


def _outcome(status: ExecutionStatus, message: Posted | None) -> str:
    if status is ExecutionStatus.WAITING:
        return "waiting"
    if status is ExecutionStatus.PENDING:
        return message[1].value.replace("_", " ") if message else "waiting"
    if status is ExecutionStatus.EXECUTED:
        return message[1].value.replace("_", " ") if message else "done"
    return "withdrawn" if message and status is ExecutionStatus.SKIPPED else status.value


def _holds(
    session: Session, as_of: AsOf, enrollment: Enrollment, names: dict[str, str], actions: dict[str, str]
) -> list[StepStory]:
    """Return the times a step was held for a reason that is over by now."""
    query = select(Interaction).where(
        Interaction.lead_id == enrollment.lead_id,
        Interaction.interaction_type == InteractionType.STEP_HELD,
        col(Interaction.created_at) >= enrollment.enrollment_date,
    )
    stories = []
    for entry in session.exec(query.order_by(col(Interaction.id))).all():
        sequence, _, key = (entry.interaction_subject or "").partition(": ")
        lasting = key == enrollment.current_step and entry.interaction_content == enrollment.held_reason
        over = enrollment.ended_at is not None and entry.created_at > enrollment.ended_at
        if sequence == enrollment.sequence_id and not lasting and not over:
            at, reason = as_of.local(entry.created_at), entry.interaction_content
            stories.append(StepStory(key, names.get(key, key), actions.get(key, ""), "held", at, reason, None, None))
    return stories
