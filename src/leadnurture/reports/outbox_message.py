"""One message of the outbox, opened: its headers, its words, and what its state means."""

from dataclasses import dataclass
from datetime import datetime
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from typing import Any

from sqlmodel import Session

from leadnurture.config import Config
from leadnurture.engine.doubt import LOOK_FOR
from leadnurture.errors import NotFoundError
from leadnurture.outbox_channel import OutboxChannel
from leadnurture.reports.as_of import AsOf, iso
from leadnurture.reports.outbox import Message, message_of
from leadnurture.store.tables.outbox import OutboxMessage
from leadnurture.store.tables.sequence import Execution
from leadnurture.store.vocabulary import OutboxState

_LOOK = {
    OutboxChannel.EMAIL: "look into your Sent folder, or ask the couple",
    OutboxChannel.SMS: "look into your SMS service's log, or ask the couple",
    OutboxChannel.NOTIFICATION: "you know whether you were notified",
}


@dataclass(frozen=True)
class OpenMessage:
    """A message with its headers (decoded), its text part, the names of its attachments, and its exact bytes.

    Of one that was condensed (`condensed_at`, in the studio's zone) the headers are what is still known of them.
    """

    as_of: AsOf
    message: Message
    meaning: str
    headers: tuple[tuple[str, str], ...]
    text: str
    attachments: tuple[str, ...]
    content: bytes
    condensed_at: datetime | None

    def raw(self) -> bytes:
        """Return the exact bytes; raises NotFoundError if they were dropped."""
        if self.condensed_at is not None:
            raise NotFoundError(
                f"the bytes of message {self.message.id} were dropped on {self.condensed_at:%d %b %Y}",
                hint="worker.retention_days says how long they are kept",
            )
        return self.content

    def as_json(self) -> dict[str, Any]:
        """Return the documented keys; the bytes are for `--raw`."""
        return {
            "message": self.message.as_json(),
            "meaning": self.meaning,
            "headers": [{"name": name, "value": value} for name, value in self.headers],
            "text": self.text,
            "attachments": list(self.attachments),
            "condensed_at": iso(self.condensed_at),
        }


def outbox_message(session: Session, config: Config, now: datetime, number: int) -> OpenMessage:
    """Open the message with that id; raises NotFoundError."""
    row = session.get(OutboxMessage, number)
    if row is None:
        raise NotFoundError(f"there is no message {number}", hint="leadnurture outbox list shows them")
    as_of = AsOf.of(config, now)
    message = message_of(row, as_of)
    condensed_at = as_of.local(session.get_one(Execution, row.execution_id).condensed_at)
    headers, text, attachments = _opened(row) if condensed_at is None else (_known(row), "", ())
    looked_up = row.channel is OutboxChannel.EMAIL and config.mailbox is not None and config.mail.transport == "smtp"
    told = meaning(message, looked_up=looked_up) + _condensed(condensed_at)
    return OpenMessage(as_of, message, told, headers, text, attachments, row.content, condensed_at)


def _known(row: OutboxMessage) -> tuple[tuple[str, str], ...]:
    """Return what is known of the headers of a message whose bytes were dropped."""
    given = (("From", row.sender), ("To", ", ".join(row.recipients)), ("Subject", row.subject))
    return (*given, ("Message-ID", row.message_id))


def _condensed(at: datetime | None) -> str:
    if at is None:
        return ""
    return f" Its words were dropped on {at:%d %b %Y}: they are kept for as many days as worker.retention_days says."


def _opened(row: OutboxMessage) -> tuple[tuple[tuple[str, str], ...], str, tuple[str, ...]]:
    """Return a message's headers, its words and the names of its attachments; a text has no more than its number."""
    if row.channel is not OutboxChannel.EMAIL:
        title = (("Subject", row.subject),) if row.channel is OutboxChannel.NOTIFICATION else ()
        return (("To", ", ".join(row.recipients)), *title), row.content.decode("utf-8"), ()
    parsed = message_from_bytes(row.content, _class=EmailMessage, policy=default)
    body = parsed.get_body(("plain",))
    return (
        tuple((name, str(value)) for name, value in parsed.items()),
        body.get_content() if body is not None else "",
        tuple(part.get_filename() or part.get_content_type() for part in parsed.iter_attachments()),
    )


def meaning(message: Message, *, looked_up: bool) -> str:
    """Say in plain words what a message's state means, and what to do if anything is.

    `looked_up` is whether there is a Sent folder in which it can be looked for.
    """
    reason = message.reason or "no reason was given"
    if message.state is OutboxState.QUEUED:
        return _queued(message)
    if message.state is OutboxState.SENT:
        not_to = "".join(f" It was not taken for {one}: {reply}." for one, reply in message.refused.items())
        return f"It was sent: the transport accepted it.{not_to} It will not go out again."
    if message.state is OutboxState.REFUSED:
        if reason.startswith("withdrawn: "):
            return f"It was taken back before it went out: {reason.removeprefix('withdrawn: ')}."
        return f"It was not delivered and will not be tried again: {reason}"
    if message.state is OutboxState.IN_DOUBT:
        return _in_doubt(looked_up=looked_up)
    because = f" ({message.reason})" if message.reason else ""
    return (
        f"It may have arrived{because}, and only you can find out: {_LOOK[message.channel]}. Then say "
        f"`leadnurture outbox resolve {message.id} --sent`, or --resend to let the same bytes go out again."
    )


def _in_doubt(*, looked_up: bool) -> str:
    begun = "It was being handed over when the answer was lost, so it may have arrived. "
    if not looked_up:
        return f"{begun}The next run looks into it; it is never sent again blindly."
    minutes = int(LOOK_FOR.total_seconds() // 60)
    return (
        f"{begun}Runs look for it in your Sent folder: once it is there it counts as sent. If it is still not there "
        f"{minutes} minutes after it was handed over, the same bytes go again, or it waits for your word where the "
        "folder cannot tell."
    )


def _queued(message: Message) -> str:
    if message.attempts:
        times = "once" if message.attempts == 1 else "twice" if message.attempts == 2 else f"{message.attempts} times"
        return f"It was tried {times} and will be tried again: {message.reason or 'the server could not take it then'}"
    return "It waits for delivery: the next run takes it as soon as it is due, unless something stops its sequence."
