"""The one place that wires config, database, clock and channels together."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from datetime import datetime
from functools import cached_property
from pathlib import Path
from threading import Event
from types import TracebackType
from typing import Self

from sqlmodel import Session

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
from leadnurture.clock import Clock, SystemClock
from leadnurture.config import Config, MailboxSection, SmtpSection, load_config, place_of
from leadnurture.crm.change import Change
from leadnurture.crm.values import Reading
from leadnurture.engine import rests
from leadnurture.engine.engine import Engine
from leadnurture.engine.lock import announced
from leadnurture.errors import ConfigurationError
from leadnurture.locate import CONFIG_NAME, DATABASE_NAME, STATE_FOLDER, configuration_mark
from leadnurture.outbox_channel import OutboxChannel
from leadnurture.secrets import password_of, secrets_of
from leadnurture.sequences.folder import Folder
from leadnurture.store.database import Database, open_database


class Studio:
    """One photographer's studio, open. Use as a context manager; closing it closes the database."""

    def __init__(self, root: Path, config: Config, clock: Clock, database: Database) -> None:
        self.root, self.config, self.clock, self.database = root, config, clock, database
        self.configuration = configuration_mark(root)  # of the file that `config` was read from
        self.stopping = Event()

    @classmethod
    def open(cls, root: Path, clock: Clock | None = None) -> "Studio":
        """Open the studio in a folder; raises the errors of config and store."""
        clock = clock or SystemClock()
        mark = configuration_mark(root)  # before it is read: whoever changes it meanwhile has changed it since
        config = load_config(root / CONFIG_NAME)
        studio = cls(root, config, clock, open_database(root / DATABASE_NAME, clock.now()))
        studio.configuration = mark
        return studio

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.database.close()

    def follow_restore(self) -> None:
        """Turn to the database that was restored since this one was opened, if one was; forget the old one."""
        if self.database.is_replaced:
            self.database.close()
            self.database = open_database(self.root / DATABASE_NAME, self.clock.now())
            self.__dict__.pop("engine", None)

    def follow_configuration(self) -> bool:
        """Turn to the configuration as it is written now, if it was changed since; return whether it was.

        Raises BadConfigError; then all is as it was.
        """
        mark = configuration_mark(self.root)
        if mark == self.configuration:
            return False
        self.config, self.configuration = load_config(self.root / CONFIG_NAME), mark
        self.__dict__.pop("engine", None)
        return True

    @cached_property
    def folder(self) -> Folder:
        """The sequence files."""
        return Folder(self.root)

    @property
    def state(self) -> Path:
        """The folder for what the program itself keeps: the lock, the schema."""
        return self.root / STATE_FOLDER

    @property
    def outbox(self) -> Path:
        """Where messages are written when the transport is the outbox folder."""
        return self.root / "outbox"

    @cached_property
    def engine(self) -> Engine:
        """The engine of this studio."""
        way_out = self._transport(), self.stopping, self._sent_folder(), self.configuration
        return Engine(self.config, self.clock, self.database, self.folder, *way_out, owns_files=True)

    def change(self, *, enrolling: bool = True) -> AbstractContextManager[Change]:
        """Open one transaction; the engine reacts to its facts before the commit."""
        return self.engine.change(enrolling=enrolling)

    def writing(self, what: str) -> AbstractContextManager[None]:
        """Let whoever has to wait for a long change know what they wait for."""
        return announced(self.state, self.local_now(), what)

    def end_rests(self) -> None:
        """Let channels that rest, because their server was in trouble, be tried at once."""
        with self.change() as change:
            rests.end_all(change)

    @contextmanager
    def read(self) -> Iterator[Session]:
        """Yield a session that sees one consistent state."""
        with self.database.read() as session:
            yield session

    def reading(self, date_order: str | None = None) -> Reading:
        """Return how typed values are to be understood here."""
        return Reading.of(self.config, date_order)

    def now(self) -> datetime:
        """Return the present instant in UTC."""
        return self.clock.now()

    def local_now(self) -> datetime:
        """Return the present instant as the studio's clocks show it."""
        return self.now().astimezone(self.config.studio.zone)

    def _transport(self) -> Transport:
        return RoutingTransport(
            {
                OutboxChannel.EMAIL: self._mail(),
                OutboxChannel.SMS: self._service("sms", self.config.sms.origin, self.sms_url),
                OutboxChannel.NOTIFICATION: self._service("notify", self.config.notify.origin, self.notify_urls),
            }
        )

    def _service(self, section: str, origin: str | None, urls: Callable[[], list[str]]) -> AppriseTransport:
        def configured() -> list[str]:
            if origin is None:
                raise ConfigurationError(f"there is no [{section}] in {CONFIG_NAME} any more, so it waits")
            return urls()

        return AppriseTransport(configured, lambda: place_of(self.root / CONFIG_NAME, section, origin or section))

    def sms_url(self) -> list[str]:
        """Return the URL of the service for texts, as configured; raises SecretError."""
        sms = self.config.sms
        given = (sms.url,) if sms.url else ()
        return secrets_of("url", given=given, command=sms.url_command, file=sms.url_file, folder=self.root)[:1]

    def notify_urls(self) -> list[str]:
        """Return the URLs of the services for notifications, as configured; raises SecretError."""
        return notify_urls(self.config, self.root)

    def _mail(self) -> Transport:
        section = self.config.mail.smtp
        if self.config.mail.transport == "outbox" or section is None:
            return OutboxFolderTransport(self.outbox)
        return SmtpTransport(smtp_settings(section, self.root))

    def _sent_folder(self) -> SentFolder | None:
        """Return where copies of what was sent can be looked up; nothing is sent while there is no server."""
        section = self.config.mailbox
        if section is None or self.config.mail.transport != "smtp":
            return None
        return _sent_folder_of(section, self.root)


def _sent_folder_of(section: MailboxSection, root: Path) -> SentFolder:
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
