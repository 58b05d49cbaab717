"""Freezing a letter into the message that goes over the wire, and the names that it goes by."""

import secrets
from collections.abc import Iterator
from email.utils import format_datetime
from hashlib import sha256
from urllib.parse import quote

from leadnurture.channels.mail.address import ascii_domain, wire_address
from leadnurture.channels.mail.headers import (
    field,
    mailboxes_body,
    message_id_body,
    references_body,
    text_body,
    unsubscribe_body,
)
from leadnurture.channels.mail.letter import Attachment, CalendarPart, FrozenMessage, Letter, Mailbox, UnsendableError
from leadnurture.channels.mail.parts import attachment_part, calendar_file, calendar_part, multipart, text_part

__all__ = [
    "Attachment",
    "CalendarPart",
    "FrozenMessage",
    "Letter",
    "Mailbox",
    "UnsendableError",
    "freeze",
    "new_message_id",
    "unsubscribe_link",
]


def freeze(letter: Letter) -> FrozenMessage:
    """Return the letter as envelope and bytes; the same letter always gives the same bytes. Raises UnsendableError."""
    message_id, sender = message_id_body(letter.message_id), wire_address(letter.sender.address)
    recipients = _recipients(letter)
    addressed = {wire_address(mailbox.address) for mailbox in letter.to}
    head = "".join(field(name, body) for name, body in _fields(letter, message_id) if body)
    return FrozenMessage(
        message_id=message_id,
        sender=sender,
        recipients=recipients,
        content=head.encode("utf-8") + b"MIME-Version: 1.0\r\n" + _body(letter, message_id),
        needs_smtputf8=not (head.isascii() and sender.isascii() and all(map(str.isascii, recipients))),
        copies=tuple(recipient for recipient in recipients if recipient not in addressed),
    )


def new_message_id(owner_address: str) -> str:
    """Return a Message-ID (RFC 5322 msg-id) that nobody can guess, on the owner's domain; raises UnsendableError."""
    return f"<{secrets.token_hex(16)}@{ascii_domain(owner_address)}>"


def unsubscribe_link(owner_address: str, token: str) -> str:
    """Return a mailto: URL (RFC 6068) whose message tells the owner which couple to leave alone."""
    address = quote(wire_address(owner_address), safe="@+")
    return f"mailto:{address}?subject={quote(f'unsubscribe {token}', safe='')}"


def _recipients(letter: Letter) -> tuple[str, ...]:
    mailboxes = (*letter.to, *letter.cc, *letter.bcc)
    if not mailboxes:
        raise UnsendableError("The message has no recipient.")
    return tuple(dict.fromkeys(wire_address(mailbox.address) for mailbox in mailboxes))


def _fields(letter: Letter, message_id: str) -> Iterator[tuple[str, str]]:
    """Yield the names and bodies of the header fields; an empty body means that the field is not wanted."""
    yield "Date", _date_body(letter)
    yield "From", mailboxes_body([letter.sender])
    yield "Reply-To", mailboxes_body([letter.reply_to] if letter.reply_to else [])
    yield "To", mailboxes_body(letter.to)
    yield "Cc", mailboxes_body(letter.cc)
    yield "Subject", text_body("Subject", letter.subject)
    yield "Message-ID", message_id
    yield "In-Reply-To", references_body([letter.in_reply_to] if letter.in_reply_to else [])
    yield "References", references_body(letter.references)
    yield "List-Unsubscribe", unsubscribe_body(letter.unsubscribe) if letter.unsubscribe else ""


def _date_body(letter: Letter) -> str:
    if letter.date.utcoffset() is None:
        raise UnsendableError("The date of a message needs a time zone.")
    return format_datetime(letter.date)


def _body(letter: Letter, message_id: str) -> bytes:
    # The boundaries come from the message's own name, so that freezing is free of chance.
    mark = sha256(message_id.encode("ascii")).hexdigest()[:32]
    forms, files = _forms(letter), _files(letter)
    words = forms[0] if len(forms) == 1 else multipart("alternative", f"=_words_{mark}", forms)
    return multipart("mixed", f"=_files_{mark}", [words, *files]) if files else words


def _forms(letter: Letter) -> list[bytes]:
    """Return the forms that a program chooses from, the last it understands: text, HTML, an invitation."""
    html = [] if letter.html is None else [text_part("html", letter.html)]
    calendar = [] if letter.calendar is None else [calendar_part(letter.calendar)]
    return [text_part("plain", letter.text), *html, *calendar]


def _files(letter: Letter) -> list[bytes]:
    calendar = [] if letter.calendar is None else [calendar_file(letter.calendar)]
    return [*map(attachment_part, letter.attachments), *calendar]
