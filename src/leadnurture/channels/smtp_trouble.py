"""What went wrong with an SMTP server, as one line for people and as a verdict."""

import re
import smtplib
import socket
import ssl

from leadnurture.channels.smtp_settings import SmtpSettings
from leadnurture.channels.transport import Answer, Verdict
from leadnurture.outbox_channel import Trouble

_CLOSING = 421  # RFC 5321: the server is about to hang up
_POLICY = re.compile(rb"5\.7\.(1|57) .*relay", re.IGNORECASE)  # we may not send through this server at all
_OUR_SETTINGS = frozenset({530, 534, 535, 538})  # RFC 4954: authentication or encryption is wanted, at any command

# How much we send, not this message: the enhanced codes of "congestion" and of Microsoft's and Google's rate limits, or
# the words. A mailbox that is full is another thing, and has a code of its own (RFC 3463, X.2.X).
_QUOTA = re.compile(
    rb"(?![245]\.2\.)(?:[45]\.4\.5|[45]\.7\.(?:28|500|501|502|503|708))\b"
    rb"|(?![245]\.(?:2\.|3\.4)).*\b(?:daily|hourly|sending|outgoing|submission|rate)\b.{0,40}\b(?:limit|quota|exceeded)",
    re.IGNORECASE | re.DOTALL,
)

# The first that fits; SMTPException and TimeoutError are OSErrors too.
_SENTENCES: tuple[tuple[type[BaseException], str], ...] = (
    (TimeoutError, "{place} did not answer in {timeout:g} s"),
    (ssl.SSLCertVerificationError, "{place} has a certificate that cannot be trusted: {reason}"),
    (ssl.SSLError, "{place} broke off the encryption: {reason}"),
    (socket.gaierror, "{place} cannot be found: {reason}"),
    (smtplib.SMTPResponseException, "{place} answered {reason}"),
    (smtplib.SMTPServerDisconnected, "{place} closed the connection"),
    (smtplib.SMTPException, "{place}: {reason}"),
    (ConnectionResetError, "{place} closed the connection"),
    (BrokenPipeError, "{place} closed the connection"),
    (Exception, "{place} cannot be reached: {reason}"),
)


def describe(trouble: Exception, settings: SmtpSettings) -> str:
    """Return what happened as a line that names the server."""
    cause = _cause(trouble)
    sentence = next(sentence for kind, sentence in _SENTENCES if isinstance(cause, kind))
    return sentence.format(place=settings.place, timeout=settings.timeout, reason=_reason(cause))


def spoken(code: int, reply: bytes) -> str:
    """Return a server's reply as text; a code of -1 stands for something that is no SMTP reply."""
    text = reply.decode("utf-8", "replace")
    return f"{code} {text}" if code >= 0 else f"no SMTP reply: {text}"


def judge(code: int, reply: bytes, wanted: range, *, garbled: Verdict) -> Answer:
    """Return what a reply means for the message; `garbled` is the verdict on a reply that makes no sense here."""
    if 400 <= code < 600 and code not in _OUR_SETTINGS and _QUOTA.match(reply):
        return Answer(Verdict.SERVER, spoken(code, reply), trouble=Trouble.QUOTA)
    trouble = Trouble.LOGIN if code in _OUR_SETTINGS else Trouble.UNREACHABLE
    return Answer(_verdict(code, reply, wanted, garbled), spoken(code, reply), trouble=trouble)


def _verdict(code: int, reply: bytes, wanted: range, garbled: Verdict) -> Verdict:
    if code in wanted:
        return Verdict.ACCEPTED
    if code == _CLOSING or code in _OUR_SETTINGS or (code >= 500 and _POLICY.match(reply)):
        return Verdict.SERVER
    if 400 <= code < 500:
        return Verdict.TRANSIENT
    return Verdict.REFUSED if 500 <= code < 600 else garbled


def _cause(trouble: BaseException) -> BaseException:
    """Return what smtplib wraps: behind "disconnected" there may be a timeout."""
    wrapped = isinstance(trouble, smtplib.SMTPServerDisconnected) and isinstance(trouble.__context__, OSError)
    return trouble.__context__ or trouble if wrapped else trouble


def _reason(cause: BaseException) -> str:
    if isinstance(cause, smtplib.SMTPResponseException):
        error = cause.smtp_error
        return spoken(cause.smtp_code, error if isinstance(error, bytes) else error.encode("utf-8", "replace"))
    if isinstance(cause, ssl.SSLCertVerificationError):
        return cause.verify_message
    return getattr(cause, "strerror", None) or str(cause)
