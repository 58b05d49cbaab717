"""Leads half way: what a new version of a sequence means for a walk. `next_step` is pure.

Steps are known by their ids (`was` names an id before a rename). A step done never comes again; the next step stays
next if it is still there; a new step right ahead of it comes first; one behind the lead never comes.
"""

from collections.abc import Collection

from sqlmodel import col, select

from leadnurture.crm.change import Change
from leadnurture.engine import stopping, walk
from leadnurture.engine.book import Edition
from leadnurture.engine.engine import Engine
from leadnurture.sequences.sequence import Sequence
from leadnurture.sequences.step import Step
from leadnurture.sequences.versions import current
from leadnurture.store.tables import Enrollment, Execution, OutboxMessage, SequenceRow
from leadnurture.store.vocabulary import EnrollmentStatus, OutboxState


def next_step(old: Sequence, new: Sequence, position: str | None, done: Collection[str]) -> Step | None:
    """Return the step of `new` that a lead comes to next whose next step in `old` was `position`.

    `done` are the old ids of the steps behind the lead. None: the walk is complete.
    """
    behind = {step.id for step in new.walked if step.id in done or (step.was or step.id) in done}
    order = list(new.walked)
    landing = _landing(old, new, position)
    if landing is None:
        last = max((number for number, step in enumerate(order) if step.id in behind), default=-1)
        return next((step for step in order[last + 1 :] if step.id not in behind), None)
    known = {step.id for step in old.walked}
    start = order.index(landing)
    while start > 0 and (before := order[start - 1]).id not in behind and not ({before.id, before.was} & known):
        start -= 1
    return next((step for step in order[start:] if step.id not in behind), None)


def _landing(old: Sequence, new: Sequence, position: str | None) -> Step | None:
    """Return the first step from the lead's position on that survives in the new version."""
    keys = [step.id for step in old.walked]
    ahead = keys[keys.index(position) :] if position in keys else []
    survivors = {step.was or step.id: step for step in new.walked} | {step.id: step for step in new.walked}
    return next((survivors[key] for key in ahead if key in survivors), None)


def migrate(change: Change, engine: Engine, enrollment: Enrollment, edition: Edition) -> None:
    """Move one walk to an edition; the wait so far is credited, because the delay still counts from the same anchor."""
    old = engine.book.edition(change.session, enrollment.version_id)
    if (
        enrollment.next_at is None
        and enrollment.status is EnrollmentStatus.ACTIVE
        and not _free(change, enrollment, edition)
    ):
        return  # its message is on its way: it moves when that is settled
    done = walk.finished_steps(change.session, enrollment)
    following = next_step(old.sequence, edition.sequence, enrollment.current_step, done)
    renamed = {step.was: step.id for step in edition.sequence.steps if step.was}
    _rename(change, enrollment, renamed)
    enrollment.version_id = edition.version_id
    change.session.flush()
    walk.schedule(change, enrollment, edition, following, enrollment.anchor_at, engine.is_holiday)


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


def _rename(change: Change, enrollment: Enrollment, renamed: dict[str, str]) -> None:
    """Let what was done under an old id count under the new one."""
    if not renamed:
        return
    query = select(Execution).where(Execution.enrollment_id == enrollment.id, col(Execution.step_key).in_(renamed))
    for execution in change.session.exec(query).all():
        execution.step_key = renamed[execution.step_key]


def catch_up(change: Change, engine: Engine, enrollment: Enrollment) -> None:
    """Move a walk whose message has just been settled to the version that was applied meanwhile."""
    row = change.session.get_one(SequenceRow, enrollment.sequence_id)
    if enrollment.status is not EnrollmentStatus.ACTIVE or row.deleted_at is not None:
        return
    version = current(change.session, row)
    if version.id is not None and version.id != enrollment.version_id:
        migrate(change, engine, enrollment, engine.book.edition(change.session, version.id))
