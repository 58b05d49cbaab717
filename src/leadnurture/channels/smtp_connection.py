"""Opening a connection to an SMTP server: reach it, encrypt, say hello, log in."""

import smtplib
import socket

from leadnurture.channels.smtp_login import log_in
from leadnurture.channels.smtp_settings import SmtpSettings
from leadnurture.channels.smtp_trouble import describe
from leadnurture.channels.trust import trust
from leadnurture.errors import OutsideWorldError

_OUR_NAME = "[127.0.0.1]"  # an address literal: a laptop has no name of its own, and to look for one can take seconds


class UnreachableServerError(OutsideWorldError):
    """No conversation with the server came about."""


def connect(settings: SmtpSettings) -> smtplib.SMTP:
    """Return a connection that is ready for MAIL.

    Raises UnreachableServerError, RefusedLoginError, BrokenLoginError, UnreadableAuthoritiesError and what the
    password's source raises.
    """
    try:
        connection = _dial(settings)
    except (OSError, ValueError, OverflowError) as trouble:  # the latter two: host names and ports that cannot be
        raise UnreachableServerError(describe(trouble, settings)) from None
    try:
        _introduce(connection, settings)
        log_in(connection, settings)
    except BaseException:
        connection.close()
        raise
    return connection


def _dial(settings: SmtpSettings) -> smtplib.SMTP:
    if settings.security == "tls":
        context = trust(settings.cafile)
        connection: smtplib.SMTP = smtplib.SMTP_SSL(
            settings.host, settings.port, _OUR_NAME, timeout=settings.timeout, context=context
        )
    else:
        connection = smtplib.SMTP(settings.host, settings.port, _OUR_NAME, timeout=settings.timeout)
    if connection.sock is not None:
        # The last piece of a message must not wait for the server to acknowledge the one before.
        connection.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
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
