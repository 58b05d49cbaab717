"""Leads half way: what a new version of a sequence means for a walk. `next_step` is pure.

Steps are known by their ids (`was` names an id before a rename). A step done never comes again; the next step stays
next if it is still there; a new step right ahead of it comes first; one behind the lead never comes.
"""

from collections.abc import Collection

from sqlmodel import Session, col, select

from leadnurture.crm.change import Change
from leadnurture.engine import stopping, walk
from leadnurture.engine.book import Book, Edition, UnreadableVersionError
from leadnurture.engine.renaming import Renames, called_since, rename, renamed, renames_since
from leadnurture.engine.schedule import IsHoliday
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


def migrate(change: Change, book: Book, is_holiday: IsHoliday, enrollment: Enrollment, edition: Edition) -> None:
    """Move one walk to an edition; the wait so far is credited, because the delay still counts from the same anchor.

    A walk stays where it is, under its old version's names, while it cannot be moved: its message may have gone and the
    step is not there any more, or its step failed while it was paused.
    """
    renames = renames_since(change.session, book, enrollment, edition)
    begun = execution_of(change.session, enrollment)
    if begun is not None and begun.status is ExecutionStatus.FAILED:
        return
    if _on_its_way(change, enrollment):
        kept = edition.sequence.step(renamed(enrollment.current_step or "", renames)) is not None
        if kept:
            rename(change.session, enrollment, renames)
            enrollment.version_id = edition.version_id  # it goes on by the new version once the message is settled
        if kept or not _withdrawn(change, enrollment):
            return
        begun = None
    _move(change, book, is_holiday, enrollment, edition, renames, begun)


def _move(
    change: Change,
    book: Book,
    is_holiday: IsHoliday,
    enrollment: Enrollment,
    edition: Edition,
    renames: list[Renames],
    begun: Execution | None,
) -> None:
    old = called_since(_walked_by(change, book, enrollment) or edition.sequence, renames[:-1])
    done = {renamed(key, renames[:-1]) for key in walk.finished_steps(change.session, enrollment)}
    position = enrollment.current_step and renamed(enrollment.current_step, renames[:-1])
    jumped = _jumped(change, enrollment, enrollment.current_step)
    if begun is not None and begun.status in walk.FINISHED:  # settled while the walk was paused
        enrollment.anchor_at = begun.executed_at or change.now
        position, jumped = _next_undone(old, position, done), False
    following = next_step(old, edition.sequence, position, done, jumped=jumped)
    rename(change.session, enrollment, renames)
    enrollment.version_id = edition.version_id
    change.session.flush()
    if enrollment.waiting_reason and following is not None and following == old.step(position or ""):
        return  # it goes on waiting for the same
    if begun is not None and not _goes_on_waiting(begun, following):
        walk.forget_waiting(change.session, enrollment)
    walk.schedule(change, enrollment, edition, following, enrollment.anchor_at, is_holiday)


def _next_undone(old: Sequence, position: str | None, done: Collection[str]) -> str | None:
    """Return where a walk has come to in its old version whose step at `position` is done; None behind its end."""
    keys = [step.id for step in old.walked]
    ahead = keys[keys.index(position) + 1 :] if position in keys else []
    return next((key for key in ahead if key not in done), None)


def _goes_on_waiting(begun: Execution, following: Step | None) -> bool:
    """Tell whether the step that follows is the one that has begun to wait; not if it does something else now."""
    return following is not None and (following.id, following.action) == (begun.step_key, begun.action_type)


def _jumped(change: Change, enrollment: Enrollment, position: str | None) -> bool:
    """Tell whether a branch led the walk right to its position."""
    query = (
        select(Execution.result)
        .where(Execution.enrollment_id == enrollment.id, Execution.status == ExecutionStatus.EXECUTED)
        .order_by(col(Execution.executed_at).desc(), col(Execution.id).desc())
    )
    last = change.session.exec(query).first() or {}
    return position is not None and last.get("goto") == position


def _walked_by(change: Change, book: Book, enrollment: Enrollment) -> Sequence | None:
    """Return the sequence that a walk has gone by so far; None if it cannot be read any more, and is mended now."""
    try:
        return book.edition(change.session, enrollment.version_id).sequence
    except UnreadableVersionError:
        return None


def execution_of(session: Session, enrollment: Enrollment) -> Execution | None:
    """Return what came of the walk's current step so far, if it has begun."""
    query = select(Execution).where(
        Execution.enrollment_id == enrollment.id, Execution.step_key == enrollment.current_step
    )
    return session.exec(query).first()


def _on_its_way(change: Change, enrollment: Enrollment) -> bool:
    """Tell whether a message of the walk's current step is frozen and not settled."""
    query = select(OutboxMessage.id).where(
        OutboxMessage.enrollment_id == enrollment.id,
        OutboxMessage.step_key == enrollment.current_step,
        col(OutboxMessage.state).in_((OutboxState.QUEUED, OutboxState.IN_DOUBT, OutboxState.PARKED)),
    )
    return change.session.exec(query).first() is not None


def _withdrawn(change: Change, enrollment: Enrollment) -> bool:
    """Take back the message of a step that is gone if it is queued; return whether nothing is on its way any more."""
    stopping.withdraw(change, enrollment, "the step is not in the sequence any more")
    change.session.flush()
    return not _on_its_way(change, enrollment)


def catch_up(change: Change, book: Book, is_holiday: IsHoliday, enrollment: Enrollment) -> None:
    """Move a walk that could not be moved before to the version that was applied meanwhile."""
    row = change.session.get_one(SequenceRow, enrollment.sequence_id)
    if enrollment.status is not EnrollmentStatus.ACTIVE or row.deleted_at is not None:
        return
    version = current(change.session, row)
    if version.id is not None and version.id != enrollment.version_id:
        migrate(change, book, is_holiday, enrollment, book.edition(change.session, version.id))
