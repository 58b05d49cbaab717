"""A connection to the mailbox that cannot last longer than it may, whatever the server does."""

import imaplib
import socket
from collections.abc import Iterable
from contextlib import suppress

from imap_tools import BaseMailBox
from imap_tools.errors import MailboxLoginError

from leadnurture.channels.cut_off import PATIENCE, CutOff
from leadnurture.channels.mailbox_settings import MailboxSettings
from leadnurture.channels.trust import trust
from leadnurture.errors import OutsideWorldError


class RefusedMailboxLoginError(OutsideWorldError):
    """The server does not take the user name and password."""


class _Client(imaplib.IMAP4):
    """imaplib's client, on a socket that is cut off when its time is over."""

    def __init__(self, settings: MailboxSettings) -> None:
        self._settings = settings
        super().__init__(settings.host, settings.port, settings.timeout)

    def _create_socket(self, timeout: float | None) -> socket.socket:
        """Connect; the whole conversation has a limit."""
        plain = socket.create_connection((self.host, self.port), timeout)
        self._cut_off = CutOff(plain, self._settings.timeout * PATIENCE)
        self._cut_off.begin()
        if self._settings.security != "tls":
            return plain
        try:
            return trust(self._settings.cafile).wrap_socket(plain, server_hostname=self.host)
        except BaseException:
            plain.close()
            self.release()
            raise

    def shutdown(self) -> None:
        """Close the connection; never raises."""
        self.release()
        with suppress(OSError, AttributeError):  # without a connection there is nothing to close
            super().shutdown()

    def release(self) -> None:
        """Stop watching the connection."""
        if cut_off := getattr(self, "_cut_off", None):
            cut_off.close()


class MailboxConnection(BaseMailBox):
    """A logged-in conversation with the mailbox; use as a context manager.

    Raises OSError, imaplib's and imap_tools' errors, LeadnurtureError, and what a reply that makes no sense makes
    imaplib raise.
    """

    def __init__(self, settings: MailboxSettings) -> None:
        self._settings = settings
        super().__init__()
        try:
            if settings.security == "starttls":
                self.client.starttls(trust(settings.cafile))
            self._log_in()
        except BaseException:
            self.client.shutdown()
            raise

    def __exit__(self, *_: object) -> None:
        """Say goodbye, if the server still listens, and hang up; never raises."""
        with suppress(OSError, imaplib.IMAP4.error):
            self.client.logout()
        self.client.shutdown()

    def _get_mailbox_client(self) -> imaplib.IMAP4:
        return _Client(self._settings)

    def _log_in(self) -> None:
        username, password = self._settings.username, self._settings.password
        assert password is not None, "check_safe wants one"
        secret = password()
        plain = (username + secret).isascii()
        try:
            (self.login if plain else self.login_utf8)(username, secret, initial_folder=None)
        except (MailboxLoginError, imaplib.IMAP4.error) as trouble:
            if isinstance(trouble, imaplib.IMAP4.abort):
                raise
            told = spoken(getattr(trouble, "command_result", (None, [str(trouble)]))[1])
            raise RefusedMailboxLoginError(
                f"{username} could not log in to the mailbox on {self._settings.place}: {told.replace(secret, '…')}",
                hint="Check the username and the password; many providers want an app password.",
            ) from None


def spoken(words: Iterable[object]) -> str:
    """Return a server's words, as imaplib gives them, as text."""
    return " ".join(word.decode("utf-8", "replace") if isinstance(word, bytes) else str(word) for word in words)
