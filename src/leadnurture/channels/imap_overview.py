"""Looking a mailbox over: which folders it has for what comes and for what was sent, and whether they may be read."""

from dataclasses import dataclass

from imap_tools.errors import MailboxFolderSelectError

from leadnurture.channels.imap_connection import MailboxConnection, spoken
from leadnurture.channels.imap_lookup import described, sent_folders
from leadnurture.channels.mailbox_settings import MailboxSettings, check_safe
from leadnurture.clock import monotonic
from leadnurture.errors import LeadnurtureError, OutsideWorldError

INBOX = "INBOX"  # its name is the same on every server


class MailboxTroubleError(OutsideWorldError):
    """The mailbox cannot be reached, or a folder of it cannot be read."""


@dataclass(frozen=True)
class Overview:
    """The folders for what was sent, and how many messages the inbox holds."""

    sent: tuple[str, ...]
    inbox: int


def overview(settings: MailboxSettings) -> Overview:
    """Log in, find the folders and open each for reading; raises ConfigurationError and OutsideWorldError."""
    check_safe(settings)
    begun = monotonic()
    try:
        with MailboxConnection(settings) as mailbox:
            sent = tuple(sent_folders(mailbox, settings))
            for folder in sent:
                _opened(mailbox, settings, folder)
            return Overview(sent, _opened(mailbox, settings, INBOX))
    except LeadnurtureError:
        raise
    except Exception as trouble:  # noqa: BLE001 - imaplib trips over nonsense in more ways than it declares
        raise MailboxTroubleError(described(trouble, settings, monotonic() - begun)) from None


def _opened(mailbox: MailboxConnection, settings: MailboxSettings, folder: str) -> int:
    """Open a folder for reading; return how many messages it holds."""
    try:
        _, (count, *_) = mailbox.folder.set(folder, readonly=True)
    except MailboxFolderSelectError as refused:
        said = spoken(refused.command_result[1])
        raise MailboxTroubleError(
            f"the folder '{folder}' on {settings.place} cannot be read: {said}",
            hint="look at it in your mail program; `sent` in [mailbox] names another",
        ) from None
    return int(count)
