"""The channels as a studio's configuration has them: how what leaves the house goes, and where copies of it lie."""

from collections.abc import Callable
from pathlib import Path

from leadnurture.channels.apprise_transport import AppriseTransport
from leadnurture.channels.imap_sent_folder import ImapSentFolder
from leadnurture.channels.mailbox_settings import MailboxSettings
from leadnurture.channels.maildir_sent_folder import MaildirSentFolder
from leadnurture.channels.outbox_folder import OutboxFolderTransport
from leadnurture.channels.routing import RoutingTransport
from leadnurture.channels.sent_folder import SentFolder
from leadnurture.channels.smtp import SmtpTransport
from leadnurture.channels.smtp_settings import SmtpSettings
from leadnurture.channels.transport import Transport
from leadnurture.config import Config, MailboxSection, SmtpSection, place_of
from leadnurture.errors import ConfigurationError
from leadnurture.locate import CONFIG_NAME
from leadnurture.outbox_channel import OutboxChannel
from leadnurture.secrets import password_of, secrets_of


def transport(config: Config, root: Path, outbox: Path) -> Transport:
    """Return the way out for every kind of message; services are asked for when one is needed.

    `outbox` is the folder that mails are written into while no server is configured.
    """

    def service(section: str, origin: str | None, urls: Callable[[Config, Path], list[str]]) -> AppriseTransport:
        def configured() -> list[str]:
            if origin is None:
                raise ConfigurationError(f"there is no [{section}] in {CONFIG_NAME} any more, so it waits")
            return urls(config, root)

        return AppriseTransport(configured, lambda: place_of(root / CONFIG_NAME, section, origin or section))

    return RoutingTransport(
        {
            OutboxChannel.EMAIL: _mail(config, root, outbox),
            OutboxChannel.SMS: service("sms", config.sms.origin, sms_url),
            OutboxChannel.NOTIFICATION: service("notify", config.notify.origin, notify_urls),
        }
    )


def _mail(config: Config, root: Path, outbox: Path) -> Transport:
    section = config.mail.smtp
    if config.mail.transport == "outbox" or section is None:
        return OutboxFolderTransport(outbox)
    return SmtpTransport(smtp_settings(section, root))


def sent_folder(config: Config, root: Path) -> SentFolder | None:
    """Return where copies of what was sent can be looked up; nothing is sent while there is no server."""
    section = config.mailbox
    if section is None or config.mail.transport != "smtp":
        return None
    if section.maildir is not None:
        place = root / section.maildir.expanduser()
        return MaildirSentFolder(place, section.sent, keeps_copies=section.keeps_copies)
    return ImapSentFolder(mailbox_settings(section, root), keeps_copies=section.keeps_copies)


def mailbox_settings(section: MailboxSection, root: Path) -> MailboxSettings:
    """Return how the configured mailbox on a server is spoken to; its password is asked for when it is needed."""
    return MailboxSettings(
        host=section.host or "",
        port=section.port or (993 if section.security == "tls" else 143),
        security=section.security,
        username=section.username or "",
        password=_password(section, root),
        timeout=section.timeout.total_seconds(),
        sent=section.sent,
        cafile=root / section.ca_file if section.ca_file else None,
    )


def _password(section: SmtpSection | MailboxSection, root: Path) -> Callable[[], str] | None:
    """Return what asks for a section's password when it is needed; None if nothing gives it."""
    if not (section.password or section.password_command or section.password_file):
        return None

    def password() -> str:
        found = password_of(
            given=section.password, command=section.password_command, file=section.password_file, folder=root
        )
        return found or ""

    return password


def sms_url(config: Config, root: Path) -> list[str]:
    """Return the URL of the service for texts, as configured; raises SecretError."""
    sms = config.sms
    given = (sms.url,) if sms.url else ()
    return secrets_of("url", given=given, command=sms.url_command, file=sms.url_file, folder=root)[:1]


def notify_urls(config: Config, root: Path) -> list[str]:
    """Return the URLs of the services for notifications, as configured; raises SecretError."""
    notify = config.notify
    command, file = notify.urls_command, notify.urls_file
    return secrets_of("urls", given=notify.urls, command=command, file=file, folder=root)


def smtp_settings(section: SmtpSection, root: Path) -> SmtpSettings:
    """Return how the configured server is spoken to; its password is asked for when it is needed."""
    return SmtpSettings(
        host=section.host,
        port=section.port,
        security=section.security,
        username=section.username,
        password=_password(section, root),
        timeout=section.timeout.total_seconds(),
        cafile=root / section.ca_file if section.ca_file else None,
    )
