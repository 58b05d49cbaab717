"""Letters to send and a server to take them, for the tests of the channels."""

import socket
from datetime import UTC, datetime
from email import message_from_bytes
from email.header import decode_header, make_header
from email.utils import getaddresses
from typing import Any

from leadnurture.channels.mail.message import Letter, Mailbox


def letter(**changes: Any) -> Letter:
    """Return a plain letter, with some of its fields changed."""
    fields: dict[str, Any] = {
        "message_id": "<first@example.com>",
        "date": datetime(2026, 6, 1, 9, 30, tzinfo=UTC),
        "sender": Mailbox("zoe@example.com", "Zoe Photo"),
        "to": (Mailbox("anna@example.org", "Anna"),),
        "subject": "Your wedding",
        "text": "Hello Anna,\n",
    }
    return Letter(**(fields | changes))


def words(part: Any) -> str:
    """Return the text of a parsed part, with the line breaks that it was written with."""
    return str(part.get_content()).replace("\r\n", "\n")


def mailboxes(content: bytes, field: str) -> list[tuple[str, str]]:
    """Return the names and addresses in a field of a message, read by Python's older parser."""
    found = getaddresses([str(message_from_bytes(content)[field])])
    return [(str(make_header(decode_header(name))), address) for name, address in found]


class Mailroom:
    """An aiosmtpd handler that keeps what arrives."""

    def __init__(self) -> None:
        self.arrived: list[tuple[str, list[str], bytes]] = []
        self.peers: set[Any] = set()
        self.logins: set[bytes] = set()

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:
        self.peers.add(session.peer)
        if session.authenticated:
            self.logins.add(session.auth_data.login)
        self.arrived.append((envelope.mail_from, envelope.rcpt_tos, envelope.content))
        return "250 OK"


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
