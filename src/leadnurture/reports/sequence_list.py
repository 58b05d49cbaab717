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
from leadnurture.reports.as_of import AsOf
from leadnurture.reports.sequence_files import FileState, SequenceFile, sequence_files
from leadnurture.reports.sequence_stats import SequenceStats, stats_by_sequence
from leadnurture.sequences.folder import Folder
from leadnurture.sequences.sequence import Sequence
from leadnurture.store.tables.sequence import Enrollment, SequenceRow, SequenceStep, SequenceVersion
from leadnurture.store.vocabulary import EnrollmentStatus, SequenceCategory


@dataclass(frozen=True)
class SequenceLine:
    """One sequence, as it was applied, or as its file says if it never was; None where a broken file says nothing.

    `leads` counts its enrollments by status, all five.
    """

    id: str
    name: str
    category: SequenceCategory | None
    active: bool | None
    state: FileState
    version: int | None
    steps: int | None
    leads: Mapping[EnrollmentStatus, int]
    stats: SequenceStats

    def as_json(self) -> dict[str, Any]:
        """Return the documented keys."""
        leads = {status.value: count for status, count in self.leads.items()}
        category = self.category.value if self.category else None
        return vars(self) | {"category": category, "state": self.state.value, "leads": leads, "stats": vars(self.stats)}


@dataclass(frozen=True)
class SequenceList:
    """The sequences that fit the filters, by id."""

    as_of: AsOf
    sequences: tuple[SequenceLine, ...]

    def as_json(self) -> dict[str, Any]:
        """Return the documented keys."""
        return {"sequences": [line.as_json() for line in self.sequences]}


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
    lines = [_line(file, applied.get(file.id), steps, leads[file.id], stats[file.id]) for file in files]
    fitting = (line for line in lines if category in {None, line.category} and active in {None, line.active})
    return SequenceList(AsOf.of(config, now), tuple(fitting))


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
    file: SequenceFile,
    row: SequenceRow | None,
    steps: Mapping[str, int],
    leads: Mapping[EnrollmentStatus, int],
    stats: SequenceStats,
) -> SequenceLine:
    came = (leads, stats)
    if row is not None:
        facts = (row.sequence_name, row.category, row.is_active)
        return SequenceLine(file.id, *facts, file.state, row.current_version, steps.get(file.id, 0), *came)
    draft: Sequence | None = file.draft.sequence if file.draft else None
    if draft is None:
        return SequenceLine(file.id, file.id, None, None, file.state, None, None, *came)
    return SequenceLine(file.id, draft.name, draft.category, draft.active, file.state, None, len(draft.walked), *came)
