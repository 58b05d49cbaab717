"""Couples that the backup does not know: they come along, so that nobody writes to them from the beginning again."""

from collections.abc import Iterable, Mapping
from typing import Any, TypeVar

from sqlmodel import Session, SQLModel, col, select

from leadnurture.crm import sources
from leadnurture.crm.change import Change
from leadnurture.engine import taking_back
from leadnurture.engine.restored import sequences
from leadnurture.engine.restored.outcome import IN_DOUBT, PARKED, RUNNING, Outcome, pause
from leadnurture.store.tables.appointment import Appointment
from leadnurture.store.tables.conversion import Conversion
from leadnurture.store.tables.lead import Lead
from leadnurture.store.tables.outbox import OutboxMessage
from leadnurture.store.tables.privacy import LeadConsent, LeadOptOut
from leadnurture.store.tables.scoring import ScoreAdjustment
from leadnurture.store.tables.sequence import Enrollment, Execution, PassedOver, SequenceRow
from leadnurture.store.tables.task import Task
from leadnurture.store.tables.timeline import Interaction, Touch
from leadnurture.store.vocabulary import EnrollmentStatus, OutboxState

Row = TypeVar("Row", bound=SQLModel)
_OF_COUPLES = (Interaction, Touch, ScoreAdjustment, Conversion, LeadConsent, LeadOptOut)
_OF_WALKS = (Task, Appointment)
_SINCE = "restored: this couple was added after the backup"
_NO_SEQUENCE = "restored: the backup does not know the sequence"


def add(change: Change, newer: Session, there: Lead, outcome: Outcome) -> None:
    """Write a couple into the backup as the newer database has them, with all that was sent to them and done for them.

    Their walks wait for the owner; those of sequences that the backup does not know end. No fact is recorded: they
    enter nothing by coming along.
    """
    sources.require(change, there.lead_source)
    lead = _copied(change, there, {})
    place: dict[str, Any] = {"lead_id": lead.id}
    walks = {one.id: _add_walk(change, newer, one, place, outcome) for one in _of(newer, Enrollment, there)}
    for kind in (*_OF_COUPLES, *_OF_WALKS):
        for row in _of(newer, kind, there):
            of_walk = {"enrollment_id": walks.get(row.enrollment_id)} if isinstance(row, _OF_WALKS) else {}
            _copied(change, row, place | of_walk)
    for passed in newer.exec(select(PassedOver).where(PassedOver.lead_id == there.id)).all():
        if change.session.get(SequenceRow, passed.sequence_id) is not None:
            _copied(change, passed, place)
    outcome["leads_added"] += 1


def _of(session: Session, kind: type[Row], lead: Lead) -> Iterable[Row]:
    return session.exec(select(kind).where(col(kind.lead_id) == lead.id).order_by(col(kind.id))).all()  # type: ignore[attr-defined]


def _copied(change: Change, row: Row, place: Mapping[str, Any]) -> Row:
    """Return a new row with what another one has, in another place."""
    here = type(row)(**row.model_dump(exclude={"id"}) | dict(place))
    change.session.add(here)
    change.session.flush()
    return here


def _add_walk(
    change: Change, newer: Session, there: Enrollment, place: Mapping[str, Any], outcome: Outcome
) -> int | None:
    version = sequences.version_here(change, newer, there.version_id)
    here = _copied(change, there, {**place, "version_id": version.id})
    for done in newer.exec(select(Execution).where(Execution.enrollment_id == there.id)).all():
        where = {**place, "enrollment_id": here.id}
        execution = _copied(change, done, {**where, "version_id": version.id})
        for message in newer.exec(select(OutboxMessage).where(OutboxMessage.execution_id == done.id)).all():
            _settle(_copied(change, message, {**where, "execution_id": execution.id}), outcome)
    change.session.flush()
    if here.status in RUNNING and sequences.row_here(change, newer, here.sequence_id).deleted_at is not None:
        taking_back.withdraw(change, here, _NO_SEQUENCE)
        here.status, here.ended_at, here.end_reason = EnrollmentStatus.CANCELLED, change.now, _NO_SEQUENCE
        here.next_at = None
    pause(change, here, _SINCE, outcome)
    outcome["walks_added"] += 1
    return here.id


def _settle(message: OutboxMessage, outcome: Outcome) -> None:
    """Park what may have gone; what is queued stays so, because it certainly has not."""
    if message.state in IN_DOUBT:
        message.state, message.reason = OutboxState.PARKED, message.reason or PARKED
        outcome["parked"] += 1
    outcome["sent"] += message.state is OutboxState.SENT
