"""Leads half way: what a new version of a sequence means for a walk. `next_step` is pure.

Steps are known by their ids (`was` names an id before a rename). A step done never comes again; the next step stays
next if it is still there; a new step right ahead of it comes first; one behind the lead never comes.
"""

from collections.abc import Collection, Mapping

from sqlmodel import col, select

from leadnurture.crm.change import Change
from leadnurture.engine import stopping, walk
from leadnurture.engine.book import Edition, UnreadableVersionError
from leadnurture.engine.engine import Engine
from leadnurture.sequences.sequence import Sequence
from leadnurture.sequences.step import Step
from leadnurture.sequences.versions import current
from leadnurture.store.tables import Enrollment, Execution, OutboxMessage, SequenceRow
from leadnurture.store.vocabulary import EnrollmentStatus, ExecutionStatus, OutboxState


def next_step(
    old: Sequence, new: Sequence, position: str | None, done: Collection[str], *, jumped: bool = False
) -> Step | None:
    """Return the step of `new` that a lead comes to next whose next step in `old` was `position`.

    `done` are the old ids of the steps behind the lead; `jumped`: a branch led right to `position`, so that no new step
    slips in before it. None: the walk is complete.
    """
    behind = {step.id for step in new.walked if step.id in done or (step.was or step.id) in done}
    order = list(new.walked)
    landing = _landing(old, new, position)
    if landing is None:
        last = max((number for number, step in enumerate(order) if step.id in behind), default=-1)
        passed = behind | _passed(old, new, position)
        return next((step for step in order[last + 1 :] if step.id not in passed), None)
    known = {step.id for step in old.walked}
    start = order.index(landing)
    while (
        not jumped
        and start > 0
        and (before := order[start - 1]).id not in behind
        and not ({before.id, before.was} & known)
    ):
        start -= 1
    return next((step for step in order[start:] if step.id not in behind), None)


def _landing(old: Sequence, new: Sequence, position: str | None) -> Step | None:
    """Return the first step from the lead's position on that survives in the new version."""
    keys = [step.id for step in old.walked]
    ahead = keys[keys.index(position) :] if position in keys else []
    survivors = {step.was or step.id: step for step in new.walked} | {step.id: step for step in new.walked}
    return next((survivors[key] for key in ahead if key in survivors), None)


def _passed(old: Sequence, new: Sequence, position: str | None) -> set[str]:
    """Return the ids in `new` of the steps that the lead had before it in `old`, those that a branch left out too."""
    keys = [step.id for step in old.walked]
    before = set(keys[: keys.index(position)]) if position in keys else set[str]()
    return {step.id for step in new.walked if (step.was or step.id) in before or step.id in before}


def migrate(change: Change, engine: Engine, enrollment: Enrollment, edition: Edition) -> None:
    """Move one walk to an edition; the wait so far is credited, because the delay still counts from the same anchor."""
    position, done = enrollment.current_step, walk.finished_steps(change.session, enrollment)
    rename(change, enrollment, {step.was: step.id for step in edition.sequence.steps if step.was})
    if _on_its_way(change, enrollment) and not _free(change, enrollment, edition):
        if edition.sequence.step(enrollment.current_step or "") is not None:
            enrollment.version_id = edition.version_id  # it goes on by the new version once the message is settled
        return
    old = _walked_by(change, engine, enrollment) or edition.sequence
    following = next_step(old, edition.sequence, position, done, jumped=_jumped(change, enrollment, position))
    enrollment.version_id = edition.version_id
    change.session.flush()
    if enrollment.waiting_reason and following is not None and following == old.step(position or ""):
        return  # it goes on waiting for the same
    if following is None or following.id != enrollment.current_step:
        walk.forget_waiting(change.session, enrollment)
    walk.schedule(change, enrollment, edition, following, enrollment.anchor_at, engine.is_holiday)


def _jumped(change: Change, enrollment: Enrollment, position: str | None) -> bool:
    """Tell whether a branch led the walk right to its position."""
    query = (
        select(Execution.result)
        .where(Execution.enrollment_id == enrollment.id, Execution.status == ExecutionStatus.EXECUTED)
        .order_by(col(Execution.executed_at).desc(), col(Execution.id).desc())
    )
    last = change.session.exec(query).first() or {}
    return position is not None and last.get("goto") == position


def _walked_by(change: Change, engine: Engine, enrollment: Enrollment) -> Sequence | None:
    """Return the sequence that a walk has gone by so far; None if it cannot be read any more, and is mended now."""
    try:
        return engine.book.edition(change.session, enrollment.version_id).sequence
    except UnreadableVersionError:
        return None


def _free(change: Change, enrollment: Enrollment, edition: Edition) -> bool:
    """Take back a queued message whose step is gone; return whether nothing is on its way any more."""
    query = select(OutboxMessage.state).where(
        OutboxMessage.enrollment_id == enrollment.id, OutboxMessage.step_key == enrollment.current_step
    )
    state = change.session.exec(query).first()
    kept = {step.id for step in edition.sequence.walked} | {step.was for step in edition.sequence.walked}
    if state is not OutboxState.QUEUED or enrollment.current_step in kept:
        return False
    stopping.withdraw(change, enrollment, "the step is not in the sequence any more")
    return True


def _on_its_way(change: Change, enrollment: Enrollment) -> bool:
    """Tell whether a message of the walk's current step is frozen and not settled."""
    query = select(OutboxMessage.id).where(
        OutboxMessage.enrollment_id == enrollment.id,
        OutboxMessage.step_key == enrollment.current_step,
        col(OutboxMessage.state).in_((OutboxState.QUEUED, OutboxState.IN_DOUBT, OutboxState.PARKED)),
    )
    return enrollment.next_at is None and change.session.exec(query).first() is not None


def rename(change: Change, enrollment: Enrollment, renamed: dict[str, str]) -> None:
    """Let what happened under an old id count under the new one: executions, messages and the walk's own place."""
    if not renamed:
        return
    executions = change.session.exec(select(Execution).where(Execution.enrollment_id == enrollment.id)).all()
    messages = change.session.exec(select(OutboxMessage).where(OutboxMessage.enrollment_id == enrollment.id)).all()
    _rename_rows(change, renamed, {row.step_key: row for row in executions})
    _rename_rows(change, renamed, {row.step_key: row for row in messages})
    enrollment.current_step = renamed.get(enrollment.current_step or "", enrollment.current_step)


def _rename_rows(change: Change, renamed: dict[str, str], rows: Mapping[str, Execution | OutboxMessage]) -> None:
    """Rename in two rounds, because two steps may have exchanged their names; a new name that is taken stays taken."""
    moving = {old: new for old, new in renamed.items() if old in rows and (new not in rows or new in renamed)}
    for old in moving:
        rows[old].step_key = f"{old} (renamed)"
    change.session.flush()
    for old, new in moving.items():
        rows[old].step_key = new
    change.session.flush()


def catch_up(change: Change, engine: Engine, enrollment: Enrollment) -> None:
    """Move a walk whose message has just been settled to the version that was applied meanwhile."""
    row = change.session.get_one(SequenceRow, enrollment.sequence_id)
    if enrollment.status is not EnrollmentStatus.ACTIVE or row.deleted_at is not None:
        return
    version = current(change.session, row)
    if version.id is not None and version.id != enrollment.version_id:
        migrate(change, engine, enrollment, engine.book.edition(change.session, version.id))
