"""A mail provider with moods: an SMTP server that takes, postpones, refuses or drops, and files what it has taken."""

from collections import Counter
from email import message_from_bytes
from typing import Any

from imap_server import ImapServer

FINE = "fine"
MOODS = (
    FINE,
    "421 at mail",
    "451 at rcpt",
    "550 at rcpt",
    "451 at data",
    "554 at data",
    "drops before it has taken it",
    "drops after it has taken it",
)


class Provider:
    """`mood` is how it answers; `taken` are Message-ID, recipient and subject of what it has accepted."""

    def __init__(self, mailbox: ImapServer) -> None:
        self._mailbox = mailbox
        self.mood = FINE
        self.taken: list[tuple[str, str, str]] = []

    def forget(self) -> None:
        """Begin anew, for the next studio."""
        self.mood = FINE
        self.taken.clear()
        self._mailbox.messages["Sent"].clear()
        self._mailbox.faults.clear()

    def ids(self) -> Counter[str]:
        """Return how often each Message-ID was taken."""
        return Counter(message_id for message_id, _, _ in self.taken)

    async def handle_MAIL(self, server: Any, session: Any, envelope: Any, address: str, options: list[str]) -> str:
        envelope.mail_from = address
        return self._answer("mail")

    async def handle_RCPT(self, server: Any, session: Any, envelope: Any, address: str, options: list[str]) -> str:
        answer = self._answer("rcpt")
        if answer.startswith("250"):
            envelope.rcpt_tos.append(address)
        return answer

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:
        answer = self._answer("data")
        if answer.startswith("250") and self.mood != "drops before it has taken it":
            head = message_from_bytes(envelope.content)
            self.taken += [(head["Message-ID"], address, head["Subject"]) for address in envelope.rcpt_tos]
            self._mailbox.put(head["Message-ID"])
        if self.mood.startswith("drops"):
            server.transport.close()
        return answer

    def _answer(self, point: str) -> str:
        code, _, where = self.mood.partition(" at ")
        return f"{code} not {point}" if where == point else "250 fine"
