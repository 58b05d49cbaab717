"""The Sent folder of a mailbox on an IMAP server."""

from collections.abc import Collection

from leadnurture.channels.mailbox_settings import MailboxSettings, check_safe
from leadnurture.channels.sent_folder import Sighting


class ImapSentFolder:
    """A `SentFolder` over IMAP; raises ConfigurationError for settings that nobody should log in with."""

    def __init__(self, settings: MailboxSettings, *, keeps_copies: bool) -> None:
        check_safe(settings)
        self._settings = settings
        self.keeps_copies = keeps_copies

    def look(self, message_ids: Collection[str]) -> Sighting:
        """Return which of these messages are there, over one connection."""
        from leadnurture.channels.imap_lookup import look_up  # noqa: PLC0415 - 50 ms for something that is rare

        return look_up(self._settings, message_ids)
