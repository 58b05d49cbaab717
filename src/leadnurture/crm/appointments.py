"""Meetings with couples: made, moved, cancelled, held. Each change raises the number that calendars go by."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import uuid4
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, and_
from sqlmodel import Session, col, select

from leadnurture.crm.change import Change, FactKind
from leadnurture.crm.leads import couple_of
from leadnurture.crm.timeline import note
from leadnurture.errors import ConflictError, InvalidInputError, NotFoundError
from leadnurture.store.tables.appointment import Appointment
from leadnurture.store.tables.lead import Lead
from leadnurture.store.tables.outbox import OutboxMessage
from leadnurture.store.vocabulary import AppointmentStatus, InteractionType, OutboxState


class AppointmentNotFoundError(NotFoundError):
    """No appointment has that id."""

    def __init__(self, number: int) -> None:
        super().__init__(f"there is no appointment {number}", hint="leadnurture appointment list --all shows them")


class SettledAppointmentError(ConflictError):
    """An appointment was held or cancelled already."""

    def __init__(self, appointment: Appointment, wanted: str) -> None:
        super().__init__(f"appointment {appointment.id} is {appointment.status.value}, so it cannot be {wanted}")


class WaitingInvitationError(ConflictError):
    """Its invitation is frozen but has not gone out: what arrived would not be true any more."""

    def __init__(self, appointment: Appointment) -> None:
        super().__init__(
            f"the invitation to appointment {appointment.id} waits in the outbox, and its words never change",
            hint=f"let it go first (leadnurture run --once), or take it back: leadnurture enrollment advance "
            f"{appointment.enrollment_id}",
        )


@dataclass(frozen=True)
class Plan:
    """What is to be, and when (instants)."""

    title: str
    starts_at: datetime
    ends_at: datetime
    description: str | None = None
    location: str | None = None


@dataclass(frozen=True)
class Entry:
    """An appointment, its couple, and how its invitation stands; None if none was made."""

    appointment: Appointment
    lead: Lead
    invitation: OutboxState | None

    @property
    def told(self) -> bool:
        """Whether the couple may have got the invitation."""
        return self.invitation in {OutboxState.SENT, OutboxState.IN_DOUBT, OutboxState.PARKED}

    def as_json(self) -> dict[str, Any]:
        """Return the documented keys; instants with the offset of the zone in which it was agreed."""
        made, zone = self.appointment, ZoneInfo(self.appointment.time_zone)
        kept = ("id", "lead_id", "uid", "calendar_sequence", "title", "description", "location", "time_zone", "invite")
        return {name: getattr(made, name) for name in kept} | {
            "couple": couple_of(self.lead),
            "starts_at": made.starts_at.astimezone(zone).isoformat(timespec="seconds"),
            "ends_at": made.ends_at.astimezone(zone).isoformat(timespec="seconds"),
            "status": made.status.value,
            "invitation": self.invitation.value if self.invitation else None,
        }


def schedule(change: Change, lead: Lead, plan: Plan) -> Entry:
    """Make an appointment by hand; raises InvalidInputError for one in the past."""
    _require_ahead(change, plan.starts_at)
    appointment = _new(change, lead, plan)
    change.session.add(appointment)
    _tell(change, lead, appointment, InteractionType.MEETING_SCHEDULED, "owner")
    return Entry(appointment, lead, None)


def schedule_step(
    change: Change, lead: Lead, plan: Plan, *, enrollment_id: int, step_key: str, invite: bool
) -> Appointment:
    """Make a step's appointment; a step that is done anew (its invitation was refused) changes the one it made."""
    query = select(Appointment).where(Appointment.enrollment_id == enrollment_id, Appointment.step_key == step_key)
    appointment = change.session.exec(query).first()
    if appointment is None:
        appointment = _new(change, lead, plan)
        appointment.enrollment_id, appointment.step_key, appointment.invite = enrollment_id, step_key, invite
        change.session.add(appointment)
    else:
        appointment.sqlmodel_update(vars(plan))
        appointment.status, appointment.invite = AppointmentStatus.SCHEDULED, invite
        _changed(change, appointment)
    _tell(change, lead, appointment, InteractionType.MEETING_SCHEDULED, "leadnurture")
    return appointment


