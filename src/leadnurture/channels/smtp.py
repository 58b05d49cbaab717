"""Messages through an SMTP server."""

from leadnurture.channels.smtp_line import SmtpLine
from leadnurture.channels.smtp_settings import SmtpSettings, check_safe

__all__ = ["SmtpSettings", "SmtpTransport"]


class SmtpTransport:
    """A `Transport` over SMTP; raises ConfigurationError for settings that no mail should go out with."""

    name = "smtp"

    def __init__(self, settings: SmtpSettings) -> None:
        check_safe(settings)
        self._settings = settings

    def line(self) -> SmtpLine:
        """Return a new line; it connects at its first offer."""
        return SmtpLine(self._settings)

    def arrived(self, message_id: str) -> None:
        """Return None: SMTP has no way to ask what became of a message."""
