"""Which SMTP server takes our mail, and how it is spoken to."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from leadnurture.channels.loopback import is_loopback
from leadnurture.errors import ConfigurationError


class InsecureServerError(ConfigurationError):
    """Mail and password would cross a network unencrypted."""


class MissingPasswordError(ConfigurationError):
    """There is a user name, and nothing that gives its password."""


@dataclass(frozen=True)
class SmtpSettings:
    """A server and the manners it expects.

    `password` is asked for at each login and not before. `timeout` is seconds of silence, per step of the
    conversation; no step takes longer than `cut_off.PATIENCE` times that, however much is said. `cafile` replaces the
    authorities that the system trusts.
    """

    host: str
    port: int
    security: Literal["starttls", "tls", "none"]
    username: str | None
    password: Callable[[], str] | None
    timeout: float
    cafile: Path | None = None

    @property
    def place(self) -> str:
        """The server as people write it: host:port."""
        return f"{self.host}:{self.port}"


def check_safe(settings: SmtpSettings) -> None:
    """Raise InsecureServerError or MissingPasswordError when no mail should go out with these settings."""
    if settings.security == "none" and not is_loopback(settings.host):
        raise InsecureServerError(
            f"Mail to {settings.place} would go unencrypted.",
            hint='Use security = "starttls" (port 587) or "tls" (port 465); "none" is for this computer only.',
        )
    if settings.username is not None and settings.password is None:
        raise MissingPasswordError(
            f"There is no password for {settings.username} on {settings.place}.",
            hint="Set password_command or password_file beside the username.",
        )
