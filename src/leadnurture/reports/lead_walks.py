"""Where a lead is in each sequence: what comes next and when, or how it ended, and why."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import and_, func
from sqlmodel import Session, col, select

from leadnurture.reports.as_of import AsOf, iso
from leadnurture.store.tables.lead import Lead
from leadnurture.store.tables.sequence import Enrollment, SequenceRow, SequenceStep
from leadnurture.store.vocabulary import EnrollmentStatus

_RUNNING = (EnrollmentStatus.ACTIVE, EnrollmentStatus.PAUSED)


@dataclass(frozen=True)
class Walk:
    """One enrollment; instants in the studio's zone. `next_at` is None while a message of its is on the way.

    `frozen_reason` says why nothing will happen although it is running.
    """

    enrollment_id: int
    sequence: str
    sequence_name: str
    status: EnrollmentStatus
    reason: str | None
    enrolled_at: datetime
    steps_completed: int
    steps_total: int
    next_step: str | None
    next_step_name: str | None
    next_at: datetime | None
    held_reason: str | None
    waiting_reason: str | None
    frozen_reason: str | None
    ended_at: datetime | None
    end_reason: str | None

    @property
    def is_running(self) -> bool:
        """Whether it has not ended."""
        return self.status in _RUNNING

    def as_json(self) -> dict[str, Any]:
        """Return the documented keys."""
        return vars(self) | {
            "status": self.status.value,
            "enrolled_at": iso(self.enrolled_at),
            "next_at": iso(self.next_at),
            "ended_at": iso(self.ended_at),
        }


def lead_walks(session: Session, as_of: AsOf, lead: Lead) -> tuple[Walk, ...]:
    """Return a lead's enrollments, the oldest first."""
    next_step = and_(
        col(SequenceStep.version_id) == Enrollment.version_id, col(SequenceStep.step_key) == Enrollment.current_step
    )
    query = (
        select(Enrollment, SequenceRow, SequenceStep.step_name)
        .join(SequenceRow, col(SequenceRow.id) == Enrollment.sequence_id)
        .outerjoin(SequenceStep, next_step)
        .where(Enrollment.lead_id == lead.id)
        .order_by(col(Enrollment.enrollment_date), col(Enrollment.id))
    )
    rows = session.exec(query).all()
    steps = _steps(session, {enrollment.version_id for enrollment, _, _ in rows})
    return tuple(
        _walk(as_of, lead, enrollment, sequence, name, steps.get(enrollment.version_id, 0))
        for enrollment, sequence, name in rows
    )


def _steps(session: Session, versions: set[int]) -> dict[int, int]:
    """Return how many active steps each version has."""
    query = (
        select(SequenceStep.version_id, func.count())
        .where(col(SequenceStep.version_id).in_(versions), col(SequenceStep.is_active))
        .group_by(col(SequenceStep.version_id))
    )
    return dict(session.exec(query).all())


def _walk(
    as_of: AsOf, lead: Lead, enrollment: Enrollment, sequence: SequenceRow, step_name: str | None, steps: int
) -> Walk:
    assert enrollment.id is not None
    running = enrollment.status in _RUNNING
    return Walk(
        enrollment_id=enrollment.id,
        sequence=sequence.id,
        sequence_name=sequence.sequence_name,
        status=enrollment.status,
        reason=enrollment.reason,
        enrolled_at=as_of.local(enrollment.enrollment_date),
        steps_completed=enrollment.steps_completed,
        steps_total=steps,
        next_step=enrollment.current_step if running else None,
        next_step_name=step_name if running else None,
        next_at=as_of.local(enrollment.next_at),
        held_reason=enrollment.held_reason,
        waiting_reason=enrollment.waiting_reason,
        frozen_reason=_frozen(lead, enrollment, sequence) if running else None,
        ended_at=as_of.local(enrollment.ended_at),
        end_reason=enrollment.end_reason,
    )


def _frozen(lead: Lead, enrollment: Enrollment, sequence: SequenceRow) -> str | None:
    if enrollment.status is EnrollmentStatus.PAUSED:
        return "it is paused"
    if lead.automation_paused:
        return "automation is paused for them"
    return None if sequence.is_active else "the sequence is switched off"
