"""Versions: each applied state of a sequence is written down once, with its templates, and never changed."""

import subprocess
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from pathlib import Path

from sqlmodel import Session, col, select

from leadnurture.sequences.folder import Draft
from leadnurture.sequences.sequence import Sequence
from leadnurture.store.tables import SequenceRow, SequenceStep, SequenceVersion


class Difference(StrEnum):
    """How a file stands to what was applied last."""

    NEW = "new"
    CHANGED = "changed"
    UNCHANGED = "unchanged"
    RETURNED = "returned"  # its file was deleted once, and is back
    DELETED = "deleted"


@dataclass(frozen=True)
class Pending:
    """One sequence and what applying it would be; `draft` is None if its file is gone."""

    identity: str
    difference: Difference
    draft: Draft | None = None


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


def commit_of(folder: Path) -> str | None:
    """Return the git commit that the folder is at; None outside a work tree or without git."""
    try:
        done = subprocess.run(
            ["git", "-C", str(folder), "rev-parse", "HEAD"], capture_output=True, text=True, timeout=5, check=False
        )
    except (OSError, subprocess.TimeoutExpired):
        return None
    return done.stdout.strip() or None if done.returncode == 0 else None
