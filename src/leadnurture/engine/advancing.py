"""Advancing a walk by hand: past its current step, or to a later one; never back, never past a message in doubt."""

from sqlmodel import select

from leadnurture.crm.change import Change
from leadnurture.engine import by_hand, migration, next_moment, taking_back, walk
from leadnurture.engine.book import Edition
from leadnurture.engine.engine import Engine
from leadnurture.errors import ConflictError, NotFoundError
from leadnurture.sequences.sequence import Sequence
from leadnurture.sequences.step import Step
from leadnurture.sequences.suggestions import did_you_mean
from leadnurture.store.tables.outbox import OutboxMessage
from leadnurture.store.tables.sequence import Enrollment, Execution
from leadnurture.store.vocabulary import ExecutionStatus, InteractionType, OutboxState

REASON = "advanced by hand"


def advance(
    change: Change, engine: Engine, enrollment: Enrollment, to: str | None = None, *, keep_delay: bool = False
) -> None:
    """Skip the current step, and all steps before `to` if given; what comes then is due now unless its delay is kept.

    A step that hangs on the wedding keeps its day, too, unless it is named.

    Raises NotFoundError for an unknown step; ConflictError for a walk that has ended, a sequence that does not allow
    it, a step behind the lead, and a message that may have gone out.
    """
    by_hand.require(enrollment, by_hand.RUNNING, "advanced")
    edition = engine.book.edition(change.session, enrollment.version_id)
    if not edition.sequence.settings.allow_manual_advance:
        hint = f"`allow_manual_advance` under `settings` in sequences/{edition.sequence.id}.yaml says so"
        raise ConflictError(f"'{edition.sequence.id}' does not allow to advance by hand", hint=hint)
    target = _target(change, enrollment, edition.sequence, to)
    _free(change, enrollment)
    for step in _between(edition.sequence, enrollment.current_step, target):
        _skip(change, enrollment, edition, step)
    _go_to(change, engine, enrollment, edition, target, named=to is not None, keep_delay=keep_delay)


def _target(change: Change, enrollment: Enrollment, sequence: Sequence, to: str | None) -> Step | None:
    """Return the step to go to; None completes the walk."""
    done = walk.finished_steps(change.session, enrollment)
    ahead = [step for step in _behind(sequence, enrollment.current_step) if step.id not in done]
    if to is None:
        return ahead[0] if ahead else None
    named = next((step for step in ahead if step.id == to), None)
    if named is None:
        raise _not_ahead(enrollment, sequence, to, [step.id for step in ahead])
    return named


def _not_ahead(enrollment: Enrollment, sequence: Sequence, to: str, ahead: list[str]) -> Exception:
    """Return the error for a step that cannot be gone to: unknown, behind the lead, or where they are."""
    hint = f"ahead of them: {', '.join(ahead)}" if ahead else "no step is ahead of them"
    if sequence.step(to) is None:
        near = did_you_mean(to, ahead)
        return NotFoundError(f"'{sequence.id}' has no step '{to}'{near}", hint=hint)
    if to == enrollment.current_step:
        return ConflictError(f"'{to}' is the step that comes next already", hint=hint)
    return ConflictError(f"'{to}' is behind them, and nobody goes back", hint=hint)


def _behind(sequence: Sequence, key: str | None) -> list[Step]:
    """Return the steps that come after a step, in order."""
    keys = [step.id for step in sequence.walked]
    return list(sequence.walked[keys.index(key) + 1 :]) if key in keys else []


def _between(sequence: Sequence, current: str | None, target: Step | None) -> list[Step]:
    """Return the current step and those that are jumped over to reach the target."""
    start = sequence.step(current or "")
    steps = [*([start] if start else []), *_behind(sequence, current)]
    return steps[: steps.index(target)] if target else steps


def _free(change: Change, enrollment: Enrollment) -> None:
    """Take the current step's message back if it is queued; one that may have gone out must be settled first."""
    query = select(OutboxMessage).where(
        OutboxMessage.enrollment_id == enrollment.id, OutboxMessage.step_key == enrollment.current_step
    )
    message = change.session.exec(query).first()
    if message is not None and message.state in {OutboxState.IN_DOUBT, OutboxState.PARKED}:
        raise ConflictError(
            f"nobody knows yet whether the message of '{message.step_key}' has gone out",
            hint=f"leadnurture outbox resolve {message.id} --sent or --resend, then advance",
        )
    taking_back.withdraw(change, enrollment, REASON)


def _skip(change: Change, enrollment: Enrollment, edition: Edition, step: Step) -> None:
    """Write down that a step was left out, unless something came of it before."""
    key = (Execution.enrollment_id == enrollment.id, Execution.step_key == step.id)
    execution = change.session.exec(select(Execution).where(*key)).first()
    if execution is None:
        execution = _skipped(change, enrollment, edition, step)
        change.session.add(execution)
    elif execution.status in {ExecutionStatus.PENDING, ExecutionStatus.WAITING}:
        execution.status, execution.reason, execution.executed_at = ExecutionStatus.SKIPPED, REASON, change.now
    if execution.reason == REASON:
        subject = f"{enrollment.sequence_id}: {step.label}"
        by_hand.say(change, enrollment, InteractionType.STEP_SKIPPED, subject, REASON)


def _skipped(change: Change, enrollment: Enrollment, edition: Edition, step: Step) -> Execution:
    return Execution(
        enrollment_id=enrollment.id or 0,
        lead_id=enrollment.lead_id,
        sequence_id=edition.sequence.id,
        version_id=edition.version_id,
        step_number=edition.sequence.steps.index(step) + 1,
        step_key=step.id,
        action_type=step.action,
        status=ExecutionStatus.SKIPPED,
        reason=REASON,
        due_at=enrollment.next_at if step.id == enrollment.current_step else None,
        executed_at=change.now,
        created_at=change.now,
        updated_at=change.now,
    )


def _go_to(
    change: Change,
    engine: Engine,
    enrollment: Enrollment,
    edition: Edition,
    target: Step | None,
    *,
    named: bool,
    keep_delay: bool,
) -> None:
    change.session.flush()
    enrollment.steps_completed, enrollment.jumped = len(walk.finished_steps(change.session, enrollment)), named
    walk.schedule(change, enrollment, edition, target, change.now, engine.is_holiday)
    change.session.flush()
    # It may have waited with its message for a version applied since.
    migration.catch_up(change, engine.book, engine.is_holiday, enrollment)
    if not keep_delay and enrollment.status in by_hand.RUNNING:
        edition = engine.book.edition(change.session, enrollment.version_id)
        next_moment.due_now(change, enrollment, edition, engine.is_holiday, early=named)
