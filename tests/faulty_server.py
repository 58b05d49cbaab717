"""A small SMTP server on loopback that misbehaves at chosen points of the conversation."""

import signal
import socket
import threading
from pathlib import Path

from loopback import DRIP, DROP, HANG, LoopbackConversation, LoopbackServer, OverError

# A fault is a reply to give instead of the right one, or one of these.
INTERRUPT, ENDLESS, GARBAGE, FLOOD = "interrupt", "endless", "\x00\xff not smtp at all", "550-" + "x" * 100_000
SLOW = "slow"  # at "content": the server reads, but takes two seconds for the first 60,000 lines
LONG = "\r\n".join(f"550-{'no ' * 30}{line}" for line in range(1000)) + "\r\n550 no"

__all__ = ["DRIP", "DROP", "ENDLESS", "FLOOD", "GARBAGE", "HANG", "INTERRUPT", "LONG", "SLOW", "FaultyServer"]

RIGHT = {
    "connect": "220 ready",
    "ehlo": "250-here\r\n250-SMTPUTF8\r\n250-8BITMIME\r\n250-AUTH PLAIN LOGIN\r\n250 HELP",
    "starttls": "220 go on",
    "auth": "235 welcome",
    "mail": "250 sender fine",
    "rcpt": "250 recipient fine",
    "data": "354 go ahead",
    "content": "",
    "dot": "250 queued",
    "rset": "250 forgotten",
    "quit": "221 bye",
}


class FaultyServer(LoopbackServer):
    """`faults` lists, per point, what happens the first, second … time; None and beyond the end: the right thing.

    "content" stands for the first line of the content, "dot" for its end. With a certificate (`pem`) it offers
    STARTTLS, or speaks TLS from the start (`tls`).
    """

    def __init__(self, pem: Path | None = None, *, tls: bool = False, **faults: list[str | None]) -> None:
        super().__init__(_Conversation, pem)
        self.tls = tls
        self.faults = faults
        self.messages: list[bytes] = []
        self.commands: list[str] = []

    def show(self, pem: Path) -> None:
        """Show another certificate from now on."""
        assert self.context is not None
        self.context.load_cert_chain(pem)

    def fault(self, point: str) -> str | None:
        turn = self.seen[point]
        self.seen[point] += 1
        planned = self.faults.get(point, [])
        return planned[turn] if turn < len(planned) else None


class _Conversation(LoopbackConversation):
    server: FaultyServer

    def setup(self) -> None:
        if self.server.faults.get("content") == [SLOW]:
            self.request.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 64 * 1024)
        self.encrypted = self.server.tls
        if self.server.tls:
            self.encrypt()
        super().setup()

    def handle(self) -> None:
        try:
            self._answer("connect")
            while line := self.rfile.readline():
                self._command(line.decode())
        except (OverError, OSError):
            pass

    def _command(self, line: str) -> None:
        self.server.commands.append(line.rstrip("\r\n"))
        verb = line.split(maxsplit=1)[0].lower()
        right = self._answer(verb, echo=line)
        if right and verb == "data":
            self._content()
        if right and verb == "starttls":
            self.encrypted = True
            self.encrypt()
            self.reopen()
        if verb == "quit":
            raise OverError

    def _content(self) -> None:
        lines = [self.rfile.readline()]
        slow_lines = 60_000 if self.server.faults.get("content") == [SLOW] else 0
        self._answer("content")
        while lines[-1] not in (b".\r\n", b""):
            lines.append(self.rfile.readline())
            if len(lines) < slow_lines and len(lines) % 1000 == 0:
                self.server.stopped.wait(0.03)
        if lines.pop() == b"":
            raise OverError
        content = b"".join(line.removeprefix(b".") for line in lines)
        if not self._refuses("dot"):
            self.server.messages.append(content)
        self._answer("dot")

    def _answer(self, point: str, echo: str = "") -> bool:
        """Answer, rightly or not; return whether rightly."""
        fault = self.server.fault(point)
        if fault == INTERRUPT:  # Ctrl-C, while the client waits in the main thread; then the right answer, too late
            signal.pthread_kill(threading.main_thread().ident or 0, signal.SIGINT)
            fault = None
        if fault == SLOW:
            fault = None
        self.misbehave(fault or "")
        while fault == ENDLESS and not self.server.stopped.is_set():
            self.wfile.write(b"250-and\r\n" * 100)
        reply = self._right(point) if fault is None else fault.replace("{echo}", echo.strip())
        if reply:
            self.wfile.write(reply.encode("latin-1") + b"\r\n")
        if reply.startswith("421"):
            raise OverError
        return fault is None

    def _refuses(self, point: str) -> bool:
        """Whether the next answer is that the content was not taken; without an answer it was."""
        planned = self.server.faults.get(point, [])[self.server.seen[point] :]
        return bool(planned and planned[0] and planned[0][0] in "45")

    def _right(self, point: str) -> str:
        offers = point == "ehlo" and self.server.context is not None and not self.encrypted
        return RIGHT[point].replace("250-AUTH", "250-STARTTLS\r\n250-AUTH") if offers else RIGHT[point]
