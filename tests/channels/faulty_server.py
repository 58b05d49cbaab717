"""A small SMTP server on loopback that misbehaves at chosen points of the conversation."""

import signal
import socketserver
import threading
from collections import Counter
from types import TracebackType
from typing import Self

# A fault is a reply to give instead of the right one, or one of these.
DROP, HANG, INTERRUPT, GARBAGE, FLOOD = "drop", "hang", "interrupt", "\x00\xff not smtp at all", "550-" + "x" * 100_000
LONG = "\r\n".join(f"550-{'no ' * 30}{line}" for line in range(1000)) + "\r\n550 no"

RIGHT = {
    "connect": "220 ready",
    "ehlo": "250-here\r\n250-SMTPUTF8\r\n250-8BITMIME\r\n250-AUTH PLAIN LOGIN\r\n250 HELP",
    "auth": "235 welcome",
    "mail": "250 sender fine",
    "rcpt": "250 recipient fine",
    "data": "354 go ahead",
    "content": "",
    "dot": "250 queued",
    "rset": "250 forgotten",
    "quit": "221 bye",
}


class FaultyServer(socketserver.ThreadingTCPServer):
    """`faults` lists, per point, what happens the first, second … time; None and beyond the end: the right thing.

    "content" stands for the first line of the content, "dot" for its end.
    """

    allow_reuse_address = True

    def __init__(self, **faults: list[str | None]) -> None:
        super().__init__(("127.0.0.1", 0), _Conversation)
        self.faults = faults
        self.seen: Counter[str] = Counter()
        self.messages: list[bytes] = []
        self.commands: list[str] = []
        self.stopped = threading.Event()
        self._thread = threading.Thread(target=self.serve_forever, kwargs={"poll_interval": 0.01})

    @property
    def port(self) -> int:
        return self.server_address[1]

    def fault(self, point: str) -> str | None:
        turn = self.seen[point]
        self.seen[point] += 1
        planned = self.faults.get(point, [])
        return planned[turn] if turn < len(planned) else None

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stopped.set()
        self.shutdown()
        self._thread.join()
        self.server_close()


class _OverError(Exception):
    """The conversation is over."""


class _Conversation(socketserver.StreamRequestHandler):
    timeout = 10
    server: FaultyServer

    def handle(self) -> None:
        try:
            self._answer("connect")
            while line := self.rfile.readline():
                self._command(line.decode())
        except (_OverError, OSError):
            pass

    def _command(self, line: str) -> None:
        self.server.commands.append(line.rstrip("\r\n"))
        verb = line.split(maxsplit=1)[0].lower()
        if self._answer(verb, echo=line) and verb == "data":
            self._content()
        if verb == "quit":
            raise _OverError

    def _content(self) -> None:
        lines = [self.rfile.readline()]
        self._answer("content")
        while lines[-1] not in (b".\r\n", b""):
            lines.append(self.rfile.readline())
        if lines.pop() == b"":
            raise _OverError
        self.server.messages.append(b"".join(line.removeprefix(b".") for line in lines))
        self._answer("dot")

    def _answer(self, point: str, echo: str = "") -> bool:
        """Answer, rightly or not; return whether rightly."""
        fault = self.server.fault(point)
        if fault == DROP:
            raise _OverError
        if fault == INTERRUPT:  # Ctrl-C, while the client waits in the main thread; then the right answer, too late
            signal.pthread_kill(threading.main_thread().ident or 0, signal.SIGINT)
            fault = None
        if fault == HANG:
            self.server.stopped.wait(self.timeout)
            raise _OverError
        reply = RIGHT[point] if fault is None else fault.replace("{echo}", echo.strip())
        if reply:
            self.wfile.write(reply.encode("latin-1") + b"\r\n")
        if reply.startswith("421"):
            raise _OverError
        return fault is None
