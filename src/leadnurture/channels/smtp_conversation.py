"""smtplib's client, with replies that come to an end whatever the server does."""

import smtplib
import socket
from typing import Any

from leadnurture.channels.cut_off import PATIENCE, CutOff
from leadnurture.channels.smtp_settings import SmtpSettings
from leadnurture.channels.trust import trust

_OUR_NAME = "[127.0.0.1]"  # an address literal: a laptop has no name of its own, and to look for one can take seconds
_MOST_LINES = 2000


class EndlessReplyError(smtplib.SMTPResponseException):
    """A reply that has no end is none."""

    def __init__(self, told: str) -> None:
        super().__init__(-1, told)


class SmtpConversation(smtplib.SMTP):
    """A connection, encrypted from the start if the settings say so.

    What goes on before `opened` has a limit as a whole, each reply after that has its own. Of a content, each
    piece that is sent may take as long as the timeout. Raises EndlessReplyError, and what smtplib does.
    """

    def __init__(self, settings: SmtpSettings) -> None:
        self._settings = settings
        super().__init__(settings.host, settings.port, _OUR_NAME, timeout=settings.timeout)

    def opened(self) -> None:
        """The conversation can begin: server and client have introduced themselves."""
        self._cut_off.end()

    def getreply(self) -> tuple[int, bytes]:
        """Read one reply."""
        if self.file is None:
            assert self.sock is not None, "a command went out on it"
            self.file = _Lines(self.sock.makefile("rb"))
        if self._cut_off.is_running:
            return self._whole_reply()
        self._cut_off.begin()
        try:
            return self._whole_reply()
        finally:
            self._cut_off.end()

    def last_reply(self) -> tuple[int, bytes]:
        """Read the reply to a content, whose end may still be on its way: silence is no trouble before the limit is."""
        assert self.sock is not None
        self.sock.settimeout(None)
        try:
            return self.getreply()
        finally:
            if self.sock is not None:
                self.sock.settimeout(self._settings.timeout)

    def _whole_reply(self) -> tuple[int, bytes]:
        assert isinstance(self.file, _Lines), "smtplib makes none where there is one"
        self.file.begin()
        try:
            reply = super().getreply()
        except smtplib.SMTPServerDisconnected as trouble:
            self._require_end(trouble.__context__)
            raise
        self._require_end(None)  # where it was cut off, what it had begun to say looks like a reply
        return reply

    def _require_end(self, cause: BaseException | None) -> None:
        if self._cut_off.came:
            self.close()
            raise EndlessReplyError(f"none came to an end in {self._cut_off.seconds:g} s") from None
        if isinstance(cause, EndlessReplyError):
            raise cause from None

    def close(self) -> None:
        """Hang up."""
        super().close()
        if cut_off := getattr(self, "_cut_off", None):  # without a connection there is none
            cut_off.close()

    def _get_socket(self, host: str, port: int, timeout: float) -> socket.socket:
        plain: socket.socket = super()._get_socket(host, port, timeout)  # type: ignore[misc]
        # The last piece of a message must not wait for the server to acknowledge the one before.
        plain.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._cut_off = CutOff(plain, self._settings.timeout * PATIENCE)
        self._cut_off.begin()
        if self._settings.security != "tls":
            return plain
        try:
            return trust(self._settings.cafile).wrap_socket(plain, server_hostname=host)
        except BaseException:
            plain.close()
            self._cut_off.close()
            raise


class _Lines:
    """What a server says, line by line; one reply has so many lines and no more."""

    def __init__(self, file: Any) -> None:
        self._file, self._lines = file, 0

    def begin(self) -> None:
        """Expect a new reply."""
        self._lines = 0

    def readline(self, limit: int) -> bytes:
        """Return a line, or as much of it as the limit allows."""
        self._lines += 1
        if self._lines > _MOST_LINES:
            raise EndlessReplyError(f"one had no end after {_MOST_LINES} lines")
        line: bytes = self._file.readline(limit)
        return line

    def close(self) -> None:
        """Read no more."""
        self._file.close()
