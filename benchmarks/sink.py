"""A real SMTP server in a process of its own, which counts what arrives by Message-ID.

`python -m benchmarks.sink` prints its port. For each line that it reads it prints, as JSON, what has arrived since the
line before; at the end of its input it ends.
"""

import json
import re
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

MESSAGE_ID = re.compile(rb"^message-id:\s*(<[^>]*>)", re.IGNORECASE | re.MULTILINE)


@dataclass(frozen=True)
class Arrived:
    """What the server took: messages, how many different Message-IDs they had, and their bytes."""

    messages: int
    different: int
    octets: int


class WrongCountError(Exception):
    """A message was lost or arrived twice: then no figure means anything."""


class Sink:
    """The parent's side of the server process."""

    def __init__(self, process: "subprocess.Popen[str]") -> None:
        self._process = process
        self.port = int(self._heard())

    def require(self, messages: int) -> Arrived:
        """Return what arrived since the last call; raises WrongCountError unless each message came exactly once."""
        assert self._process.stdin is not None
        self._process.stdin.write("\n")
        self._process.stdin.flush()
        arrived = Arrived(**json.loads(self._heard()))
        if not arrived.messages == arrived.different == messages:
            raise WrongCountError(f"{messages} messages should have arrived, each once; the server saw {arrived}")
        return arrived

    def _heard(self) -> str:
        assert self._process.stdout is not None
        return self._process.stdout.readline()


@contextmanager
def running(folder: str) -> Iterator[Sink]:
    """Yield a server that runs until the end of the block; `folder` holds the `benchmarks` package."""
    command = [sys.executable, "-m", "benchmarks.sink"]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=folder) as process:
        yield Sink(process)  # leaving the block closes its input, and waits for its end


class Counted:
    """An aiosmtpd handler that keeps counts and nothing else."""

    def __init__(self) -> None:
        self.seen: Counter[bytes] = Counter()
        self.octets = 0

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:  # noqa: ARG002, N802
        found = MESSAGE_ID.search(envelope.original_content)
        self.seen[found[1] if found else b""] += 1
        self.octets += len(envelope.original_content)
        return "250 OK"

    def taken(self) -> dict[str, int]:
        """Return the counts as the fields of Arrived, and begin anew."""
        counts = {"messages": self.seen.total(), "different": len(self.seen), "octets": self.octets}
        self.seen, self.octets = Counter(), 0
        return counts


def serve() -> None:
    """Take mail until the input ends."""
    from aiosmtpd.controller import Controller  # noqa: PLC0415 - the measuring process stays small

    counted = Counted()
    controller = _started(Controller, counted)
    print(controller.port, flush=True)
    for _ in sys.stdin:
        print(json.dumps(counted.taken()), flush=True)
    controller.stop()


def _started(kind: Any, counted: Counted) -> Any:
    import socket  # noqa: PLC0415

    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    controller = kind(counted, hostname="127.0.0.1", port=port, enable_SMTPUTF8=True)
    controller.start()
    return controller


if __name__ == "__main__":
    serve()
