"""The walks of two leads that become one: of two through one sequence the one further along goes on, and no step that
either has behind it comes again."""

from collections.abc import Callable, Iterable
from datetime import datetime

from sqlmodel import col, select

from leadnurture.crm.change import Change
from leadnurture.engine import stopping, taking_back, walk
from leadnurture.engine.book import UnreadableVersionError
from leadnurture.engine.engine import Engine
from leadnurture.engine.renaming import renamed, renames_since
from leadnurture.store.tables.lead import Lead
from leadnurture.store.tables.outbox import OutboxMessage
from leadnurture.store.tables.sequence import Enrollment, Execution
from leadnurture.store.vocabulary import EnrollmentStatus, ExecutionStatus, OutboxState

_MAY_HAVE_GONE = (OutboxState.IN_DOUBT, OutboxState.PARKED, OutboxState.SENT)


def end_twins(change: Change, engine: Engine, kept: Lead, other: Lead) -> list[str]:
    """End one of two running walks through one sequence, the one that is less far along; return what was done."""
    assert kept.id is not None
    assert other.id is not None
    theirs = {walked.sequence_id: walked for walked in stopping.running(change, other.id)}
    told = []
    for mine in stopping.running(change, kept.id):
        twin = theirs.get(mine.sequence_id)
        if twin is None:
            continue
        further, behind = (
            (mine, twin) if _progress(change, engine, mine) >= _progress(change, engine, twin) else (twin, mine)
        )
        stopping.cancel(change, behind, f"merged: lead {further.lead_id} is further along in it")
        told.append(
            f"{mine.sequence_id}: the walk of lead {behind.lead_id} ends, that of lead {further.lead_id} goes on"
        )
    change.session.flush()
    return told


def _progress(change: Change, engine: Engine, walked: Enrollment) -> tuple[int, int]:
    """Return how far a walk is: the place of its current step, then how many steps it has behind it."""
    done = len(walk.finished_steps(change.session, walked))
    try:
        order = engine.book.edition(change.session, walked.version_id).sequence.walked
    except UnreadableVersionError:
        return 0, done
    keys = [step.id for step in order]
    return (keys.index(walked.current_step) if walked.current_step in keys else 0), done


def lead_on(change: Change, engine: Engine, kept: Lead, other_id: int) -> list[str]:
    """Leave out of the couple's running walks what other walks through the same sequence have done; return what was.

    A walk whose version cannot be read any more is paused instead: it might repeat something.
    """
    assert kept.id is not None
    told = []
    for running in stopping.running(change, kept.id):
        past = select(Enrollment).where(
            Enrollment.lead_id == kept.id,
            Enrollment.sequence_id == running.sequence_id,
            Enrollment.id != running.id,
        )
        done = _done_by(change, engine, running, change.session.exec(past).all())
        if done and (left := _leave_out(change, engine, running, done, other_id)):
            told.append(f"{running.sequence_id}: {', '.join(left)} will not come again")
    return told


def _done_by(change: Change, engine: Engine, running: Enrollment, past: Iterable[Enrollment]) -> dict[str, Execution]:
    """Return what other walks have done or may have sent, by the names of the steps in the running walk's version."""
    done: dict[str, Execution] = {}
    for walked in past:
        name = _names(change, engine, walked, running)
        query = select(Execution).where(Execution.enrollment_id == walked.id).order_by(col(Execution.id))
        for execution in change.session.exec(query).all():
            if execution.status is ExecutionStatus.EXECUTED or _may_have_gone(change, execution):
                done[name(execution.step_key)] = execution
    return done


def _names(change: Change, engine: Engine, walked: Enrollment, running: Enrollment) -> Callable[[str], str]:
    """Return what a step of one walk is called in the version of another; the same where that cannot be read."""
    if walked.version_id == running.version_id:
        return str
    older, newer = sorted((walked, running), key=lambda one: one.version_id)
    try:
        edition = engine.book.edition(change.session, newer.version_id)
        renames = renames_since(change.session, engine.book, older, edition)
        steps = engine.book.edition(change.session, older.version_id).sequence.steps
    except UnreadableVersionError:
        return str
    forward = {step.id: renamed(step.id, renames) for step in steps}
    names = forward if older is walked else {new: old for old, new in forward.items()}
    return lambda key: names.get(key, key)


def _may_have_gone(change: Change, execution: Execution) -> bool:
    query = select(OutboxMessage.id).where(
        OutboxMessage.execution_id == execution.id, col(OutboxMessage.state).in_(_MAY_HAVE_GONE)
    )
    return change.session.exec(query).first() is not None


def _leave_out(
    change: Change, engine: Engine, running: Enrollment, done: dict[str, Execution], other_id: int
) -> list[str]:
    mine = select(Execution).where(Execution.enrollment_id == running.id)
    begun = {one.step_key: one for one in change.session.exec(mine).all()}
    left = [key for key in done if key not in begun or _can_be_undone(change, begun[key])]
    for key in left:
        if key in begun:
            _undo(change, begun[key])
        _skip(change, running, key, done[key], other_id)
    change.session.flush()
    if running.current_step in left:
        _go_on(change, engine, running, done[running.current_step].executed_at or change.now)
    return left


def _can_be_undone(change: Change, execution: Execution) -> bool:
    """Tell whether a step has begun and certainly reached nobody: it waits, or its message is still queued."""
    return execution.status is ExecutionStatus.WAITING or (
        execution.status is ExecutionStatus.PENDING and not _may_have_gone(change, execution)
    )


def _undo(change: Change, execution: Execution) -> None:
    queued = select(OutboxMessage).where(OutboxMessage.execution_id == execution.id)
    taking_back.remove(change, *change.session.exec(queued).all(), execution)


def _skip(change: Change, running: Enrollment, key: str, done: Execution, other_id: int) -> None:
    assert running.id is not None
    change.session.add(
        Execution(
            enrollment_id=running.id,
            lead_id=running.lead_id,
            sequence_id=running.sequence_id,
            version_id=running.version_id,
            step_number=done.step_number,
            step_key=key,
            action_type=done.action_type,
            status=ExecutionStatus.SKIPPED,
            reason=f"they had it in another walk, before lead {other_id} was merged",
            executed_at=change.now,
            created_at=change.now,
            updated_at=change.now,
        )
    )


def _go_on(change: Change, engine: Engine, running: Enrollment, done_at: datetime) -> None:
    try:
        edition = engine.book.edition(change.session, running.version_id)
    except UnreadableVersionError as error:
        running.status, running.held_reason, running.next_at = EnrollmentStatus.PAUSED, error.message, None
        return
    walk.go_on(change, running, edition, max(done_at, running.anchor_at), engine.is_holiday)


def end_answered(change: Change, engine: Engine, kept: Lead, replied_at: datetime | None) -> None:
    """End the walks that end by a reply and began before the couple replied, whichever of the two leads that was."""
    assert kept.id is not None
    for running in stopping.running(change, kept.id):
        if replied_at is None or running.enrollment_date > replied_at:
            continue
        if "reply" in stopping.stops_of(change, running, engine.book):
            stopping.cancel(change, running, "they replied")


def ended_or_begun(change: Change, going: Iterable[int | None]) -> list[str]:
    """Return which of the walks that were running have ended by the merger and why, and what begins by it."""
    walks = [change.session.get_one(Enrollment, walk_id) for walk_id in going]
    ended = [f"{walked.sequence_id}: ends, because {walked.end_reason}" for walked in walks if walked.end_reason]
    return ended + [f"{sequence}: begins" for _, sequence in change.enrolled]
