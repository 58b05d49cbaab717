"""Applying: a file's words become a version, and every lead half way moves to it, in one transaction."""

from collections.abc import Iterable
from dataclasses import dataclass

from sqlmodel import col, select

from leadnurture.crm.change import Change
from leadnurture.engine import enrolling, migration, stopping
from leadnurture.engine.engine import Engine
from leadnurture.sequences import versions
from leadnurture.sequences.versions import Difference, Pending
from leadnurture.store.tables import Enrollment, Lead, SequenceRow
from leadnurture.store.vocabulary import EnrollmentStatus


@dataclass(frozen=True)
class Applied:
    """What applying one sequence did."""

    identity: str
    difference: Difference
    version: int
    moved: int  # leads half way that went over to the new version
    enrolled: int
    passed_over: int  # leads that fit already and stay out
    cancelled: int


def apply(change: Change, engine: Engine, pending: Iterable[Pending]) -> list[Applied]:
    """Apply sequences that were checked; unchanged ones are left alone."""
    commit = versions.commit_of(engine.folder.root)
    return [_apply_one(change, engine, one, commit) for one in pending if one.difference is not Difference.UNCHANGED]


def _apply_one(change: Change, engine: Engine, pending: Pending, commit: str | None) -> Applied:
    if pending.difference is Difference.DELETED:
        return _delete(change, pending)
    assert pending.draft is not None
    assert pending.draft.sequence is not None
    version = versions.record(change.session, pending.draft, pending.draft.sequence, change.now, commit)
    moved = _move_all(change, engine, pending.identity, version.id or 0)
    enrolled, passed = _meet_present_leads(change, engine, version.id or 0)
    return Applied(pending.identity, pending.difference, version.number, moved, enrolled, passed, 0)


def _running(change: Change, identity: str) -> list[Enrollment]:
    states = (EnrollmentStatus.ACTIVE, EnrollmentStatus.PAUSED)
    query = select(Enrollment).where(Enrollment.sequence_id == identity, col(Enrollment.status).in_(states))
    return list(change.session.exec(query).all())


def _move_all(change: Change, engine: Engine, identity: str, version_id: int) -> int:
    edition = engine.book.edition(change.session, version_id)
    walks = _running(change, identity)
    for enrollment in walks:
        migration.migrate(change, engine, enrollment, edition)
    return len(walks)


def _delete(change: Change, pending: Pending) -> Applied:
    row = change.session.get_one(SequenceRow, pending.identity)
    walks = _running(change, pending.identity)
    for enrollment in walks:
        stopping.cancel(change, enrollment, "the sequence was deleted")
    row.deleted_at, row.updated_at = change.now, change.now
    return Applied(pending.identity, pending.difference, row.current_version, 0, 0, 0, len(walks))


def _meet_present_leads(change: Change, engine: Engine, version_id: int) -> tuple[int, int]:
    """Leads that fit already when a version comes: they enroll with `existing: true`, else they are passed over."""
    edition = engine.book.edition(change.session, version_id)
    if not edition.sequence.active or edition.sequence.enroll.when is None:
        return 0, 0
    enrolled, passed = len(change.enrolled), 0
    for lead in change.session.exec(select(Lead)).all():
        entry = enrolling.entry_for(change, lead, edition)
        if not entry.fits or entry.barred or enrolling.is_passed_over(change, lead, edition):
            continue
        if edition.sequence.enroll.existing:
            enrolling.enter(change, lead, entry, engine.is_holiday)
        else:
            enrolling.pass_over(change, lead, edition, "it fitted already when the sequence was applied")
            passed += 1
    return len(change.enrolled) - enrolled, passed