def move(change: Change, entry: Entry, starts_at: datetime, ends_at: datetime) -> None:
    """Move an appointment; raises SettledAppointmentError, WaitingInvitationError, InvalidInputError for the past."""
    appointment = entry.appointment
    _require_open(entry, "moved")
    _require_ahead(change, starts_at)
    appointment.starts_at, appointment.ends_at = starts_at, ends_at
    _changed(change, appointment)
    _tell(change, entry.lead, appointment, InteractionType.MEETING_MOVED, "owner")


def cancel(change: Change, entry: Entry) -> None:
    """Call an appointment off; raises SettledAppointmentError or WaitingInvitationError."""
    _require_open(entry, "cancelled")
    entry.appointment.status = AppointmentStatus.CANCELLED
    _changed(change, entry.appointment)
    _tell(change, entry.lead, entry.appointment, InteractionType.MEETING_CANCELLED, "owner")


def finish(change: Change, entry: Entry) -> None:
    """The meeting was held; raises SettledAppointmentError."""
    if entry.appointment.status is not AppointmentStatus.SCHEDULED:
        raise SettledAppointmentError(entry.appointment, "done")
    entry.appointment.status, entry.appointment.updated_at = AppointmentStatus.DONE, change.now
    _tell(change, entry.lead, entry.appointment, InteractionType.MEETING_COMPLETED, "owner")


def _require_ahead(change: Change, starts_at: datetime) -> None:
    """Refuse a time that has passed, which is a slip of the finger; raises InvalidInputError."""
    if starts_at <= change.now:
        local = starts_at.astimezone(change.config.studio.zone)
        raise InvalidInputError(f"{local:%Y-%m-%d %H:%M} has passed", hint="write the year: 2027-06-14 18:00")


def find(session: Session, number: int) -> Entry:
    """Return an appointment; raises AppointmentNotFoundError."""
    found = _entries(session, col(Appointment.id) == number)
    if not found:
        raise AppointmentNotFoundError(number)
    return found[0]


def agenda(session: Session, lead_id: int | None = None, *, everything: bool = False) -> Sequence[Entry]:
    """Return the appointments that are ahead or not ticked off (or all), of one lead if given, in order of time."""
    open_ones = [] if everything else [col(Appointment.status) == AppointmentStatus.SCHEDULED]
    of_lead = [] if lead_id is None else [col(Appointment.lead_id) == lead_id]
    return _entries(session, *open_ones, *of_lead)


def _entries(session: Session, *conditions: ColumnElement[bool]) -> list[Entry]:
    invited = and_(
        col(OutboxMessage.enrollment_id) == Appointment.enrollment_id,
        col(OutboxMessage.step_key) == Appointment.step_key,
    )
    query = (
        select(Appointment, Lead, OutboxMessage.state)
        .select_from(Appointment)
        .join(Lead, col(Lead.id) == Appointment.lead_id)
        .outerjoin(OutboxMessage, invited)
        .order_by(col(Appointment.starts_at), col(Appointment.id))
    )
    rows = session.exec(query.where(*conditions)).all()
    return [Entry(made, lead, OutboxState(state) if state else None) for made, lead, state in rows]


def _new(change: Change, lead: Lead, plan: Plan) -> Appointment:
    assert lead.id is not None
    return Appointment(
        **vars(plan),
        lead_id=lead.id,
        uid=str(uuid4()),  # nothing but chance: RFC 7986 wants no names or machines in it
        time_zone=change.config.studio.timezone,
        created_at=change.now,
        updated_at=change.now,
    )


def _changed(change: Change, appointment: Appointment) -> None:
    appointment.calendar_sequence += 1
    appointment.time_zone, appointment.updated_at = change.config.studio.timezone, change.now


def _require_open(entry: Entry, wanted: str) -> None:
    if entry.appointment.status is not AppointmentStatus.SCHEDULED:
        raise SettledAppointmentError(entry.appointment, wanted)
    if entry.invitation is OutboxState.QUEUED:
        raise WaitingInvitationError(entry.appointment)


def _tell(change: Change, lead: Lead, appointment: Appointment, kind: InteractionType, who: str) -> None:
    change.session.flush()
    local = appointment.starts_at.astimezone(change.config.studio.zone)
    when = f"{local:%A} {local.day} {local:%B %Y %H:%M}"
    told = when + (f", {appointment.location}" if appointment.location else "")
    metadata = {"appointment_id": appointment.id, "uid": appointment.uid, "starts_at": local.isoformat()}
    note(change, lead, kind, appointment.title, content=told, metadata=metadata, who=who)
    change.record(FactKind.CHANGED, lead.id)
