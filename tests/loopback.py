"""What small servers on loopback share that misbehave at chosen points of a conversation."""

import socketserver
import ssl
import threading
from collections import Counter
from pathlib import Path
from types import TracebackType
from typing import Self

# Faults that both kinds of server know; others are lines to say instead of the right thing.
DROP, HANG, DRIP = "drop", "hang", "drip"


class OverError(Exception):
    """The conversation is over."""


class LoopbackServer(socketserver.ThreadingTCPServer):
    """A server in a thread of its own while the `with` block lasts; `seen` counts how often each point came."""

    allow_reuse_address = True
    daemon_threads = True

    def __init__(self, conversation: type[socketserver.BaseRequestHandler], pem: Path | None = None) -> None:
        super().__init__(("127.0.0.1", 0), conversation)
        self.seen: Counter[str] = Counter()
        self.stopped = threading.Event()
        self.context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER) if pem else None
        if self.context and pem:
            self.context.load_cert_chain(pem)
        self._thread = threading.Thread(target=self.serve_forever, kwargs={"poll_interval": 0.01})

    @property
    def port(self) -> int:
        return int(self.server_address[1])

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

    def handle_error(self, request: object, client_address: object) -> None:
        """A client that leaves in the middle is what the tests are about."""


class LoopbackConversation(socketserver.StreamRequestHandler):
    """One client's conversation, which can be encrypted half way."""

    timeout = 10
    server: LoopbackServer

    def finish(self) -> None:
        super().finish()
        self.connection.close()

    def encrypt(self) -> None:
        """Go on in TLS."""
        assert self.server.context is not None
        self.request = self.connection = self.server.context.wrap_socket(self.request, server_side=True)

    def reopen(self) -> None:
        """Read and write what is encrypted, after `encrypt` in the middle of a conversation."""
        self.rfile, self.wfile = self.connection.makefile("rb"), self.connection.makefile("wb", 0)

    def misbehave(self, fault: str) -> None:
        """End the conversation for the faults that every server knows."""
        if fault == HANG:
            self.server.stopped.wait(self.timeout)
        while fault == DRIP and not self.server.stopped.wait(0.02):
            self.wfile.write(b"2")  # what has come of it so far looks like something else
        if fault in {DROP, HANG}:
            raise OverError
