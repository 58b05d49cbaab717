"""A step's moment: what its action may use, and freezing its letter into the outbox."""

import mimetypes
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from leadnurture.channels.mail.message import (
    Attachment,
    FrozenMessage,
    Letter,
    Mailbox,
    freeze,
    new_message_id,
    unsubscribe_link,
)
from leadnurture.config import Config
from leadnurture.crm.change import Change
from leadnurture.crm.names import couple_full_names
from leadnurture.engine import personalize, schedule
from leadnurture.engine.book import Edition
from leadnurture.sequences.duration import Duration
from leadnurture.sequences.folder import Folder
from leadnurture.sequences.step import Step
from leadnurture.sequences.texts import TextKind
from leadnurture.store.tables import Enrollment, Execution, Lead, OutboxMessage

LARGEST_ATTACHMENT = 20_000_000  # bytes; most servers take 25 MB after base64


@dataclass
class EngineMoment:
    """One step of one enrollment, now, inside an open transaction."""

    change: Change
    lead: Lead
    enrollment: Enrollment
    execution: Execution
    edition: Edition
    step: Step
    folder: Folder
    names: dict[str, Any] = field(default_factory=dict)
    posted: OutboxMessage | None = None

    @property
    def enrollment_id(self) -> int:
        """The walk that it is part of."""
        assert self.enrollment.id is not None
        return self.enrollment.id

    def filled(self, name: str) -> str:
        """Return one of the step's texts, filled; raises UnfillableError."""
        compiled = self.edition.words[self.step.id, name]
        fill = personalize.fill_line if compiled.kind is TextKind.LINE else personalize.fill_plain
        return fill(compiled, self.names)

    def after(self, delay: Duration) -> datetime:
        """Return the instant `delay` after now."""
        return schedule.after(self.change.now, delay, self.change.config.studio.zone)

    def post_letter(self, *, subject: str, letter: str, attachments: tuple[str, ...]) -> None:
        """Freeze a mail to the lead into the outbox; raises UnfillableError or UnsendableError."""
        text, html = personalize.fill_letter(self.edition.words[self.step.id, letter], self.names)
        head = self.filled(subject)
        files = tuple(_attachment(self.folder, name) for name in attachments)
        frozen = freeze(_letter(self.change, self.lead, head, text, html, files))
        self.posted = self._queue(frozen, head)

    def _queue(self, frozen: FrozenMessage, subject: str) -> OutboxMessage:
        assert self.lead.id is not None
        assert self.execution.id is not None
        message = OutboxMessage(
            lead_id=self.lead.id,
            enrollment_id=self.enrollment_id,
            execution_id=self.execution.id,
            sequence_id=self.edition.sequence.id,
            step_key=self.step.id,
            message_id=frozen.message_id,
            sender=frozen.sender,
            recipients=list(frozen.recipients),
            subject=subject,
            content=frozen.content,
            needs_smtputf8=frozen.needs_smtputf8,
            due_at=self.change.now,
            queued_at=self.change.now,
        )
        self.change.session.add(message)
        return message


def _letter(change: Change, lead: Lead, subject: str, text: str, html: str, files: tuple[Attachment, ...]) -> Letter:
    config: Config = change.config
    owner = Mailbox(config.owner.email, config.owner.name)
    names = couple_full_names(lead.couple_name_bride, lead.couple_name_groom)
    return Letter(
        message_id=new_message_id(config.owner.email),
        date=change.now.astimezone(config.studio.zone),
        sender=owner,
        to=(Mailbox(lead.primary_email, names),),
        subject=subject,
        text=text,
        html=html,
        reply_to=Mailbox(config.mail.reply_to, config.owner.name) if config.mail.reply_to else owner,
        attachments=files,
        unsubscribe=unsubscribe_link(config.mail.reply_to or config.owner.email, lead.unsubscribe_token),
    )


def _attachment(folder: Folder, name: str) -> Attachment:
    try:
        path = folder.beside(name)
        if path.stat().st_size > LARGEST_ATTACHMENT:
            raise ValueError("it is larger than 20 MB")
        content = path.read_bytes()
    except (OSError, ValueError) as error:
        why = (error.strerror if isinstance(error, OSError) else None) or str(error)
        raise personalize.UnfillableError(f"the attachment '{name}' cannot be read: {why}") from None
    return Attachment(path.name, content, mimetypes.guess_type(path.name)[0] or "application/octet-stream")
