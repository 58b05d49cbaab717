"""Where the walks stand: what is looked at before and after an apply. Reads only."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, or_
from sqlmodel import Session, col, select

from leadnurture.store.tables.lead import Lead
from leadnurture.store.tables.sequence import Enrollment, Execution, PassedOver, SequenceRow
from leadnurture.store.vocabulary import EnrollmentStatus, ExecutionStatus

RUNNING = (EnrollmentStatus.ACTIVE, EnrollmentStatus.PAUSED)
_FINISHED = (ExecutionStatus.EXECUTED, ExecutionStatus.SKIPPED, ExecutionStatus.FAILED)


@dataclass(frozen=True)
class WalkState:
    """One walk at one instant. `at` (UTC) is None while its message is on its way, `done` are the steps behind it.

    `frozen`: nothing of it happens, because the walk, the lead or the whole sequence rests.
    """

    enrollment_id: int
    lead_id: int
    sequence_id: str
    version_id: int
    status: EnrollmentStatus
    step: str | None
    at: datetime | None
    frozen: bool
    end_reason: str | None
    done: frozenset[str]

    @property
    def running(self) -> bool:
        """Whether it has not ended."""
        return self.status in RUNNING


def walk_states(session: Session, ended_at: datetime) -> dict[int, WalkState]:
    """Return all running walks by enrollment, and those that ended at an instant."""
    session.flush()
    done = _done(session, ended_at)
    query = (
        select(Enrollment, Lead.automation_paused, SequenceRow.is_active)
        .join(Lead, col(Lead.id) == Enrollment.lead_id)
        .join(SequenceRow, col(SequenceRow.id) == Enrollment.sequence_id)
        .where(_looked_at(ended_at))
        .order_by(col(Enrollment.id))
    )
    rows = session.exec(query).all()
    return {walk.id or 0: _state(walk, paused or not active, done[walk.id or 0]) for walk, paused, active in rows}


def passed_over(session: Session) -> set[tuple[str, int]]:
    """Return (sequence, lead) of all that fit a sequence and stay out of it."""
    session.flush()
    return set(session.exec(select(PassedOver.sequence_id, PassedOver.lead_id)).all())


def _looked_at(ended_at: datetime) -> ColumnElement[bool]:
    return or_(col(Enrollment.status).in_(RUNNING), col(Enrollment.ended_at) == ended_at)


def _done(session: Session, ended_at: datetime) -> Mapping[int, frozenset[str]]:
    query = (
        select(Execution.enrollment_id, Execution.step_key)
        .join(Enrollment, col(Enrollment.id) == Execution.enrollment_id)
        .where(_looked_at(ended_at), col(Execution.status).in_(_FINISHED))
    )
    found: defaultdict[int, set[str]] = defaultdict(set)
    for enrollment_id, key in session.exec(query).all():
        found[enrollment_id].add(key)
    return defaultdict(frozenset, {key: frozenset(steps) for key, steps in found.items()})


def _state(walk: Enrollment, frozen: bool, done: frozenset[str]) -> WalkState:
    assert walk.id is not None
    return WalkState(
        enrollment_id=walk.id,
        lead_id=walk.lead_id,
        sequence_id=walk.sequence_id,
        version_id=walk.version_id,
        status=walk.status,
        step=walk.current_step,
        at=walk.next_at,
        frozen=frozen or walk.status is EnrollmentStatus.PAUSED,
        end_reason=walk.end_reason,
        done=done,
    )
