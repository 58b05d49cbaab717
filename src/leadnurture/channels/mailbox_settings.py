"""Where the owner's mailbox is, and how it is spoken to."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from leadnurture.channels.loopback import is_loopback
from leadnurture.channels.smtp_settings import InsecureServerError, MissingPasswordError


@dataclass(frozen=True)
class MailboxSettings:
    """An IMAP server and the manners it expects.

    `password` is asked for at each login and not before. `timeout` is seconds of silence; a whole conversation gets a
    few times as much. `sent` is the Sent folder's name, None to find it. `cafile` replaces the authorities that the
    system trusts.
    """

    host: str
    port: int
    security: Literal["starttls", "tls", "none"]
    username: str
    password: Callable[[], str] | None
    timeout: float
    sent: str | None = None
    cafile: Path | None = None

    @property
    def place(self) -> str:
        """The server as people write it: host:port."""
        return f"{self.host}:{self.port}"


def check_safe(settings: MailboxSettings) -> None:
    """Raise InsecureServerError or MissingPasswordError when nobody should log in with these settings."""
    if settings.security == "none" and not is_loopback(settings.host):
        raise InsecureServerError(
            f"The mailbox at {settings.place} would be read unencrypted.",
            hint='Use security = "tls" (port 993) or "starttls" (port 143); "none" is for this computer only.',
        )
    if settings.password is None:
        raise MissingPasswordError(
            f"There is no password for {settings.username} on {settings.place}.",
            hint="Set password_command or password_file beside the username.",
        )
