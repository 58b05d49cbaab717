"""A step's moment: what its action may use, and freezing its letter into the outbox."""

import mimetypes
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta
from functools import lru_cache
from typing import Any
from zoneinfo import ZoneInfo

from leadnurture.channels.calendar import invitation
from leadnurture.channels.mail.message import (
    Attachment,
    CalendarPart,
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
from leadnurture.sequences.words import Compiled, compile_text
from leadnurture.store.rows import write_row
from leadnurture.store.tables import Appointment, Enrollment, Execution, Lead, OutboxMessage

LARGEST_ATTACHMENT = 20_000_000  # bytes; most servers take 25 MB after base64
# Not every program shows the calendar's part of a mail, so its words say when and where, too.
_TITLE = "{{ appointment.title }}"
_WHEN_AND_WHERE = """

**When:** {{ appointment.when }}
{% if appointment.where %}

**Where:** {{ appointment.where }}
{% endif %}
"""


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

    def after(self, delay: Duration, at: time | None = None) -> datetime:
        """Return the instant `delay` after now, in the studio's zone; `at` is a time on the day that it leads to."""
        zone = self.change.config.studio.zone
        instant = schedule.after(self.change.now, delay, zone)
        return instant if at is None else schedule.resolve(datetime.combine(instant.astimezone(zone), at), zone)

    def post_letter(self, *, subject: str, letter: str, attachments: tuple[str, ...]) -> None:
        """Freeze a mail to the lead into the outbox; raises UnfillableError or UnsendableError."""
        words = personalize.fill_letter(self.edition.words[self.step.id, letter], self.names)
        head = self.filled(subject)
        files = tuple(_attachment(self.folder, name) for name in attachments)
        self.posted = self._queue(freeze(_letter(self.change, self.lead, head, words, files)), head)

    def post_invitation(self, appointment: Appointment, *, letter: str | None) -> None:
        """Freeze an invitation to the lead into the outbox; raises UnfillableError or UnsendableError."""
        written = next((text.words for text in self.step.texts() if text.name == letter), None)
        compiled = _invitation(written or _TITLE, self.edition.language)
        facts = {"title": appointment.title, "when": _when(appointment), "where": appointment.location}
        words = personalize.fill_letter(compiled, self.names | {"appointment": facts})
        calendar = invitation(appointment, _owner(self.change.config), _couple(self.lead))
        frozen = freeze(_letter(self.change, self.lead, appointment.title, words, calendar=calendar))
        self.posted = self._queue(frozen, appointment.title)

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
        write_row(self.change.session, message)
        return message


def _letter(
    change: Change,
    lead: Lead,
    subject: str,
    words: tuple[str, str],
    files: tuple[Attachment, ...] = (),
    calendar: CalendarPart | None = None,
) -> Letter:
    """Return the letter from the owner to the lead; `words` are its text and its HTML."""
    config, owner = change.config, _owner(change.config)
    return Letter(
        message_id=new_message_id(config.owner.email),
        date=change.now.astimezone(config.studio.zone),
        sender=owner,
        to=(_couple(lead),),
        subject=subject,
        text=words[0],
        html=words[1],
        reply_to=Mailbox(config.mail.reply_to, config.owner.name) if config.mail.reply_to else owner,
        attachments=files,
        calendar=calendar,
        unsubscribe=way_out(config, lead.unsubscribe_token),
    )


def way_out(config: Config, token: str) -> str:
    """Return the link by which the couple of that token asks for no more letters; raises UnsendableError."""
    return unsubscribe_link(config.mail.reply_to or config.owner.email, token)


def _owner(config: Config) -> Mailbox:
    return Mailbox(config.owner.email, config.owner.name)


def _couple(lead: Lead) -> Mailbox:
    return Mailbox(lead.primary_email, couple_full_names(lead.couple_name_bride, lead.couple_name_groom))


@lru_cache(maxsize=64)
def _invitation(written: str, language: str) -> Compiled:
    return compile_text(TextKind.LETTER, written + _WHEN_AND_WHERE, language)


def _when(appointment: Appointment) -> str:
    """Return when an appointment is, on the clocks of its zone, such as `Thursday 7 January 2027, 18:00–19:00`."""
    zone = ZoneInfo(appointment.time_zone)
    start, end = appointment.starts_at.astimezone(zone), appointment.ends_at.astimezone(zone)
    until = f"{end:%H:%M}" if end - start < timedelta(days=1) else f"{end:%A} {end.day} {end:%B %Y %H:%M}"
    return f"{start:%A} {start.day} {start:%B %Y}, {start:%H:%M}–{until} ({appointment.time_zone})"


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
