"""Versions: each applied state of a sequence is written down once, with its templates, and never changed."""

import subprocess
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from datetime import datetime
from enum import StrEnum
from pathlib import Path

from sqlmodel import Session, col, select

from leadnurture.crm.values import Reading
from leadnurture.errors import ConflictError, NotFoundError
from leadnurture.sequences.attachments import Attached, recorded
from leadnurture.sequences.folder import Draft
from leadnurture.sequences.parse import parse
from leadnurture.sequences.sequence import Sequence
from leadnurture.store.tables.sequence import SequenceRow, SequenceStep, SequenceVersion


class Difference(StrEnum):
    """How a file stands to what was applied last."""

    NEW = "new"
    CHANGED = "changed"
    UNCHANGED = "unchanged"
    RETURNED = "returned"  # its file was deleted once, and is back
    DELETED = "deleted"


@dataclass(frozen=True)
class Pending:
    """One sequence and what applying it would be; `draft` is None if its file is gone.

    `back_to` is the old version whose words are applied again, instead of the file's.
    """

    identity: str
    difference: Difference
    draft: Draft | None = None
    back_to: SequenceVersion | None = None


def compare(session: Session, drafts: Iterable[Draft]) -> list[Pending]:
    """Return how each file, and each applied sequence without a file, stands to the database."""
    rows = {row.id: row for row in session.exec(select(SequenceRow)).all()}
    found = {
        draft.identity: Pending(draft.identity, _difference(session, rows.get(draft.identity), draft), draft)
        for draft in drafts
    }
    gone = [
        Pending(name, Difference.DELETED) for name, row in rows.items() if name not in found and row.deleted_at is None
    ]
    return [*found.values(), *gone]


def _difference(session: Session, row: SequenceRow | None, draft: Draft) -> Difference:
    if row is None:
        return Difference.NEW
    if row.deleted_at is not None:
        return Difference.RETURNED
    return Difference.UNCHANGED if current(session, row).content_hash == draft.fingerprint else Difference.CHANGED


def current(session: Session, row: SequenceRow) -> SequenceVersion:
    """Return the version that a sequence's leads walk by."""
    query = select(SequenceVersion).where(
        SequenceVersion.sequence_id == row.id, SequenceVersion.number == row.current_version
    )
    return session.exec(query).one()


def numbered(session: Session, identity: str, number: int) -> SequenceVersion:
    """Return a version of a sequence; raises NotFoundError that says which there are."""
    query = select(SequenceVersion).where(SequenceVersion.sequence_id == identity).order_by(col(SequenceVersion.number))
    known = {version.number: version for version in session.exec(query).all()}
    if number not in known:
        there = f"there are 1 to {max(known)}" if len(known) > 1 else "there is only version 1"
        hint = f"{there}: leadnurture sequence show {identity}" if known else "leadnurture sequence list shows them"
        raise NotFoundError(f"there is no version {number} of a sequence '{identity}'", hint=hint)
    return known[number]


def going_back(session: Session, identity: str, number: int, reading: Reading) -> Pending:
    """Return an old version's words as something to apply; raises NotFoundError, or ConflictError if they run now."""
    version = numbered(session, identity, number)
    row = session.get_one(SequenceRow, identity)
    if row.deleted_at is None and current(session, row).content_hash == version.content_hash:
        raise ConflictError(f"what version {number} of '{identity}' says is what runs (version {row.current_version})")
    parsed = parse(version.source, version.file, identity, reading)
    difference = Difference.CHANGED if row.deleted_at is None else Difference.RETURNED
    draft = Draft(identity, parsed, dict(version.templates), attachments=recorded(version.attachments))
    return Pending(identity, difference, draft, version)


def applied_attachments(session: Session) -> dict[str, Attached]:
    """Return the attachments of what runs, by name; they need not be read to be known again."""
    query = select(SequenceVersion.attachments).join(SequenceRow, col(SequenceRow.id) == SequenceVersion.sequence_id)
    running = session.exec(query.where(SequenceVersion.number == SequenceRow.current_version)).all()
    return {name: file for given in running for name, file in recorded(given).items()}


def record(session: Session, draft: Draft, sequence: Sequence, now: datetime, commit_id: str | None) -> SequenceVersion:
    """Write a new version of a sequence and make it the current one."""
    row = session.get(SequenceRow, draft.identity)
    newest = session.exec(
        select(SequenceVersion.number)
        .where(SequenceVersion.sequence_id == draft.identity)
        .order_by(col(SequenceVersion.number).desc())
    ).first()
    number = (newest or 0) + 1
    row = _row(row, sequence, number, now)
    session.add(row)
    session.flush()
    version = SequenceVersion(
        sequence_id=draft.identity,
        number=number,
        file=draft.parsed.file,
        content_hash=draft.fingerprint,
        commit_id=commit_id,
        source=draft.parsed.text,
        templates=dict(draft.templates),
        attachments={name: asdict(file) for name, file in draft.attachments.items()},
        applied_at=now,
    )
    session.add(version)
    session.flush()
    _write_steps(session, version, sequence)
    return version


def _row(row: SequenceRow | None, sequence: Sequence, number: int, now: datetime) -> SequenceRow:
    row = row or SequenceRow(id=sequence.id, created_at=now, updated_at=now)  # type: ignore[call-arg]
    row.sequence_name, row.sequence_description = sequence.name, sequence.description
    row.category, row.sequence_type, row.purpose = sequence.category, sequence.type, sequence.purpose
    row.is_active, row.is_default, row.priority_level = sequence.active, sequence.default, sequence.priority
    row.current_version, row.deleted_at, row.updated_at = number, None, now
    return row


def _write_steps(session: Session, version: SequenceVersion, sequence: Sequence) -> None:
    assert version.id is not None
    for order, step in enumerate(sequence.steps, start=1):
        session.add(
            SequenceStep(
                version_id=version.id,
                step_order=order,
                step_key=step.id,
                step_name=step.label,
                step_type=step.action,
                is_active=step.active,
            )
        )
    session.flush()


def commit_of(folder: Path, files: Iterable[Path]) -> str | None:
    """Return the git commit that the folder is at, if the files are there as they are in it.

    None outside a work tree, without git, and when one of the files differs from the commit or is not in it.
    """
    commit = _git(folder, "rev-parse", "HEAD")
    if not commit:
        return None
    differing = _git(folder, "status", "--porcelain", "--ignored", "--untracked-files=all", "--", *map(str, files))
    return commit if differing == "" else None


def _git(folder: Path, *words: str) -> str | None:
    """Return what git answers; None if it refuses, is not there or takes too long."""
    command = ["git", "-C", str(folder), *words]
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=5, check=False)
    except (OSError, subprocess.TimeoutExpired):
        return None
    return done.stdout.strip() if done.returncode == 0 else None
