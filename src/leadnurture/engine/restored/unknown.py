"""Nobody knows what went out since the backup: what would be due again waits until the owner says."""

from collections.abc import Iterable

from sqlmodel import col, select

from leadnurture.crm.change import Change
from leadnurture.engine import enrolling
from leadnurture.engine.book import UnreadableVersionError
from leadnurture.engine.engine import Engine
from leadnurture.engine.restored.outcome import Outcome, pause
from leadnurture.engine.settle import sent as settle_sent
from leadnurture.outbox_channel import OutboxChannel
from leadnurture.store.tables.lead import Lead
from leadnurture.store.tables.outbox import OutboxMessage
from leadnurture.store.tables.sequence import Enrollment
from leadnurture.store.vocabulary import EnrollmentStatus, OutboxState

_OPEN = (OutboxState.QUEUED, OutboxState.IN_DOUBT, OutboxState.PARKED)
_MAY_HAVE_GONE = "a backup was restored, and it may have gone out since that was made"


def hold_back(change: Change, engine: Engine) -> Outcome:
    """Park what was queued, pause the walks whose next letter was due since, and let nobody enter by what fits already.

    What the transport can vouch for (a file in the outbox folder, a copy in a Sent folder) is sent.
    """
    outcome = Outcome()
    query = select(OutboxMessage).where(col(OutboxMessage.state).in_(_OPEN)).order_by(col(OutboxMessage.id))
    for message in change.session.exec(query).all():
        _settle(change, engine, message, outcome)
    walks = select(Enrollment).where(Enrollment.status == EnrollmentStatus.ACTIVE).order_by(col(Enrollment.id))
    for walked in change.session.exec(walks).all():
        if _was_due(change, walked) and _will_write(change, engine, walked):
            pause(change, walked, f"{_MAY_HAVE_GONE}: '{walked.current_step}'", outcome)
    _pass_over(change, engine, change.session.exec(select(Lead)).all())
    return outcome


def _settle(change: Change, engine: Engine, message: OutboxMessage, outcome: Outcome) -> None:
    is_mail = message.channel is OutboxChannel.EMAIL
    if is_mail and engine.transport.arrived(message.message_id):
        settle_sent(change, engine, message)
        outcome["sent"] += 1
        return
    message.state, message.reason = OutboxState.PARKED, _MAY_HAVE_GONE
    outcome["parked"] += 1


def _was_due(change: Change, walked: Enrollment) -> bool:
    """Tell whether a walk may have gone on since: it was due, or something may have woken it."""
    if walked.next_at is None:
        return False
    return walked.next_at <= change.now or bool(walked.held_reason or walked.waiting_reason)


def _will_write(change: Change, engine: Engine, walked: Enrollment) -> bool:
    """Tell whether a walk has a message to the couple ahead of it."""
    try:
        sequence = engine.book.edition(change.session, walked.version_id).sequence
    except UnreadableVersionError:
        return True
    keys = [step.id for step in sequence.walked]
    ahead = sequence.walked[keys.index(walked.current_step) :] if walked.current_step in keys else sequence.walked
    return any(step.reaches_couple for step in ahead)


def _pass_over(change: Change, engine: Engine, leads: Iterable[Lead]) -> None:
    """Let all who fit a sequence now stay out of it: they may have been through it since."""
    editions = engine.book.current(change.session)
    for lead in leads:
        for entry in enrolling.entries_for(change, lead, editions):
            if entry.fits and not entry.barred and not enrolling.is_passed_over(change, lead, entry.edition):
                enrolling.pass_over(change, lead, entry.edition, "a backup was restored: they may have been through it")
    change.session.flush()
