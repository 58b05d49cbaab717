"""A small IMAP4rev1 server on loopback with a few folders, which misbehaves at chosen points of the conversation."""

import re
import socketserver
import ssl
import threading
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import Self

USERNAME, PASSWORD = "zoe@example.com", "correct horse"
# A fault is a line to say instead of the right thing, or one of these.
DROP, HANG, DRIP, GARBAGE = "drop", "hang", "drip", "\x00\xff no imap at all"
FLOOD = "* OK " + "x" * 100_000


def copy_of(message_id: str) -> bytes:
    """Return a message as it lies in a Sent folder."""
    return f"Subject: hello\r\nMessage-ID: {message_id}\r\nFrom: zoe@example.com\r\n\r\nHello\r\n".encode()


class ImapServer(socketserver.ThreadingTCPServer):
    """`folders` are names with their flags, `messages` what lies in them; `faults` say what goes wrong, per point.

    The points are "connect" and the commands' names; `at_point` is called at each.
    """

    allow_reuse_address = True
    daemon_threads = True

    def __init__(self, folders: dict[str, str] | None = None, pem: Path | None = None, tls: bool = False) -> None:
        super().__init__(("127.0.0.1", 0), _Conversation)
        self.folders = folders or {"INBOX": "", "Archive": "", "Sent": "\\Sent"}
        self.messages: dict[str, list[bytes]] = {name: [] for name in self.folders}
        self.faults: dict[str, str] = {}
        self.seen: Counter[str] = Counter()
        self.at_point: Callable[[str], object] = lambda _: None
        self.stopped = threading.Event()
        self.tls = tls
        self.context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER) if pem else None
        if self.context and pem:
            self.context.load_cert_chain(pem)
        self._thread = threading.Thread(target=self.serve_forever, kwargs={"poll_interval": 0.01})

    @property
    def port(self) -> int:
        return int(self.server_address[1])

    def put(self, *message_ids: str, folder: str = "Sent") -> None:
        """Put copies of messages into a folder."""
        self.messages[folder] += [copy_of(message_id) for message_id in message_ids]

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


class _OverError(Exception):
    """The conversation is over."""


class _Conversation(socketserver.StreamRequestHandler):
    timeout = 10
    server: ImapServer

    def setup(self) -> None:
        if self.server.tls:
            self._encrypt()
        super().setup()

    def handle(self) -> None:
        self.chosen: list[bytes] = []
        try:
            if self._right("connect", ""):
                self._say("* OK ready")
            while line := self.rfile.readline().decode().rstrip("\r\n"):
                self._command(*([*line.split(" ", 2), ""][:3]))
        except (_OverError, OSError):
            pass

    def finish(self) -> None:
        super().finish()
        self.connection.close()

    def _encrypt(self) -> None:
        assert self.server.context is not None
        self.request = self.connection = self.server.context.wrap_socket(self.request, server_side=True)

    def _command(self, tag: str, verb: str, rest: str) -> None:
        if verb == "UID":
            verb, _, rest = rest.partition(" ")
        point = verb.lower()
        if self._right(point, tag):
            getattr(self, f"_{point}")(rest)
            self._say(f"{tag} OK {point} done")
        if point == "starttls":
            self._encrypt()
            self.rfile, self.wfile = self.connection.makefile("rb"), self.connection.makefile("wb", 0)
        if point == "logout":
            raise _OverError

    def _capability(self, _: str) -> None:
        self._say("* CAPABILITY IMAP4rev1 SPECIAL-USE AUTH=PLAIN" + (" STARTTLS" if self.server.context else ""))

    def _starttls(self, _: str) -> None:
        pass

    def _login(self, rest: str) -> None:
        if rest != f'"{USERNAME}" "{PASSWORD}"':
            raise _OverError

    def _list(self, _: str) -> None:
        for name, flags in self.server.folders.items():
            self._say(f'* LIST ({flags}) "/" "{name}"')

    def _examine(self, rest: str) -> None:
        self.chosen = self.server.messages[rest.strip('"')]
        self._say(f"* {len(self.chosen)} EXISTS")

    def _search(self, rest: str) -> None:
        found = re.search(r'HEADER "Message-ID" "(.*)"\)', rest)
        assert found is not None, rest
        wanted = found[1].encode()
        hits = [str(number) for number, content in enumerate(self.chosen, start=1) if wanted in content]
        self._say(" ".join(["* SEARCH", *hits]))

    def _fetch(self, rest: str) -> None:
        number = int(rest.split(maxsplit=1)[0])
        head = self.chosen[number - 1].partition(b"\r\n\r\n")[0] + b"\r\n\r\n"
        self.wfile.write(f"* {number} FETCH (UID {number} FLAGS () BODY[HEADER] {{{len(head)}}}\r\n".encode())
        self.wfile.write(head + b")\r\n")

    def _logout(self, _: str) -> None:
        self._say("* BYE bye")

    def _right(self, point: str, tag: str) -> bool:
        """Misbehave if that is planned for this point; return whether the right thing is still to be said."""
        self.server.seen[point] += 1
        self.server.at_point(point)
        fault = self.server.faults.get(point)
        if fault is None:
            return True
        if fault == DROP:
            raise _OverError
        if fault == HANG:
            self.server.stopped.wait(self.timeout)
            raise _OverError
        while fault == DRIP and not self.server.stopped.wait(0.02):
            self.wfile.write(b"x")
        self._say(fault.replace("{tag}", tag).replace("{password}", PASSWORD))
        return False

    def _say(self, line: str) -> None:
        self.wfile.write(line.encode("latin-1") + b"\r\n")
