"""Looking into the Sent folder of a mailbox on an IMAP server."""

import ssl
from collections.abc import Collection, Iterator

from imap_tools import AND, FolderInfo, H
from imap_tools.errors import UnexpectedCommandStatusError

from leadnurture.channels.cut_off import PATIENCE
from leadnurture.channels.imap_connection import MailboxConnection, spoken
from leadnurture.channels.mailbox_settings import MailboxSettings
from leadnurture.channels.sent_folder import Sighting, is_usual
from leadnurture.clock import monotonic
from leadnurture.errors import LeadnurtureError, OutsideWorldError

_MOST_FOLDERS = 5
_MOST_HITS = 5
# The first that fits; TimeoutError and SSL's errors are OSErrors too.
_SENTENCES: tuple[tuple[type[Exception], str], ...] = (
    (TimeoutError, "{place} did not answer in {timeout:g} s"),
    (ssl.SSLCertVerificationError, "{place} has a certificate that cannot be trusted: {reason}"),
    (UnexpectedCommandStatusError, "{place} answered {reason}"),
    (OSError, "{place} cannot be reached: {reason}"),
    (Exception, "{place} closed the connection or makes no sense: {reason}"),
)


class NoSentFolderError(OutsideWorldError):
    """The mailbox has no folder that could be the Sent folder."""


def look_up(settings: MailboxSettings, message_ids: Collection[str]) -> Sighting:
    """Return which of these messages are in the Sent folder, over one connection; nothing is raised."""
    begun = monotonic()
    try:
        with MailboxConnection(settings) as mailbox:
            return Sighting(frozenset(_found(mailbox, settings, message_ids)))
    except LeadnurtureError as trouble:
        return Sighting(trouble=trouble.message)
    except Exception as trouble:  # noqa: BLE001 - imaplib trips over nonsense in more ways than it declares
        return Sighting(trouble=described(trouble, settings, monotonic() - begun))


def _found(mailbox: MailboxConnection, settings: MailboxSettings, message_ids: Collection[str]) -> Iterator[str]:
    missing = set(message_ids)
    for folder in sent_folders(mailbox, settings):
        mailbox.folder.set(folder, readonly=True)
        found = {message_id for message_id in missing if _is_in(mailbox, message_id)}
        missing -= found
        yield from found


def sent_folders(mailbox: MailboxConnection, settings: MailboxSettings) -> list[str]:
    """Return the folder that the settings name, else those marked as Sent, else those that are called so."""
    listed = mailbox.folder.list()
    if settings.sent is not None:
        if settings.sent not in {folder.name for folder in listed}:
            raise NoSentFolderError(f"the mailbox on {settings.place} has no folder '{settings.sent}'")
        return [settings.sent]
    marked = [folder.name for folder in listed if _is_marked(folder)]
    likely = marked or [folder.name for folder in listed if is_usual(folder.name)]
    if not likely:
        raise NoSentFolderError(
            f"the mailbox on {settings.place} has no folder that is marked as Sent or called so; "
            "set `sent` in [mailbox] to its name"
        )
    return likely[:_MOST_FOLDERS]


def _is_marked(folder: FolderInfo) -> bool:
    """Tell whether the server marks a folder as the one for what was sent (RFC 6154)."""
    return "\\sent" in {flag.lower() for flag in folder.flags}


def _is_in(mailbox: MailboxConnection, message_id: str) -> bool:
    """Tell whether the chosen folder has a message; servers find parts of a field, so the whole is compared."""
    uids = mailbox.uids(AND(header=H("Message-ID", message_id)), charset=None)
    hits = mailbox.fetch(uid_list=uids[:_MOST_HITS], headers_only=True, mark_seen=False) if uids else ()
    return any(message_id in (str(value).strip() for value in hit.obj.get_all("Message-ID", [])) for hit in hits)


def described(trouble: Exception, settings: MailboxSettings, seconds: float) -> str:
    """Return what happened, after so many seconds, as a line that names the server."""
    longest = settings.timeout * PATIENCE
    if seconds >= longest:
        return f"{settings.place} did not come to an end in {longest:g} s"
    sentence = next(sentence for kind, sentence in _SENTENCES if isinstance(trouble, kind))
    return sentence.format(place=settings.place, timeout=settings.timeout, reason=_reason(trouble))


def _reason(trouble: Exception) -> str:
    if isinstance(trouble, UnexpectedCommandStatusError):
        return " ".join((trouble.command_result[0], spoken(trouble.command_result[1])))
    if isinstance(trouble, ssl.SSLCertVerificationError):
        return trouble.verify_message
    return getattr(trouble, "strerror", None) or str(trouble)
