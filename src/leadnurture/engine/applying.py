"""Applying: a file's words become a version, and every lead half way moves to it, in one transaction."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from sqlmodel import col, select

from leadnurture.crm.change import Change
from leadnurture.engine import enrolling, migration, stopping
from leadnurture.engine.book import Edition, UnreadableVersionError
from leadnurture.engine.by_time import next_look
from leadnurture.engine.engine import Engine
from leadnurture.sequences import versions
from leadnurture.sequences.folder import Draft, Folder
from leadnurture.sequences.versions import Difference, Pending
from leadnurture.store.tables.lead import Lead
from leadnurture.store.tables.sequence import Enrollment, PassedOver, SequenceRow
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
    changing = [one for one in pending if one.difference is not Difference.UNCHANGED]
    before = {one.identity: _running_edition(change, engine, one.identity) for one in changing}
    written = [_write(change, engine, one) for one in changing]
    fresh = {one.identity: before[one.identity] for one in written if one.difference is not Difference.DELETED}
    enrolled, passed = _meet_present_leads(change, engine, fresh)
    return [replace(one, enrolled=enrolled[one.identity], passed_over=passed[one.identity]) for one in written]


def _running_edition(change: Change, engine: Engine, identity: str) -> Edition | None:
    """Return what a sequence has gone by so far; None for a new one, and one that cannot be read any more."""
    row = change.session.get(SequenceRow, identity)
    if row is None or row.deleted_at is not None or not row.is_active:
        return None
    try:
        return engine.book.edition(change.session, versions.current(change.session, row).id or 0)
    except UnreadableVersionError:
        return None


def _write(change: Change, engine: Engine, pending: Pending) -> Applied:
    if pending.difference is Difference.DELETED:
        return _delete(change, pending)
    assert pending.draft is not None
    assert pending.draft.sequence is not None
    commit = pending.back_to.commit_id if pending.back_to else _commit(engine.folder, pending.draft)
    version = versions.record(change.session, pending.draft, pending.draft.sequence, change.now, commit)
    row = change.session.get_one(SequenceRow, pending.identity)
    look = next_look(pending.draft.sequence, change.now, change.config.studio.zone)
    row.next_look_at = min(look, row.next_look_at) if look and row.next_look_at else look  # one that is due stays due
    moved = _move_all(change, engine, pending.identity, version.id or 0)
    return Applied(pending.identity, pending.difference, version.number, moved, 0, 0, 0)


def _commit(folder: Folder, draft: Draft) -> str | None:
    """Return the commit that has these very words; None if they are in none yet."""
    files = [folder.root / draft.parsed.file, *(folder.beside(name) for name in (*draft.templates, *draft.attachments))]
    return versions.commit_of(folder.root, files)


def _running(change: Change, identity: str) -> list[Enrollment]:
    states = (EnrollmentStatus.ACTIVE, EnrollmentStatus.PAUSED)
    query = select(Enrollment).where(Enrollment.sequence_id == identity, col(Enrollment.status).in_(states))
    return list(change.session.exec(query).all())


def _move_all(change: Change, engine: Engine, identity: str, version_id: int) -> int:
    edition = engine.book.edition(change.session, version_id)
    walks = _running(change, identity)
    for enrollment in walks:
        migration.migrate(change, engine.book, engine.is_holiday, enrollment, edition)
    return len(walks)


def _delete(change: Change, pending: Pending) -> Applied:
    row = change.session.get_one(SequenceRow, pending.identity)
    walks = _running(change, pending.identity)
    for enrollment in walks:
        stopping.cancel(change, enrollment, "the sequence was deleted")
    row.deleted_at, row.updated_at = change.now, change.now
    return Applied(pending.identity, pending.difference, row.current_version, 0, 0, 0, len(walks))


def _meet_present_leads(
    change: Change, engine: Engine, fresh: Mapping[str, Edition | None]
) -> tuple[Counter[str], Counter[str]]:
    """Leads that fit already when a version comes: they enroll with `existing: true`, else they are passed over.

    `fresh` are the sequences that were applied, with what each went by before. Whom that would have taken (at the look
    of the day, or when their automation is resumed) is about to enter, and an edited line changes nothing about it.
    Returns how many enrolled and how many were passed over, by sequence.
    """
    enrolled, passed = Counter[str](), Counter[str]()
    editions = engine.book.current(change.session)
    if not any(edition.sequence.id in fresh and edition.sequence.default for edition in editions):
        editions = [edition for edition in editions if edition.sequence.id in fresh]  # the others' fit plays no part
    for lead in change.session.exec(select(Lead)).all() if editions else ():
        judged = enrolling.entries_for(change, lead, editions)
        _forget_passed_over(change, lead, judged)
        entries = [
            entry
            for entry in judged
            if entry.edition.sequence.id in fresh
            and entry.fits
            and not entry.barred
            and not enrolling.is_passed_over(change, lead, entry.edition)
            and (
                entry.edition.sequence.enroll.existing
                or not _is_about_to_enter(change, lead, fresh[entry.edition.sequence.id])
            )
            and not (lead.automation_paused and entry.edition.sequence.enroll.existing)  # they enter when resumed
        ]
        chosen = enrolling.choose([entry for entry in entries if entry.edition.sequence.enroll.existing])
        for entry in entries:
            if entry in chosen:
                enrolling.enter(change, lead, entry, engine.is_holiday)
                enrolled[entry.edition.sequence.id] += 1
            else:
                enrolling.pass_over(change, lead, entry.edition, _why_not(entry, chosen))
                passed[entry.edition.sequence.id] += 1
    return enrolled, passed


def _is_about_to_enter(change: Change, lead: Lead, before: Edition | None) -> bool:
    entry = enrolling.entry_for(change, lead, before) if before else None
    return entry is not None and entry.fits and not entry.barred


def _forget_passed_over(change: Change, lead: Lead, entries: list[enrolling.Entry]) -> None:
    """Whom an earlier version passed over, and this one does not fit, it may fit for the first time later."""
    for entry in entries:
        row = None if entry.holds_or_will else change.session.get(PassedOver, (lead.id, entry.edition.sequence.id))
        if row is not None:
            change.session.delete(row)


def _why_not(entry: enrolling.Entry, chosen: list[enrolling.Entry]) -> str:
    if entry.edition.sequence.enroll.existing:
        return enrolling.outranked(entry, chosen[0])
    return "it fitted already when the sequence was applied"
