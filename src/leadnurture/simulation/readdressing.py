"""A couple's letter sent to somebody else to look at: the same words, but not the couple's address in any field."""

import re
from dataclasses import dataclass

from leadnurture.channels.mail.address import wire_address
from leadnurture.channels.mail.headers import field, mailboxes_body, text_body
from leadnurture.channels.mail.message import FrozenMessage, Mailbox, new_message_id
from leadnurture.channels.transport import Answer, Line, Transport, Verdict

MARK = "[test] "
# The unsubscribe link goes, too: following it in a test would opt the couple out.
_REPLACED = frozenset({b"to", b"cc", b"subject", b"message-id", b"in-reply-to", b"references", b"list-unsubscribe"})
_FIELD_ENDS = re.compile(rb"\r\n(?![ \t])")


@dataclass(frozen=True)
class Postman:
    """Takes letters to one address, through a transport that really carries them."""

    transport: Transport
    address: str

    def deliver(self, message: FrozenMessage, subject: str) -> Answer:
        """Send the letter to the address with a mark before its subject; raises UnsendableError."""
        line = self.transport.line()
        try:
            return _handed_over(line, readdressed(message, self.address, subject))
        finally:
            line.close()


def readdressed(message: FrozenMessage, address: str, subject: str) -> FrozenMessage:
    """Return a letter as a message of its own to another address; raises UnsendableError for one that is none."""
    recipient, message_id = wire_address(address), new_message_id(message.sender)
    head, gap, body = message.content.partition(b"\r\n\r\n")
    kept = [one for one in _FIELD_ENDS.split(head) if one.partition(b":")[0].lower() not in _REPLACED]
    fields = (
        field("To", mailboxes_body([Mailbox(address)]))
        + field("Subject", text_body("Subject", MARK + subject))
        + field("Message-ID", message_id)
    )
    whole = fields.encode("utf-8") + b"\r\n".join(kept)
    needs_smtputf8 = not (whole.isascii() and message.sender.isascii() and recipient.isascii())
    return FrozenMessage(message_id, message.sender, (recipient,), whole + gap + body, needs_smtputf8)


def _handed_over(line: Line, message: FrozenMessage) -> Answer:
    answer = line.offer(message)
    return line.hand_over() if answer.verdict is Verdict.ACCEPTED else answer
