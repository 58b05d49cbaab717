"""Logging in to an SMTP server without ever showing the password."""

import base64
import smtplib

from leadnurture.channels.smtp_settings import SmtpSettings
from leadnurture.channels.smtp_trouble import describe
from leadnurture.errors import OutsideWorldError

_REFUSALS = (smtplib.SMTPAuthenticationError, smtplib.SMTPNotSupportedError)


class RefusedLoginError(OutsideWorldError):
    """The server does not take the user name and password, or takes none at all."""


class BrokenLoginError(OutsideWorldError):
    """The conversation broke off while we logged in: that says nothing about the user name and password."""


def log_in(connection: smtplib.SMTP, settings: SmtpSettings) -> None:
    """Log in if the settings have a user name.

    Raises RefusedLoginError, BrokenLoginError and whatever the password's source raises.
    """
    if settings.username is None or settings.password is None:
        return
    password = settings.password()
    try:
        _authenticate(connection, settings.username, password)
    except (OSError, ValueError) as trouble:
        told = f"{settings.username} could not log in: {_without_secrets(trouble, settings, password)}"
        if isinstance(trouble, OSError) and not isinstance(trouble, _REFUSALS):
            raise BrokenLoginError(told) from None
        raise RefusedLoginError(
            told,
            hint="Check the username and the password; many providers want an app password.",
        ) from None


def _authenticate(connection: smtplib.SMTP, username: str, password: str) -> None:
    if "PLAIN" not in connection.esmtp_features.get("auth", "").upper().split():
        connection.login(username, password)
        return
    # smtplib's own PLAIN fails for passwords that are not ASCII; RFC 4616 says UTF-8.
    code, reply = connection.docmd("AUTH", f"PLAIN {_plain_token(username, password)}")
    if code != 235:
        raise smtplib.SMTPAuthenticationError(code, reply)


def _without_secrets(trouble: Exception, settings: SmtpSettings, password: str) -> str:
    """Return what happened; a server that echoes what it was sent does not make us print the password."""
    if isinstance(trouble, ValueError):  # its text may quote the password
        return f"{settings.place} and this password do not go together"
    text = describe(trouble, settings)
    for secret in (_plain_token(settings.username or "", password), _base64(password), password):
        text = text.replace(secret, "…") if secret else text
    return text


def _plain_token(username: str, password: str) -> str:
    return _base64(f"\0{username}\0{password}")


def _base64(text: str) -> str:
    return base64.b64encode(text.encode("utf-8")).decode("ascii")
