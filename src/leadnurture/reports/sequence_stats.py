"""What came of each sequence's leads: how many came, walk, reached the end and booked, and how long that took."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from sqlmodel import Session, col, select

from leadnurture.store.tables.sequence import Enrollment
from leadnurture.store.vocabulary import EnrollmentStatus

_WALKING = (EnrollmentStatus.ACTIVE, EnrollmentStatus.PAUSED)


@dataclass(frozen=True)
class SequenceStats:
    """Leads are counted once, however often they walked; `conversion_rate` is in percent of all of them.

    `average_completion_time` is in days, over the walks that reached the end; None while there are none.
    """

    total_leads: int = 0
    active_leads: int = 0
    completed_leads: int = 0
    converted_leads: int = 0
    conversion_rate: float = 0.0
    average_completion_time: float | None = None


def stats_by_sequence(session: Session) -> Mapping[str, SequenceStats]:
    """Return the figures of every sequence that has had a lead; others have zeros."""
    walks: defaultdict[str, list[Any]] = defaultdict(list)
    query: Any = select(  # type: ignore[call-overload]
        col(Enrollment.sequence_id),
        col(Enrollment.lead_id),
        col(Enrollment.status),
        col(Enrollment.converted),
        col(Enrollment.enrollment_date),
        col(Enrollment.ended_at),
    )
    for row in session.exec(query):
        walks[row.sequence_id].append(row)
    return defaultdict(SequenceStats, {name: _stats(rows) for name, rows in walks.items()})


def _stats(walks: Iterable[Any]) -> SequenceStats:
    walks = list(walks)
    leads = {walk.lead_id for walk in walks}
    converted = {walk.lead_id for walk in walks if walk.converted}
    completed = [walk for walk in walks if walk.status is EnrollmentStatus.COMPLETED]
    return SequenceStats(
        total_leads=len(leads),
        active_leads=len({walk.lead_id for walk in walks if walk.status in _WALKING}),
        completed_leads=len({walk.lead_id for walk in completed}),
        converted_leads=len(converted),
        conversion_rate=round(100 * len(converted) / len(leads), 1),
        average_completion_time=_average([walk.ended_at - walk.enrollment_date for walk in completed if walk.ended_at]),
    )


def _average(lengths: list[timedelta]) -> float | None:
    return round(sum(lengths, timedelta()) / len(lengths) / timedelta(days=1), 1) if lengths else None
