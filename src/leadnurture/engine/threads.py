"""Conversations: which messages a letter answers, and under which subject it goes on."""

import re
from collections.abc import Callable
from dataclasses import dataclass, replace

from sqlmodel import Session, select

from leadnurture.sequences.actions.send_email import SendEmail
from leadnurture.sequences.sequence import Sequence
from leadnurture.sequences.step import Step
from leadnurture.store.tables.outbox import OutboxMessage
from leadnurture.store.vocabulary import OutboxState

_IS_ANSWER = re.compile(r"re\s*:", re.IGNORECASE)


@dataclass(frozen=True)
class Thread:
    """A letter's subject, and the Message-IDs of the conversation that it goes on with, the oldest first."""

    subject: str
    references: tuple[str, ...] = ()


def thread_of(
    session: Session, enrollment_id: int, sequence: Sequence, key: str, subject_of: Callable[[Step], str]
) -> Thread:
    """Return the thread of the message that a step of a walk has sent, for an answer to it.

    Where the step has sent none (it was skipped), the answer takes its place: it joins what the step would have
    answered, or begins a thread under the step's subject, which `subject_of` fills.
    """
    sent = session.exec(
        select(OutboxMessage.message_id, OutboxMessage.subject, OutboxMessage.thread).where(
            OutboxMessage.enrollment_id == enrollment_id,
            OutboxMessage.step_key == key,
            OutboxMessage.state == OutboxState.SENT,
        )
    ).first()
    if sent is not None:
        message_id, subject, references = sent
        return Thread(subject if _IS_ANSWER.match(subject) else f"Re: {subject}", (*references, message_id))
    step = next(step for step in sequence.steps if step.id == key)
    if not isinstance(step, SendEmail) or step.reply_to_step is None:
        return Thread(subject_of(step))
    before = thread_of(session, enrollment_id, sequence, step.reply_to_step, subject_of)
    return replace(before, subject=subject_of(step)) if step.subject else before
