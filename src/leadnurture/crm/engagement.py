"""What a couple does with our mails: they open them, and click in them. Each is a fact, once per message."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlmodel import Session, col, select

from leadnurture.crm.change import Change, FactKind
from leadnurture.crm.leads import couple_of
from leadnurture.crm.timeline import note
from leadnurture.errors import NotFoundError
from leadnurture.outbox_channel import OutboxChannel
from leadnurture.store.tables.lead import Lead
from leadnurture.store.tables.outbox import OutboxMessage
from leadnurture.store.tables.sequence import Enrollment
from leadnurture.store.vocabulary import InteractionType, OutboxState

SHOWN_MAILS = 10


class NoSuchMailError(NotFoundError):
    """Nothing of the kind has been sent to the lead."""

    def __init__(self, lead: Lead, wanted: str, sent: list[str]) -> None:
        told = f"sent so far: {', '.join(sent[:SHOWN_MAILS])}" if sent else None
        super().__init__(f"no mail{wanted} has been sent to {couple_of(lead)}", hint=told)


@dataclass(frozen=True)
class Told:
    """What is told beside the fact: words, how it ended, and when to come back to it."""

    text: str | None = None
    outcome: str | None = None
    follow_up: datetime | None = None


_NOTHING = Told()


def mark_opened(change: Change, message: OutboxMessage, told: Told = _NOTHING) -> bool:
    """Note that the couple opened a message; return whether this is the first time, for only that counts."""
    if message.opened_at is not None:
        return False
    message.opened_at = change.now
    change.session.get_one(Enrollment, message.enrollment_id).emails_opened += 1
    _note(change, message, InteractionType.EMAIL_OPENED, FactKind.OPENED, told)
    return True


def mark_clicked(change: Change, message: OutboxMessage, told: Told = _NOTHING) -> bool:
    """Note that the couple clicked in a message, and so has opened it; return whether this is the first time."""
    if message.clicked_at is not None:
        return False
    mark_opened(change, message)
    message.clicked_at = change.now
    change.session.get_one(Enrollment, message.enrollment_id).emails_clicked += 1
    _note(change, message, InteractionType.EMAIL_CLICKED, FactKind.CLICKED, told)
    return True


MARKS: Mapping[InteractionType, Callable[..., bool]] = {
    InteractionType.EMAIL_OPENED: mark_opened,
    InteractionType.EMAIL_CLICKED: mark_clicked,
}


def _note(change: Change, message: OutboxMessage, kind: InteractionType, fact: FactKind, told: Told) -> None:
    lead = change.session.get_one(Lead, message.lead_id)
    metadata = {"message_id": message.message_id, "sequence": message.sequence_id, "step": message.step_key}
    said: dict[str, Any] = {"content": told.text, "outcome": told.outcome, "follow_up": told.follow_up}
    note(change, lead, kind, message.subject, metadata=metadata, **said, who="lead")
    change.record(fact, lead.id, message.step_key)


def latest_mail(session: Session, lead: Lead, sequence: str | None = None, step: str | None = None) -> OutboxMessage:
    """Return the mail that was sent to a lead last (of a sequence, of a step); raises NoSuchMailError."""
    sent = select(OutboxMessage).where(
        OutboxMessage.lead_id == lead.id,
        OutboxMessage.state == OutboxState.SENT,
        OutboxMessage.channel == OutboxChannel.EMAIL,
    )
    newest = (col(OutboxMessage.sent_at).desc(), col(OutboxMessage.id).desc())
    wanted = sent if sequence is None else sent.where(OutboxMessage.sequence_id == sequence)
    wanted = wanted if step is None else wanted.where(OutboxMessage.step_key == step)
    found = session.exec(wanted.order_by(*newest).limit(1)).first()
    if found is None:
        told = (f" of step '{step}'" if step else "") + (f" of '{sequence}'" if sequence else "")
        known = session.exec(sent.order_by(*newest)).all()
        raise NoSuchMailError(lead, told, [f"{message.sequence_id}/{message.step_key}" for message in known])
    return found


def engaged_steps(session: Session, enrollment: Enrollment) -> tuple[frozenset[str], frozenset[str]]:
    """Return the steps of a walk whose mails the couple has opened, and those whose mails they have clicked in."""
    if not enrollment.emails_opened:
        return frozenset(), frozenset()
    query = select(OutboxMessage.step_key, OutboxMessage.clicked_at).where(
        OutboxMessage.enrollment_id == enrollment.id, col(OutboxMessage.opened_at).is_not(None)
    )
    rows = session.exec(query).all()
    return frozenset(key for key, _ in rows), frozenset(key for key, clicked_at in rows if clicked_at is not None)
