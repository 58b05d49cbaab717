"""The real command in a real process, and a real SMTP server on loopback."""

import os
import resource
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from threading import Lock

import warm_start
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

ENVIRONMENT = {
    "PATH": os.environ["PATH"],
    "LANG": "en_GB.UTF-8",
    "TZ": "Europe/London",
    # Apprise loads all of its plugins, and one of them asks for what Python is about to leave out.
    "PYTHONWARNINGS": "error,ignore:'imghdr' is deprecated:DeprecationWarning",
    "PYTHONDONTWRITEBYTECODE": "1",  # a file that is written half, by a test that kills, would outlive it
}


def _fixed(environment: Mapping[str, str]) -> list[str]:
    return [name for name in environment | ENVIRONMENT if name.startswith(warm_start.FIXED)]


class Leadnurture:
    """Runs `leadnurture` as a user would, in a folder, without anybody's settings."""

    def __init__(self, cwd: Path) -> None:
        self.cwd = cwd
        self.environment = ENVIRONMENT | {"HOME": str(cwd), "XDG_CONFIG_HOME": str(cwd / ".config")}

    def __call__(
        self, *words: str, stdin: str | bytes = b"", room: int | None = None, **environment: str
    ) -> subprocess.CompletedProcess[str]:
        """Run to the end; with `room`, no file may grow beyond that many bytes, as on a disk that fills up."""
        given = stdin.encode() if isinstance(stdin, str) else stdin
        wanted = self.environment | environment
        if room is None and all(wanted.get(name) == ENVIRONMENT.get(name) for name in _fixed(wanted)):
            code, out, err = warm_start.run(words, given, self.cwd, wanted)
            return subprocess.CompletedProcess(self._command(words), code, out.decode(), err.decode())
        limit = None if room is None else lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (room, room))
        where = self._where(environment)
        done = subprocess.run(
            self._command(words), input=given, capture_output=True, check=False, timeout=120, preexec_fn=limit, **where
        )
        return subprocess.CompletedProcess(done.args, done.returncode, done.stdout.decode(), done.stderr.decode())

    def start(self, *words: str, **environment: str) -> "subprocess.Popen[bytes]":
        pipes = {"stdin": subprocess.DEVNULL, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
        return subprocess.Popen(self._command(words), **pipes, **self._where(environment))

    def _command(self, words: tuple[str, ...]) -> list[str]:
        return [sys.executable, "-m", "leadnurture", *words]

    def _where(self, environment: dict[str, str]) -> dict[str, object]:
        return {"cwd": self.cwd, "env": self.environment | environment}


class Sink:
    """Takes every message, and calls `on_command` before each reply; what that returns is the reply."""

    def __init__(self) -> None:
        self.accepted: list[bytes] = []
        self.recipients: list[list[str]] = []
        self.on_command: Callable[[str, int], str | None] = lambda _, __: None  # (command, messages accepted so far)
        self._lock = Lock()
        self.port = 0

    async def handle_MAIL(
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        envelope.mail_from = address
        envelope.mail_options.extend(options)
        return self.on_command("MAIL", len(self.accepted)) or "250 OK"

    async def handle_RCPT(
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        reply = self.on_command("RCPT", len(self.accepted)) or "250 OK"
        if reply.startswith("2"):
            envelope.rcpt_tos.append(address)
        return reply

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        reply = self.on_command("DATA", len(self.accepted)) or "250 OK"
        if reply.startswith("2"):
            with self._lock:
                self.accepted.append(envelope.original_content or b"")
                self.recipients.append(list(envelope.rcpt_tos))
        return reply

    def messages(self) -> list[EmailMessage]:
        return [message_from_bytes(content, policy=policy.default) for content in self.accepted]  # type: ignore[misc]

    def ids(self) -> list[str]:
        return [str(message["Message-ID"]) for message in self.messages()]

    def settings(self, **more: str) -> dict[str, str]:
        """The environment that makes a studio send here."""
        return {
            "LEADNURTURE_MAIL__TRANSPORT": "smtp",
            "LEADNURTURE_MAIL__SMTP__HOST": "127.0.0.1",
            "LEADNURTURE_MAIL__SMTP__PORT": str(self.port),
            "LEADNURTURE_MAIL__SMTP__SECURITY": "none",
        } | more


@contextmanager
def listening(sink: Sink) -> Iterator[Sink]:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        sink.port = taken.getsockname()[1]
    controller = Controller(sink, hostname="127.0.0.1", port=sink.port, enable_SMTPUTF8=True)
    controller.start()
    try:
        yield sink
    finally:
        controller.stop()
