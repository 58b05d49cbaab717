"""What a letter is before it becomes bytes, and what it is afterwards."""

from dataclasses import dataclass
from datetime import datetime

from leadnurture.errors import InvalidInputError
from leadnurture.outbox_channel import OutboxChannel


class UnsendableError(InvalidInputError):
    """A letter cannot become a message: an address, a date or an identifier has no proper form."""


@dataclass(frozen=True)
class Mailbox:
    """An address, with the name to show beside it."""

    address: str
    name: str | None = None


@dataclass(frozen=True)
class Attachment:
    """A file that travels with a letter; `media_type` may carry parameters ("text/calendar; method=REQUEST")."""

    filename: str
    content: bytes
    media_type: str


@dataclass(frozen=True)
class CalendarPart:
    """An iCalendar text that mail programs act on: `method` is REQUEST (an invitation, or a change of it) or CANCEL."""

    method: str
    content: bytes


@dataclass(frozen=True)
class Letter:
    """All that a message says, as values.

    `date` is timezone-aware, in the zone that the Date header is to show. Message-IDs are written with their angle
    brackets. `unsubscribe` is a mailto: URL for List-Unsubscribe.
    """

    message_id: str
    date: datetime
    sender: Mailbox
    to: tuple[Mailbox, ...]
    subject: str
    text: str
    html: str | None = None
    reply_to: Mailbox | None = None
    cc: tuple[Mailbox, ...] = ()
    bcc: tuple[Mailbox, ...] = ()
    attachments: tuple[Attachment, ...] = ()
    calendar: CalendarPart | None = None
    in_reply_to: str | None = None
    references: tuple[str, ...] = ()
    unsubscribe: str | None = None


@dataclass(frozen=True)
class FrozenMessage:
    """A message as it goes out: the envelope and the content.

    A mail's content is what goes over the wire, in CRLF lines before dot-stuffing; it is 7-bit unless
    `needs_smtputf8`, which an address with a non-ASCII local part brings about. `copies` are those of the recipients
    that the letter is not addressed to (Cc, Bcc). A text's or a notification's content is its words in UTF-8, and
    `subject` is the notification's title.
    """

    message_id: str
    sender: str
    recipients: tuple[str, ...]
    content: bytes
    needs_smtputf8: bool = False
    copies: tuple[str, ...] = ()
    channel: OutboxChannel = OutboxChannel.EMAIL
    subject: str = ""

    @property
    def addressed(self) -> tuple[str, ...]:
        """The recipients that the letter is addressed to."""
        return tuple(recipient for recipient in self.recipients if recipient not in self.copies)
