"""Opening a connection to an SMTP server: reach it, encrypt, say hello, log in."""

import smtplib

from leadnurture.channels.smtp_conversation import SmtpConversation
from leadnurture.channels.smtp_login import log_in
from leadnurture.channels.smtp_settings import SmtpSettings
from leadnurture.channels.smtp_trouble import describe
from leadnurture.channels.trust import trust
from leadnurture.errors import OutsideWorldError


class UnreachableServerError(OutsideWorldError):
    """No conversation with the server came about."""


def connect(settings: SmtpSettings) -> SmtpConversation:
    """Return a connection that is ready for MAIL.

    Raises UnreachableServerError, RefusedLoginError, BrokenLoginError, UnreadableAuthoritiesError and what the
    password's source raises.
    """
    try:
        connection = SmtpConversation(settings)
    except (OSError, ValueError, OverflowError) as trouble:  # the latter two: host names and ports that cannot be
        raise UnreachableServerError(describe(trouble, settings)) from None
    try:
        _introduce(connection, settings)
        log_in(connection, settings)
        connection.opened()
    except BaseException:
        connection.close()
        raise
    return connection


def _introduce(connection: smtplib.SMTP, settings: SmtpSettings) -> None:
    try:
        _hello(connection)
        if settings.security == "starttls":
            connection.starttls(context=trust(settings.cafile))
            _hello(connection)  # what was said before the encryption does not count
    except (OSError, ValueError) as trouble:
        raise UnreachableServerError(describe(trouble, settings)) from None


def _hello(connection: smtplib.SMTP) -> None:
    code, reply = connection.ehlo()
    if code != 250:
        raise smtplib.SMTPHeloError(code, reply)
