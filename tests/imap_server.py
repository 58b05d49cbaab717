"""A small IMAP4rev1 server on loopback with a few folders, which misbehaves at chosen points of the conversation."""

import re
from collections.abc import Callable
from pathlib import Path

from loopback import DRIP, DROP, HANG, LoopbackConversation, LoopbackServer, OverError

USERNAME, PASSWORD = "zoe@example.com", "correct horse"
# A fault is a line to say instead of the right thing, or one of these.
GARBAGE = "\x00\xff no imap at all"
FLOOD = "* OK " + "x" * 100_000

__all__ = ["DRIP", "DROP", "FLOOD", "GARBAGE", "HANG", "PASSWORD", "USERNAME", "ImapServer", "copy_of"]


def copy_of(message_id: str) -> bytes:
    """Return a message as it lies in a Sent folder."""
    return f"Subject: hello\r\nMessage-ID: {message_id}\r\nFrom: zoe@example.com\r\n\r\nHello\r\n".encode()


class ImapServer(LoopbackServer):
    """`folders` are names with their flags, `messages` what lies in them; `faults` say what goes wrong, per point.

    The points are "connect" and the commands' names; `at_point` is called at each.
    """

    def __init__(self, folders: dict[str, str] | None = None, pem: Path | None = None, tls: bool = False) -> None:
        super().__init__(_Conversation, pem)
        self.folders = folders or {"INBOX": "", "Archive": "", "Sent": "\\Sent"}
        self.messages: dict[str, list[bytes]] = {name: [] for name in self.folders}
        self.faults: dict[str, str] = {}
        self.at_point: Callable[[str], object] = lambda _: None
        self.tls = tls

    def put(self, *message_ids: str, folder: str = "Sent") -> None:
        """Put copies of messages into a folder."""
        self.messages[folder] += [copy_of(message_id) for message_id in message_ids]


class _Conversation(LoopbackConversation):
    server: ImapServer

    def setup(self) -> None:
        if self.server.tls:
            self.encrypt()
        super().setup()

    def handle(self) -> None:
        self.chosen: list[bytes] = []
        try:
            if self._right("connect", ""):
                self._say("* OK ready")
            while line := self.rfile.readline().decode().rstrip("\r\n"):
                self._command(*([*line.split(" ", 2), ""][:3]))
        except (OverError, OSError):
            pass

    def _command(self, tag: str, verb: str, rest: str) -> None:
        if verb == "UID":
            verb, _, rest = rest.partition(" ")
        point = verb.lower()
        if self._right(point, tag):
            getattr(self, f"_{point}")(rest)
            self._say(f"{tag} OK {point} done")
        if point == "starttls":
            self.encrypt()
            self.reopen()
        if point == "logout":
            raise OverError

    def _capability(self, _: str) -> None:
        self._say("* CAPABILITY IMAP4rev1 SPECIAL-USE AUTH=PLAIN" + (" STARTTLS" if self.server.context else ""))

    def _starttls(self, _: str) -> None:
        pass

    def _login(self, rest: str) -> None:
        if rest != f'"{USERNAME}" "{PASSWORD}"':
            raise OverError

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
        self.misbehave(fault)
        self._say(fault.replace("{tag}", tag).replace("{password}", PASSWORD))
        return False

    def _say(self, line: str) -> None:
        self.wfile.write(line.encode("latin-1") + b"\r\n")
