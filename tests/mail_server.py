"""A real SMTP server on loopback that answers as it is told."""

import socket
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from aiosmtpd.controller import Controller

HANG_UP = "hang up"


class Server:
    """Takes messages; `at_rcpt` and `at_data` list, per recipient, what it answers the first, second … time instead."""

    def __init__(self) -> None:
        self.at_rcpt: defaultdict[str, list[str]] = defaultdict(list)
        self.at_data: defaultdict[str, list[str]] = defaultdict(list)
        self.taken: list[tuple[str, bytes]] = []
        self.on_rcpt: Callable[[str], None] = lambda _: None

    async def handle_RCPT(self, server: Any, session: Any, envelope: Any, address: str, options: list[str]) -> str:
        self.on_rcpt(address)
        answers = self.at_rcpt[address]
        if answers and answers[0] == HANG_UP:
            server.transport.close()
        if answers:
            return answers.pop(0)
        envelope.rcpt_tos.append(address)
        return "250 recipient fine"

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:
        first = self.at_data[envelope.rcpt_tos[0]]
        answer = first.pop(0) if first else "250 taken"
        if answer.startswith("250") or answer == HANG_UP:
            self.taken += [(address, envelope.content) for address in envelope.rcpt_tos]
        if answer == HANG_UP:
            server.transport.close()
        return answer

    def subjects(self, name: str) -> list[str]:
        """Return the subjects of what was taken for a lead, in order."""
        messages = [content.decode() for address, content in self.taken if address.startswith(name)]
        return [message.partition("Subject: ")[2].partition("\r\n")[0] for message in messages]


@contextmanager
def listening(server: Any = None) -> Iterator[tuple[Any, int]]:
    """Yield a server, unless given one that takes and answers as told, and the port that it listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = int(probe.getsockname()[1])
    server = server or Server()
    controller = Controller(server, hostname="127.0.0.1", port=port)
    controller.start()
    try:
        yield server, port
    finally:
        controller.stop()
