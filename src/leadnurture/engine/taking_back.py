"""Taking back messages that are queued: withdrawn for good, or removed so that their step is decided anew.

Only what certainly has not gone can be taken back; a message in doubt stays what it is.
"""

from datetime import datetime

from sqlmodel import select

from leadnurture.channels.mail.address import wire_address
from leadnurture.channels.mail.message import UnsendableError
from leadnurture.config import Config
from leadnurture.crm.change import Change
from leadnurture.crm.timeline import note
from leadnurture.engine import next_moment
from leadnurture.engine.book import Edition
from leadnurture.engine.schedule import IsHoliday
from leadnurture.engine.timing import Timing, timing_of
from leadnurture.outbox_channel import OutboxChannel
from leadnurture.sequences.step import Step
from leadnurture.store.tables.lead import Lead
from leadnurture.store.tables.outbox import OutboxMessage
from leadnurture.store.tables.sequence import Enrollment, Execution
from leadnurture.store.vocabulary import ExecutionStatus, InteractionType, OutboxState


def withdraw(change: Change, enrollment: Enrollment, reason: str) -> None:
    """Take back what is queued for a walk: its step is skipped for that reason, and never comes again."""
    query = select(OutboxMessage).where(
        OutboxMessage.enrollment_id == enrollment.id,
        OutboxMessage.state == OutboxState.QUEUED,
        OutboxMessage.channel != OutboxChannel.NOTIFICATION,  # the owner may know all the same
    )
    for message in change.session.exec(query).all():
        message.state, message.reason = OutboxState.REFUSED, f"withdrawn: {reason}"
        execution = change.session.get(Execution, message.execution_id)
        if execution is not None:
            execution.status, execution.reason = ExecutionStatus.SKIPPED, reason
            execution.executed_at = execution.updated_at = change.now


def decide_anew(change: Change, enrollment: Enrollment, edition: Edition, is_holiday: IsHoliday) -> str | None:
    """Remove the current step's queued message if it is not what the step would send now; return why, None if it stays.

    The step is decided anew in its moment. The timeline keeps what the message was.
    """
    message = _queued(change, enrollment)
    step = edition.sequence.step(enrollment.current_step or "")
    if message is None or step is None:
        return None
    lead = change.session.get_one(Lead, message.lead_id)
    execution = change.session.get_one(Execution, message.execution_id)
    timing = timing_of(lead, enrollment, edition.sequence, step, change.config, is_holiday)
    why = why_anew(message, execution, step, timing, lead, change.config, change.now)
    if why is not None:
        told = f"its message '{message.subject}' was taken back unsent: {why}"
        note(change, lead, InteractionType.STEP_HELD, f"{enrollment.sequence_id}: {step.id}", content=told)
        remove(change, message, execution)
        next_moment.due_now(change, enrollment, edition, is_holiday)
    return why


def why_anew(
    message: OutboxMessage,
    execution: Execution,
    step: Step,
    timing: Timing,
    lead: Lead,
    config: Config,
    now: datetime,
) -> str | None:
    """Return why a queued message is not what its step would send at `now`; None if it may go. Pure."""
    if execution.action_type != step.action:
        return "its step does something else now"
    if timing.lies_ahead(now):
        return "its day lies ahead"
    if not set(message.recipients) <= _known(lead, config):
        return "it goes to an address that is not theirs any more"
    return None


def _known(lead: Lead, config: Config) -> set[str]:
    """Return the lead's addresses and numbers, and the owner's address (of a copy), as envelopes have them."""
    addresses = (lead.primary_email, lead.secondary_email, config.owner.email)
    numbers = (lead.primary_phone, lead.secondary_phone)
    return {enveloped(address) for address in addresses if address} | {number for number in numbers if number}


def enveloped(address: str) -> str:
    """Return an address as envelopes have it; a number is itself."""
    try:
        return wire_address(address)
    except UnsendableError:
        return address


def remove(change: Change, *rows: OutboxMessage | Execution | None) -> None:
    """Remove a message and its execution, in that order: the one hangs on the other."""
    for row in rows:
        if row is not None:
            change.session.delete(row)
            change.session.flush()


def _queued(change: Change, enrollment: Enrollment) -> OutboxMessage | None:
    query = select(OutboxMessage).where(
        OutboxMessage.enrollment_id == enrollment.id,
        OutboxMessage.step_key == enrollment.current_step,
        OutboxMessage.state == OutboxState.QUEUED,
    )
    return change.session.exec(query).first()
