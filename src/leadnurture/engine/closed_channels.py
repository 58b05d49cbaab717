"""When a couple opts out of a channel, or one address of theirs does: what is queued for it is taken back at once.

The step is skipped with the reason, and the walk goes on. A letter to both of which one may still be written to is
removed instead, and decided anew for that one alone.
"""

from sqlmodel import col, select

from leadnurture.crm.change import Change, Fact, FactKind
from leadnurture.crm.opt_outs import NOTHING, OptOuts, opt_outs_of
from leadnurture.crm.timeline import note
from leadnurture.engine import migration, next_moment, taking_back, walk
from leadnurture.engine.book import Book, Edition, UnreadableVersionError
from leadnurture.engine.schedule import IsHoliday
from leadnurture.store.tables.lead import Lead
from leadnurture.store.tables.outbox import OutboxMessage
from leadnurture.store.tables.sequence import Enrollment, Execution
from leadnurture.store.vocabulary import ContactChannel, EnrollmentStatus, InteractionType, OutboxState


def leave_out_for(change: Change, fact: Fact, book: Book, is_holiday: IsHoliday) -> None:
    """Take back the lead's queued messages that its opt-outs concern, if the fact is one."""
    if fact.kind is not FactKind.CHANNEL_CLOSED:
        return
    lead = change.session.get_one(Lead, fact.lead_id)
    closed = opt_outs_of(change.session, [fact.lead_id]).get(fact.lead_id, NOTHING)
    for message in _queued(change, fact.lead_id):
        left_alone = _left_alone(message, lead, closed)
        if left_alone:
            _take_back(change, book, is_holiday, message, lead, closed, left_alone)


def is_closed(change: Change, message: OutboxMessage) -> bool:
    """Tell whether a couple has opted out of what a message would reach: its channel, or an address of its."""
    if not message.channel.reaches_couple:
        return False
    closed = opt_outs_of(change.session, [message.lead_id]).get(message.lead_id, NOTHING)
    return bool(_left_alone(message, change.session.get_one(Lead, message.lead_id), closed))


def _queued(change: Change, lead_id: int) -> list[OutboxMessage]:
    query = select(OutboxMessage).where(OutboxMessage.lead_id == lead_id, OutboxMessage.state == OutboxState.QUEUED)
    messages = change.session.exec(query.order_by(col(OutboxMessage.id))).all()
    return [message for message in messages if message.channel.reaches_couple]


def _left_alone(message: OutboxMessage, lead: Lead, closed: OptOuts) -> list[str]:
    """Return the recipients of a message that are to be left alone, as the lead has them."""
    channel = ContactChannel(message.channel.value)
    return [own for own in _addressed(message, lead) if closed.leaves_alone(channel, own)]


def _addressed(message: OutboxMessage, lead: Lead) -> list[str]:
    """Return those of a lead's addresses and numbers that a message goes to."""
    own = (lead.primary_email, lead.secondary_email, lead.primary_phone, lead.secondary_phone)
    recipients = set(message.recipients)
    return [address for address in own if address and taking_back.enveloped(address) in recipients]


def _take_back(
    change: Change,
    book: Book,
    is_holiday: IsHoliday,
    message: OutboxMessage,
    lead: Lead,
    closed: OptOuts,
    left_alone: list[str],
) -> None:
    walked = change.session.get_one(Enrollment, message.enrollment_id)
    try:
        edition = book.edition(change.session, walked.version_id)
    except UnreadableVersionError as error:
        taking_back.withdraw(change, walked, _why(message, closed, left_alone))
        walk.hold(walked, change.now + walk.ASK_AGAIN, error.message)
        return
    if set(_addressed(message, lead)) - set(left_alone):
        _decide_for_the_other(change, walked, edition, is_holiday, message)
    else:
        _skip(change, walked, edition, is_holiday, message, lead, _why(message, closed, left_alone))
    change.session.flush()
    migration.catch_up(change, book, is_holiday, walked)  # it may have waited with its message for a newer version


def _why(message: OutboxMessage, closed: OptOuts, left_alone: list[str]) -> str:
    return closed.why_not(ContactChannel(message.channel.value), left_alone) or "they opted out"


def _decide_for_the_other(
    change: Change, walked: Enrollment, edition: Edition, is_holiday: IsHoliday, message: OutboxMessage
) -> None:
    taking_back.remove(change, message, change.session.get_one(Execution, message.execution_id))
    next_moment.due_now(change, walked, edition, is_holiday)


def _skip(
    change: Change,
    walked: Enrollment,
    edition: Edition,
    is_holiday: IsHoliday,
    message: OutboxMessage,
    lead: Lead,
    why: str,
) -> None:
    """Skip the message's step; a walk that is paused goes on from there when it is resumed."""
    taking_back.withdraw(change, walked, why)
    note(change, lead, InteractionType.STEP_SKIPPED, f"{walked.sequence_id}: {message.step_key}", content=why)
    change.session.flush()
    if walked.status is EnrollmentStatus.ACTIVE:
        walk.go_on(change, walked, edition, change.now, is_holiday)
