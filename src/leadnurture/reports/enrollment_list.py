"""Who walks which sequence: where they are, what comes next and when, or how it ended."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, func
from sqlmodel import Session, col, select

from leadnurture.config import Config
from leadnurture.crm.fields import Kind, LeadField
from leadnurture.crm.leads import couple_of
from leadnurture.crm.values import Reading, read_value
from leadnurture.errors import NotFoundError
from leadnurture.reports.as_of import AsOf, iso
from leadnurture.sequences.folder import meant_by
from leadnurture.sequences.suggestions import did_you_mean
from leadnurture.store.tables.lead import Lead
from leadnurture.store.tables.sequence import Enrollment, SequenceRow
from leadnurture.store.vocabulary import EnrollmentStatus

_RUNNING = (EnrollmentStatus.ACTIVE, EnrollmentStatus.PAUSED)


@dataclass(frozen=True)
class EnrollmentLine:
    """One walk; instants in the studio's zone, `completion_rate` in per cent of the steps.

    `next_at` is None while a message of its is on the way; `frozen_reason` says why nothing happens though it runs.
    """

    id: int
    lead_id: int
    couple: str
    sequence: str
    status: EnrollmentStatus
    reason: str | None
    enrolled_at: datetime
    next_step: str | None
    next_at: datetime | None
    held_reason: str | None
    waiting_reason: str | None
    frozen_reason: str | None
    steps_completed: int
    completion_rate: float
    converted: bool
    conversion_step: str | None
    ended_at: datetime | None
    end_reason: str | None

    def as_json(self) -> dict[str, Any]:
        """Return the documented keys."""
        instants = {name: iso(getattr(self, name)) for name in ("enrolled_at", "next_at", "ended_at")}
        return vars(self) | instants | {"status": self.status.value}


@dataclass(frozen=True)
class EnrollmentList:
    """The newest walks that fit, the newest first, and how many fit in all."""

    as_of: AsOf
    enrollments: tuple[EnrollmentLine, ...]
    total: int

    def as_json(self) -> dict[str, Any]:
        """Return the documented keys."""
        return {"enrollments": [line.as_json() for line in self.enrollments], "total": self.total}


def read_standings(typed: Sequence[str], reading: Reading) -> tuple[EnrollmentStatus, ...]:
    """Read statuses as typed; raises BadValueError for an unknown one."""
    asked = LeadField("--status", Kind.WORD, "Status", optional=False, words=EnrollmentStatus)
    return tuple(read_value(asked, text, reading) for text in typed)


def enrollment_list(
    session: Session,
    config: Config,
    now: datetime,
    *,
    lead_id: int | None = None,
    sequence: str | None = None,
    standings: Sequence[EnrollmentStatus] = (),
    limit: int | None = None,
) -> EnrollmentList:
    """Return the newest `limit` walks of a lead, through a sequence, in one of the standings (any if none is given).

    Raises NotFoundError for a sequence that was never applied.
    """
    conditions: list[ColumnElement[bool]] = [col(Enrollment.status).in_(standings)] if standings else []
    conditions += [col(Enrollment.lead_id) == lead_id] if lead_id is not None else []
    conditions += [col(Enrollment.sequence_id) == _known(session, sequence)] if sequence is not None else []
    total = session.exec(select(func.count()).select_from(Enrollment).where(*conditions)).one()
    as_of = AsOf.of(config, now)
    return EnrollmentList(as_of, _lines(session, as_of, conditions, limit), total)


def enrollment_lines(session: Session, as_of: AsOf, enrollments: Iterable[Enrollment]) -> tuple[EnrollmentLine, ...]:
    """Return the given walks, the oldest first."""
    ids = [enrollment.id for enrollment in enrollments]
    return _lines(session, as_of, [col(Enrollment.id).in_(ids)], None)[::-1]


def _known(session: Session, sequence: str) -> str:
    name = meant_by(sequence)
    known = session.exec(select(SequenceRow.id)).all()
    if name not in known:
        hint = did_you_mean(name, known).removeprefix("; ") or "leadnurture sequence list shows them"
        raise NotFoundError(f"no sequence '{name}' was ever applied", hint=hint)
    return name


def _lines(
    session: Session, as_of: AsOf, conditions: Iterable[ColumnElement[bool]], limit: int | None
) -> tuple[EnrollmentLine, ...]:
    query = (
        select(Enrollment, Lead, SequenceRow)
        .join(Lead, col(Lead.id) == Enrollment.lead_id)
        .join(SequenceRow, col(SequenceRow.id) == Enrollment.sequence_id)
        .where(*conditions)
        .order_by(col(Enrollment.id).desc())
        .limit(limit)
    )
    return tuple(_line(as_of, *row) for row in session.exec(query).all())


def _line(as_of: AsOf, enrollment: Enrollment, lead: Lead, sequence: SequenceRow) -> EnrollmentLine:
    running = enrollment.status in _RUNNING
    return EnrollmentLine(
        id=enrollment.id or 0,
        lead_id=enrollment.lead_id,
        couple=couple_of(lead),
        sequence=enrollment.sequence_id,
        status=enrollment.status,
        reason=enrollment.reason,
        enrolled_at=as_of.local(enrollment.enrollment_date),
        next_step=enrollment.current_step if running else None,
        next_at=as_of.local(enrollment.next_at),
        held_reason=enrollment.held_reason,
        waiting_reason=enrollment.waiting_reason,
        frozen_reason=frozen_reason(enrollment, lead, sequence),
        steps_completed=enrollment.steps_completed,
        completion_rate=enrollment.completion_rate,
        converted=enrollment.converted,
        conversion_step=enrollment.conversion_step,
        ended_at=as_of.local(enrollment.ended_at),
        end_reason=enrollment.end_reason,
    )


def frozen_reason(enrollment: Enrollment, lead: Lead, sequence: SequenceRow) -> str | None:
    """Return why nothing happens in a walk that has not ended; None if it has, or nothing is in its way."""
    if enrollment.status not in _RUNNING:
        return None
    reasons = (
        ("it is paused", enrollment.status is EnrollmentStatus.PAUSED),
        ("automation is paused for them", lead.automation_paused),
        ("the sequence is switched off", not sequence.is_active),
    )
    return "; ".join(reason for reason, holds in reasons if holds) or None
