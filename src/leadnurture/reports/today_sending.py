"""What `run` will send today by itself, as far as anybody can know: steps can still be skipped, put off or stopped."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import func
from sqlmodel import Session, col, select

from leadnurture.config import Config
from leadnurture.outbox_channel import OutboxChannel
from leadnurture.reports.as_of import AsOf, iso
from leadnurture.reports.today_part import Part
from leadnurture.store.tables.lead import Lead
from leadnurture.store.tables.outbox import OutboxMessage
from leadnurture.store.tables.sequence import Enrollment, SequenceRow, SequenceStep
from leadnurture.store.vocabulary import EnrollmentStatus, OutboxState

_TO_COUPLES = ("send_email", "send_sms")
_GONE = (OutboxState.SENT, OutboxState.IN_DOUBT, OutboxState.PARKED)


@dataclass(frozen=True)
class Batch:
    """Messages of one step that are due today; instants in the studio's zone. `due_now` of them wait for a run."""

    sequence: str
    step: str
    count: int
    due_now: int
    first_at: datetime
    last_at: datetime

    def as_json(self) -> dict[str, Any]:
        """Return the documented keys."""
        return vars(self) | {"first_at": iso(self.first_at), "last_at": iso(self.last_at)}


@dataclass(frozen=True)
class Sending:
    """All of today's messages, by step, the earliest first; `letters_left` may still go by `limits.per_day`."""

    batches: Part[Batch]
    messages: int
    due_now: int
    letters_left: int | None

    def as_json(self) -> dict[str, Any]:
        """Return the documented keys."""
        counts = {"messages": self.messages, "due_now": self.due_now, "letters_left": self.letters_left}
        return self.batches.as_json() | counts


def sending(session: Session, config: Config, as_of: AsOf, until: datetime) -> Sending:
    """Return what is due before an instant: steps that write to couples, and messages that are queued."""
    moments: defaultdict[tuple[str, str], list[datetime]] = defaultdict(list)
    for sequence, step, at in [*_steps(session, until), *_queued(session, until)]:
        moments[sequence, step].append(as_of.local(at))
    batches = sorted((_batch(key, found, as_of) for key, found in moments.items()), key=lambda one: one.first_at)
    return Sending(
        batches=Part.of(tuple(batches)),
        messages=sum(batch.count for batch in batches),
        due_now=sum(batch.due_now for batch in batches),
        letters_left=_letters_left(session, config, as_of.now),
    )


def _batch(key: tuple[str, str], moments: list[datetime], as_of: AsOf) -> Batch:
    due = sum(at <= as_of.now for at in moments)
    return Batch(*key, len(moments), due, min(moments), max(moments))


def _steps(session: Session, until: datetime) -> Iterable[tuple[str, str, datetime]]:
    query = (
        select(col(SequenceRow.sequence_name), col(SequenceStep.step_name), col(Enrollment.next_at))
        .select_from(Enrollment)
        .join(Lead, col(Lead.id) == Enrollment.lead_id)
        .join(SequenceRow, col(SequenceRow.id) == Enrollment.sequence_id)
        .join(
            SequenceStep,
            (col(SequenceStep.version_id) == Enrollment.version_id)
            & (col(SequenceStep.step_key) == Enrollment.current_step),
        )
        .where(col(Enrollment.status) == EnrollmentStatus.ACTIVE, col(Enrollment.next_at) < until)
        .where(col(Enrollment.held_reason).is_(None), col(SequenceStep.step_type).in_(_TO_COUPLES))
        .where(*_goes_on())
    )
    return [(name, step, at) for name, step, at in session.exec(query).all() if at is not None]


def _queued(session: Session, until: datetime) -> Iterable[tuple[str, str, datetime]]:
    query = (
        select(
            col(SequenceRow.sequence_name),
            func.coalesce(SequenceStep.step_name, OutboxMessage.step_key),
            col(OutboxMessage.due_at),
        )
        .select_from(OutboxMessage)
        .join(Enrollment, col(Enrollment.id) == OutboxMessage.enrollment_id)
        .join(Lead, col(Lead.id) == OutboxMessage.lead_id)
        .join(SequenceRow, col(SequenceRow.id) == OutboxMessage.sequence_id)
        .outerjoin(
            SequenceStep,
            (col(SequenceStep.version_id) == Enrollment.version_id)
            & (col(SequenceStep.step_key) == OutboxMessage.step_key),
        )
        .where(col(OutboxMessage.state) == OutboxState.QUEUED, col(OutboxMessage.due_at) < until)
        .where(col(OutboxMessage.channel) != OutboxChannel.NOTIFICATION)
        .where(col(Enrollment.status) == EnrollmentStatus.ACTIVE, *_goes_on())
    )
    return [(name, step, at) for name, step, at in session.execute(query).all()]


def _goes_on() -> tuple[Any, ...]:
    """Hold for couples that may be written to, and sequences that are on."""
    return (
        col(Lead.automation_paused).is_(False),
        col(Lead.opt_out_date).is_(None),
        col(SequenceRow.is_active),
        col(SequenceRow.deleted_at).is_(None),
    )


def _letters_left(session: Session, config: Config, now: datetime) -> int | None:
    """Return how many letters may go before those of the last 24 hours count less; None without a cap."""
    if config.limits.per_day is None:
        return None
    moment = func.coalesce(OutboxMessage.sent_at, OutboxMessage.queued_at)
    query = select(func.count()).where(
        moment > now - timedelta(days=1),
        col(OutboxMessage.state).in_(_GONE),
        col(OutboxMessage.channel) == OutboxChannel.EMAIL,
    )
    return max(0, config.limits.per_day - session.exec(query).one())
