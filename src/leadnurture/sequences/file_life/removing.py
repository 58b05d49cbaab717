"""Removing a sequence's file, and what that would mean for its leads and its letters."""

from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy import func
from sqlmodel import Session, col, select

from leadnurture.crm.values import Reading
from leadnurture.sequences.file_life.source_file import SourceFile
from leadnurture.sequences.folder import Draft, Folder
from leadnurture.store.tables.sequence import Enrollment
from leadnurture.store.vocabulary import EnrollmentStatus

_UNDER_WAY = (EnrollmentStatus.ACTIVE, EnrollmentStatus.PAUSED)


@dataclass(frozen=True)
class Removal:
    """A file to remove. `leads` would leave the sequence at the next `apply`; nobody else names the `templates`."""

    source: SourceFile
    leads: int
    templates: tuple[str, ...]


def removal_of(session: Session, folder: Folder, reading: Reading, identity: str) -> Removal:
    """Return what removing a sequence's file would mean; raises NotFoundError or ConfigurationError."""
    path = folder.named(identity)
    source = SourceFile.read(path)
    drafts = {draft.identity: draft for draft in folder.drafts(reading)}
    others = [draft for name, draft in drafts.items() if name != path.stem]
    return Removal(source, leads_in(session, path.stem), _orphans(drafts[path.stem], others))


def leads_in(session: Session, identity: str) -> int:
    """Return how many leads are half way through a sequence."""
    query = select(func.count()).select_from(Enrollment)
    under_way = col(Enrollment.status).in_(_UNDER_WAY)
    return session.exec(query.where(Enrollment.sequence_id == identity, under_way)).one()


def _orphans(draft: Draft, others: Iterable[Draft]) -> tuple[str, ...]:
    """Return the templates of one sequence that no other names; one that is broken might name any."""
    used: set[str] = set()
    for other in others:
        if other.sequence is None:
            return ()
        used.update(other.templates)
    return tuple(name for name in draft.templates if name not in used)
