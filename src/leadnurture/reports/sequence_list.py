"""Which sequences there are, whether they count, and how many leads are in each."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import and_, func
from sqlmodel import Session, col, select

from leadnurture.config import Config
from leadnurture.crm.fields import Kind, LeadField
from leadnurture.crm.values import Reading, read_value
from leadnurture.reports.as_of import AsOf, iso
from leadnurture.reports.sequence_files import FileState, SequenceFile, sequence_files
from leadnurture.reports.sequence_stats import SequenceStats, stats_by_sequence
from leadnurture.sequences.folder import Folder
from leadnurture.sequences.sequence import Sequence
from leadnurture.store.tables.sequence import Enrollment, SequenceRow, SequenceStep, SequenceVersion
from leadnurture.store.vocabulary import EnrollmentStatus, SequenceCategory, SequenceType


@dataclass(frozen=True)
class SequenceLine:
    """One sequence, as it was applied, or as its file says if it never was; None where a broken file says nothing.

    `leads` counts its enrollments by status, all five. `applied`: when it was for the first and the last time, in the
    studio's zone; None if it never was.
    """

    id: str
    name: str
    description: str | None
    category: SequenceCategory | None
    type: SequenceType | None
    priority: int | None
    active: bool | None
    default: bool | None
    applied: tuple[datetime, datetime] | None
    state: FileState
    version: int | None
    steps: int | None
    leads: Mapping[EnrollmentStatus, int]
    stats: SequenceStats

    def as_json(self) -> dict[str, Any]:
        """Return the documented keys."""
        leads = {status.value: count for status, count in self.leads.items()}
        first, last = self.applied or (None, None)
        told = {name: value for name, value in vars(self).items() if name != "applied"}
        return told | {
            "category": self.category.value if self.category else None,
            "type": self.type.value if self.type else None,
            "state": self.state.value,
            "created_at": iso(first),
            "updated_at": iso(last),
            "leads": leads,
            "total_enrollments": sum(leads.values()),
            "stats": vars(self.stats),
        }


@dataclass(frozen=True)
class SequenceList:
    """The sequences that fit the filters, by id."""

    as_of: AsOf
    sequences: tuple[SequenceLine, ...]

    def as_json(self) -> dict[str, Any]:
        """Return the documented keys."""
        rates = [line.stats.completion_rate for line in self.sequences if line.stats.total_leads]
        summary = {
            "total_sequences": len(self.sequences),
            "active_enrollments": sum(line.leads[EnrollmentStatus.ACTIVE] for line in self.sequences),
            "average_completion_rate": round(sum(rates) / len(rates), 1) if rates else 0.0,
        }
        return {"sequences": [line.as_json() for line in self.sequences], "summary": summary}


def read_category(typed: str, reading: Reading) -> SequenceCategory:
    """Read a category as typed; raises BadValueError for an unknown one."""
    asked = LeadField("--category", Kind.WORD, "Category", optional=False, words=SequenceCategory)
    found: SequenceCategory = read_value(asked, typed, reading)
    return found


def sequence_list(
    session: Session,
    config: Config,
    now: datetime,
    folder: Folder,
    *,
    category: SequenceCategory | None = None,
    active: bool | None = None,
) -> SequenceList:
    """Return all sequences, or those of a category, or the (in)active ones; raises ConfigurationError for no folder."""
    files = sequence_files(session, config, folder)
    applied = {row.id: row for row in session.exec(select(SequenceRow).where(col(SequenceRow.deleted_at).is_(None)))}
    steps, leads, stats = _steps(session), leads_by_sequence(session), stats_by_sequence(session)
    as_of = AsOf.of(config, now)
    lines = [_line(as_of, file, applied.get(file.id), steps, (leads[file.id], stats[file.id])) for file in files]
    fitting = (line for line in lines if category in {None, line.category} and active in {None, line.active})
    return SequenceList(as_of, tuple(fitting))


def leads_by_sequence(session: Session) -> Mapping[str, Mapping[EnrollmentStatus, int]]:
    """Return how many enrollments each sequence has, by status; sequences without any have zeros."""
    query = select(Enrollment.sequence_id, Enrollment.status, func.count())
    rows: Iterable[Any] = session.exec(query.group_by(col(Enrollment.sequence_id), col(Enrollment.status))).all()
    counts: defaultdict[str, dict[EnrollmentStatus, int]] = defaultdict(lambda: dict.fromkeys(EnrollmentStatus, 0))
    for sequence, status, count in rows:
        counts[sequence][status] = count
    return counts


def _steps(session: Session) -> Mapping[str, int]:
    """Return how many steps each sequence has in the version that counts."""
    current = and_(
        col(SequenceVersion.sequence_id) == SequenceRow.id, col(SequenceVersion.number) == SequenceRow.current_version
    )
    query = (
        select(SequenceRow.id, func.count())
        .join(SequenceVersion, current)
        .join(SequenceStep, col(SequenceStep.version_id) == SequenceVersion.id)
        .where(col(SequenceStep.is_active))
        .group_by(col(SequenceRow.id))
    )
    return dict(session.exec(query).all())


def _line(
    as_of: AsOf,
    file: SequenceFile,
    row: SequenceRow | None,
    steps: Mapping[str, int],
    came: tuple[Mapping[EnrollmentStatus, int], SequenceStats],
) -> SequenceLine:
    draft = file.draft.sequence if file.draft else None
    leads, stats = came
    about = _of_row(row) if row is not None else _of_draft(draft) if draft is not None else _of_nothing(file.id)
    return SequenceLine(
        id=file.id,
        state=file.state,
        applied=(as_of.local(row.created_at), as_of.local(row.updated_at)) if row is not None else None,
        version=row.current_version if row is not None else None,
        steps=steps.get(file.id, 0) if row is not None else len(draft.walked) if draft is not None else None,
        leads=leads,
        stats=stats,
        **about,
    )


def _of_row(row: SequenceRow) -> dict[str, Any]:
    return {
        "name": row.sequence_name,
        "description": row.sequence_description,
        "category": row.category,
        "type": row.sequence_type,
        "priority": row.priority_level,
        "active": row.is_active,
        "default": row.is_default,
    }


def _of_draft(draft: Sequence) -> dict[str, Any]:
    keys = ("name", "description", "category", "type", "priority", "active", "default")
    return {key: getattr(draft, key) for key in keys}


def _of_nothing(name: str) -> dict[str, Any]:
    keys = ("description", "category", "type", "priority", "active", "default")
    return {"name": name} | dict.fromkeys(keys)
