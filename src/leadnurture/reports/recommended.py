"""What to do next about couples, and why: their situations, gathered for many at once, and judged."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import TypeVar

from sqlalchemy import func
from sqlmodel import Session, col, select

from leadnurture.config import Config
from leadnurture.crm.recommending import Recommendation, recommend
from leadnurture.crm.situation import Planned, Situation
from leadnurture.reports.as_of import AsOf
from leadnurture.store.tables.appointment import Appointment
from leadnurture.store.tables.lead import Lead
from leadnurture.store.tables.sequence import Enrollment, SequenceRow, SequenceStep
from leadnurture.store.tables.task import Task
from leadnurture.store.tables.timeline import Interaction
from leadnurture.store.vocabulary import AppointmentStatus, EnrollmentStatus, InteractionType, TaskStatus

_Value = TypeVar("_Value")
OUR_WORDS = (
    InteractionType.EMAIL_SENT,
    InteractionType.SMS_SENT,
    InteractionType.PHONE_CALL,
    InteractionType.MEETING_SCHEDULED,
    InteractionType.MEETING_COMPLETED,
    InteractionType.PROPOSAL_SENT,
    InteractionType.CONTRACT_SENT,
)


def recommended(session: Session, config: Config, now: datetime, leads: Sequence[Lead]) -> dict[int, Recommendation]:
    """Return for each lead, by its id, what to do next as of `now`."""
    as_of = AsOf.of(config, now)
    ids = [lead.id for lead in leads if lead.id is not None]
    outbound, tasks = _last_outbound(session, ids), _tasks(session, ids, as_of)
    meetings, steps, troubles = _meetings(session, ids, as_of), _steps(session, ids, as_of), _troubles(session, ids)
    return {
        lead_id: recommend(
            Situation(
                status=lead.lead_status,
                score=lead.lead_score,
                temperature=lead.lead_temperature,
                inquiry_at=as_of.local(lead.inquiry_at),
                last_outbound_at=as_of.local(outbound.get(lead_id)),
                last_reply_at=as_of.local(lead.last_reply_at),
                follow_up_at=as_of.local(lead.next_follow_up_at),
                has_phone=lead.primary_phone is not None,
                has_value=lead.conversion_value is not None,
                opted_out=lead.opt_out_date is not None,
                bounced=lead.bounced_at is not None,
                date_taken=lead.date_available is False,
                task=tasks.get(lead_id),
                meeting=meetings.get(lead_id),
                step=None if lead.automation_paused else steps.get(lead_id),
                trouble=troubles.get(lead_id),
            ),
            as_of.now,
        )
        for lead in leads
        if (lead_id := lead.id) is not None
    }


def recommended_for(session: Session, config: Config, now: datetime, lead: Lead) -> Recommendation:
    """Return what to do next about one lead that is stored."""
    (recommendation,) = recommended(session, config, now, [lead]).values()
    return recommendation


def _last_outbound(session: Session, ids: Iterable[int]) -> Mapping[int, datetime]:
    query = (
        select(Interaction.lead_id, func.max(Interaction.created_at))
        .where(col(Interaction.lead_id).in_(ids), col(Interaction.interaction_type).in_(OUR_WORDS))
        .group_by(col(Interaction.lead_id))
    )
    return dict(session.exec(query).all())


def _tasks(session: Session, ids: Iterable[int], as_of: AsOf) -> Mapping[int, Planned]:
    query = (
        select(Task.lead_id, Task.title, Task.due_at)
        .where(col(Task.lead_id).in_(ids), Task.status == TaskStatus.OPEN)
        .order_by(col(Task.due_at).is_(None), col(Task.due_at), col(Task.id))
    )
    return _first_of((lead_id or 0, Planned(title, as_of.local(at))) for lead_id, title, at in session.exec(query))


def _meetings(session: Session, ids: Iterable[int], as_of: AsOf) -> Mapping[int, Planned]:
    query = (
        select(Appointment.lead_id, Appointment.title, Appointment.starts_at)
        .where(col(Appointment.lead_id).in_(ids), Appointment.status == AppointmentStatus.SCHEDULED)
        .where(col(Appointment.ends_at) >= as_of.now)
        .order_by(col(Appointment.starts_at), col(Appointment.id))
    )
    return _first_of((lead_id, Planned(title, as_of.local(at))) for lead_id, title, at in session.exec(query))


def _steps(session: Session, ids: Iterable[int], as_of: AsOf) -> Mapping[int, Planned]:
    """Return the step that comes next by itself; one whose message is on its way has no moment of its own."""
    query = (
        select(Enrollment.lead_id, func.coalesce(SequenceStep.step_name, Enrollment.current_step), Enrollment.next_at)
        .join(SequenceRow, col(SequenceRow.id) == Enrollment.sequence_id)
        .outerjoin(
            SequenceStep,
            (col(SequenceStep.version_id) == Enrollment.version_id)
            & (col(SequenceStep.step_key) == Enrollment.current_step),
        )
        .where(col(Enrollment.lead_id).in_(ids), Enrollment.status == EnrollmentStatus.ACTIVE)
        .where(col(Enrollment.held_reason).is_(None), SequenceRow.is_active, col(SequenceRow.deleted_at).is_(None))
        .order_by(col(Enrollment.next_at), col(Enrollment.id))
    )
    return _first_of((lead_id, Planned(title, as_of.local(at))) for lead_id, title, at in session.execute(query))


def _troubles(session: Session, ids: Iterable[int]) -> Mapping[int, str]:
    query = (
        select(Enrollment.lead_id, Enrollment.held_reason)
        .where(col(Enrollment.lead_id).in_(ids), Enrollment.status == EnrollmentStatus.ACTIVE)
        .where(col(Enrollment.held_reason).is_not(None))
        .order_by(col(Enrollment.id))
    )
    return _first_of((lead_id, reason or "") for lead_id, reason in session.exec(query))


def _first_of(pairs: Iterable[tuple[int, _Value]]) -> dict[int, _Value]:
    found: dict[int, _Value] = {}
    for lead_id, value in pairs:
        found.setdefault(lead_id, value)
    return found
