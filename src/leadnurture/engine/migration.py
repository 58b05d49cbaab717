"""Leads half way: moving their walks to a new version of their sequence, with all that has happened in them."""

from collections.abc import Collection

from sqlmodel import col, select

from leadnurture.crm.change import Change
from leadnurture.engine import next_moment, stopping, taking_back, walk
from leadnurture.engine.book import Book, Edition, UnreadableVersionError
from leadnurture.engine.landing import next_step
from leadnurture.engine.renaming import Renames, called_since, rename, renamed, renames_since
from leadnurture.engine.schedule import IsHoliday
from leadnurture.engine.timing import Timing, timing_of
from leadnurture.sequences.sequence import Sequence
from leadnurture.sequences.step import Step
from leadnurture.sequences.versions import current
from leadnurture.store.tables.lead import Lead
from leadnurture.store.tables.outbox import OutboxMessage
from leadnurture.store.tables.sequence import Enrollment, Execution, SequenceRow
from leadnurture.store.vocabulary import EnrollmentStatus, ExecutionStatus, OutboxState


def migrate(change: Change, book: Book, is_holiday: IsHoliday, enrollment: Enrollment, edition: Edition) -> None:
    """Move one walk to an edition; the wait so far is credited, because the delay still counts from the same anchor.

    A walk stays where it is, under its old version's names, while it cannot be moved: its message may have gone and the
    step is not there any more, or its step failed while it was paused. It ends if the edition is marketing, and the
    couple does not consent to that.
    """
    if stopping.stopped_for_consent(change, enrollment, edition.sequence.purpose):
        return
    renames = renames_since(change.session, book, enrollment, edition)
    begun = walk.execution_of(change.session, enrollment)
    if begun is not None and begun.status is ExecutionStatus.FAILED:
        return
    if _on_its_way(change, enrollment):
        kept = edition.sequence.step(renamed(enrollment.current_step or "", renames)) is not None
        if kept:
            rename(change.session, enrollment, renames)
            enrollment.version_id = edition.version_id  # it goes on by the new version once the message is settled
            taking_back.decide_anew(change, enrollment, edition, is_holiday)
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
    walked = _walked_by(change, book, enrollment)
    old = called_since(walked or edition.sequence, renames[:-1])
    done = {renamed(key, renames[:-1]) for key in walk.finished_steps(change.session, enrollment)}
    position = enrollment.current_step and renamed(enrollment.current_step, renames[:-1])
    if begun is not None and begun.status in walk.FINISHED:  # settled while the walk was paused
        enrollment.anchor_at, enrollment.jumped = begun.executed_at or change.now, False
        position, begun = _next_undone(old, position, done), None
    jumped = enrollment.jumped or begun is not None  # a wait that has begun goes on
    following = next_step(old, edition.sequence, position, done, jumped=jumped)
    before = _timing(change, is_holiday, enrollment, walked, old.step(position or ""))
    rename(change.session, enrollment, renames)
    enrollment.version_id = edition.version_id
    change.session.flush()
    if following is None or following.id != enrollment.current_step:
        walk.forget_waiting(change.session, enrollment)
        walk.schedule(change, enrollment, edition, following, enrollment.anchor_at, is_holiday)
        return
    unchanged = following == old.step(position or "")
    timing = _timing(change, is_holiday, enrollment, edition.sequence, following)
    if begun is not None and begun.action_type == following.action and not (timing and timing.lies_ahead(change.now)):
        enrollment.next_at = enrollment.next_at if unchanged else change.now  # asked again, by its new words
    elif begun is not None or not (unchanged and enrollment.waiting_reason):  # else it goes on waiting for the same
        walk.forget_waiting(change.session, enrollment)
        next_moment.reschedule(change, enrollment, edition, following, before, is_holiday)


def _timing(
    change: Change, is_holiday: IsHoliday, enrollment: Enrollment, sequence: Sequence | None, step: Step | None
) -> Timing | None:
    if sequence is None or step is None:
        return None
    lead = change.session.get_one(Lead, enrollment.lead_id)
    return timing_of(lead, enrollment, sequence, step, change.config, is_holiday)


def _next_undone(old: Sequence, position: str | None, done: Collection[str]) -> str | None:
    """Return where a walk has come to in its old version whose step at `position` is done; None behind its end."""
    keys = [step.id for step in old.walked]
    ahead = keys[keys.index(position) + 1 :] if position in keys else []
    return next((key for key in ahead if key not in done), None)


def _walked_by(change: Change, book: Book, enrollment: Enrollment) -> Sequence | None:
    """Return the sequence that a walk has gone by so far; None if it cannot be read any more, and is mended now."""
    try:
        return book.edition(change.session, enrollment.version_id).sequence
    except UnreadableVersionError:
        return None


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
    taking_back.withdraw(change, enrollment, "the step is not in the sequence any more")
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
