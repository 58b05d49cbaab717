"""Renamed steps: under which ids what happened to a walk counts in a later version of its sequence."""

from collections.abc import Iterable, Mapping, Sequence

from sqlmodel import Session, col, select

from leadnurture.engine.book import Book, Edition, UnreadableVersionError
from leadnurture.sequences import sequence as words
from leadnurture.store.tables.outbox import OutboxMessage
from leadnurture.store.tables.sequence import Enrollment, Execution, SequenceVersion

Renames = Mapping[str, str]  # what one version says: old id → new id


def renames_since(session: Session, book: Book, enrollment: Enrollment, edition: Edition) -> list[Renames]:
    """Return the renames of every version behind the one that a walk goes by, up to an edition, in their order.

    A version in between that cannot be read any more renames nothing.
    """
    query = (
        select(SequenceVersion.id)
        .where(
            SequenceVersion.sequence_id == enrollment.sequence_id,
            col(SequenceVersion.id) > enrollment.version_id,
            col(SequenceVersion.id) < edition.version_id,
        )
        .order_by(col(SequenceVersion.id))
    )
    return [*(_renames_of(session, book, key or 0) for key in session.exec(query).all()), _renames(edition)]


def _renames_of(session: Session, book: Book, version_id: int) -> Renames:
    try:
        return _renames(book.edition(session, version_id))
    except UnreadableVersionError:
        return {}


def _renames(edition: Edition) -> Renames:
    return {step.was: step.id for step in edition.sequence.steps if step.was}


def renamed(key: str, renames: Iterable[Renames]) -> str:
    """Return what a step is called after all the renames."""
    for names in renames:
        key = names.get(key, key)
    return key


def called_since(old: words.Sequence, renames: Sequence[Renames]) -> words.Sequence:
    """Return a sequence with its steps under the names that the renames gave them."""
    if not any(renames):
        return old
    steps = tuple(step.model_copy(update={"id": renamed(step.id, renames)}) for step in old.steps)
    return old.model_copy(update={"steps": steps})


def rename(session: Session, enrollment: Enrollment, renames: Iterable[Renames]) -> None:
    """Let what happened under old ids count under the new ones: executions, messages and the walk's own place."""
    for names in renames:
        if not names:
            continue
        executions = session.exec(select(Execution).where(Execution.enrollment_id == enrollment.id)).all()
        messages = session.exec(select(OutboxMessage).where(OutboxMessage.enrollment_id == enrollment.id)).all()
        _rename_rows(names, executions)
        _rename_rows(names, messages)
        enrollment.current_step = names.get(enrollment.current_step or "", enrollment.current_step)
        session.flush()


def _rename_rows(names: Renames, rows: Iterable[Execution | OutboxMessage]) -> None:
    """A name that is taken stays taken: what has that name happened, too."""
    rows = list(rows)
    taken = {row.step_key for row in rows}
    for row in rows:
        if (new := names.get(row.step_key)) is not None and new not in taken:
            row.step_key = new
