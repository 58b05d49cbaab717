"""What stands still and wants somebody: walks that are held, and walks that failed."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import func
from sqlmodel import Session, col, select

from leadnurture.crm.leads import couple_of
from leadnurture.reports.as_of import AsOf, iso
from leadnurture.store.tables.lead import Lead
from leadnurture.store.tables.sequence import Enrollment
from leadnurture.store.vocabulary import CLOSED_STATUSES, EnrollmentStatus


@dataclass(frozen=True)
class HeldGroup:
    """How many walks of a sequence are held for one reason, and one of their leads as an example."""

    sequence: str
    reason: str
    count: int
    lead_id: int

    def as_json(self) -> dict[str, Any]:
        """Return the documented keys."""
        return dict(vars(self))


@dataclass(frozen=True)
class Failure:
    """A walk that ended because a step failed; `at` in the studio's zone."""

    enrollment_id: int
    lead_id: int
    couple: str
    sequence: str
    reason: str
    at: datetime | None

    def as_json(self) -> dict[str, Any]:
        """Return the documented keys."""
        return vars(self) | {"at": iso(self.at)}


def held_groups(session: Session) -> tuple[HeldGroup, ...]:
    """Return the walks that are held, by sequence and reason, the largest group first."""
    count = func.count().label("held")
    query = (
        select(Enrollment.sequence_id, Enrollment.held_reason, count, func.min(Enrollment.lead_id))
        .where(Enrollment.status == EnrollmentStatus.ACTIVE, col(Enrollment.held_reason).is_not(None))
        .group_by(col(Enrollment.sequence_id), col(Enrollment.held_reason))
        .order_by(count.desc(), col(Enrollment.sequence_id), col(Enrollment.held_reason))
    )
    return tuple(HeldGroup(*row) for row in session.execute(query).all())


def failures(session: Session, as_of: AsOf) -> tuple[Failure, ...]:
    """Return the walks that failed for leads that are still open, the newest first."""
    query = (
        select(Enrollment, Lead)
        .join(Lead, col(Lead.id) == Enrollment.lead_id)
        .where(Enrollment.status == EnrollmentStatus.FAILED, col(Lead.lead_status).not_in(CLOSED_STATUSES))
        .order_by(col(Enrollment.ended_at).desc(), col(Enrollment.id).desc())
    )
    return tuple(_failure(enrollment, lead, as_of) for enrollment, lead in session.exec(query).all())


def _failure(enrollment: Enrollment, lead: Lead, as_of: AsOf) -> Failure:
    return Failure(
        enrollment_id=enrollment.id or 0,
        lead_id=enrollment.lead_id,
        couple=couple_of(lead),
        sequence=enrollment.sequence_id,
        reason=enrollment.end_reason or "no reason was noted",
        at=as_of.local(enrollment.ended_at),
    )
