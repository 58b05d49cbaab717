"""A mail provider on loopback: takes each message, counts it, and files a copy in Sent before it answers."""

import threading
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from email import message_from_bytes

from imap_server import PASSWORD, USERNAME, ImapServer
from loopback import LoopbackConversation, LoopbackServer, OverError

RIGHT = {
    "connect": "220 ready",
    "ehlo": "250-here\r\n250 8BITMIME",
    "mail": "250 sender fine",
    "rcpt": "250 recipient fine",
    "data": "354 go ahead",
    "rset": "250 forgotten",
    "quit": "221 bye",
}
AtPoint = Callable[[str, int], object]


class CountingServer(LoopbackServer):
    """`at_point` is called before each reply, with the point and the number of messages accepted so far.

    Besides the commands the points are "content" (the first line of a message has come), "dot" (all of it has)
    and "accepted" (its copy is in Sent, and the sender does not know yet). If `at_point` returns False at the
    dot, the server forgets the message and hangs up.
    """

    request_queue_size = 64

    def __init__(self, mailbox: ImapServer) -> None:
        super().__init__(_Conversation)
        self.mailbox = mailbox
        self.at_point: AtPoint = lambda _, __: None
        self.messages: list[tuple[str, str, str]] = []  # Message-ID, recipient, subject
        self._changed = threading.Condition()
        self._open = 0

    def settings(self) -> dict[str, str]:
        """Return the environment that makes a studio send here, and look into the Sent folder of here."""
        smtp = {"HOST": "127.0.0.1", "PORT": str(self.port), "SECURITY": "none"}
        mailbox = {"HOST": "127.0.0.1", "PORT": str(self.mailbox.port), "SECURITY": "none", "USERNAME": USERNAME}
        return (
            {"LEADNURTURE_MAIL__TRANSPORT": "smtp"}
            | {f"LEADNURTURE_MAIL__SMTP__{key}": value for key, value in smtp.items()}
            | {f"LEADNURTURE_MAILBOX__{key}": value for key, value in (mailbox | {"PASSWORD": PASSWORD}).items()}
        )

    def take(self, recipient: str, content: bytes) -> None:
        """Accept a message: from now on the sender may not send it again."""
        head = message_from_bytes(content)
        with self._changed:
            self.messages.append((head["Message-ID"], recipient, head["Subject"]))
        self.mailbox.put(head["Message-ID"])

    def accepted(self) -> Counter[str]:
        """Return how often each Message-ID was accepted."""
        return Counter(message_id for message_id, _, _ in self.messages)

    def opened(self, by: int) -> None:
        """Count the conversations that are open."""
        with self._changed:
            self._open += by
            self._changed.notify_all()

    def settle_down(self) -> None:
        """Wait until nobody talks to the server any more: what a dead process had sent has been taken or dropped."""
        with self._changed:
            assert self._changed.wait_for(lambda: self._open == 0, timeout=30)


class _Conversation(LoopbackConversation):
    timeout = 30
    server: CountingServer

    def handle(self) -> None:
        self.server.opened(1)
        with suppress(OverError, OSError):
            self._say("connect")
            while line := self.rfile.readline():
                self._command(line.decode().strip())
        self.server.opened(-1)

    def finish(self) -> None:
        with suppress(OSError):  # whoever talked to us is dead
            super().finish()

    def _command(self, line: str) -> None:
        verb = line.split(maxsplit=1)[0].lower()
        if verb == "rcpt":
            self._recipient = line.partition("<")[2].partition(">")[0]
        self._say(verb)
        if verb == "data":
            self._content()
        if verb == "quit":
            raise OverError

    def _content(self) -> None:
        lines = [self.rfile.readline()]
        self._at("content")
        while lines[-1] not in (b".\r\n", b""):
            lines.append(self.rfile.readline())
        if lines.pop() == b"" or self._at("dot") is False:
            raise OverError
        self.server.take(self._recipient, b"".join(line.removeprefix(b".") for line in lines))
        self._at("accepted")
        self.wfile.write(b"250 queued\r\n")

    def _say(self, point: str) -> None:
        self._at(point)
        self.wfile.write(RIGHT[point].encode() + b"\r\n")

    def _at(self, point: str) -> object:
        return self.server.at_point(point, len(self.server.messages))
