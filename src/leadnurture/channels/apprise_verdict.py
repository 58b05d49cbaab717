"""What a service's answer means for a message. Pure.

In doubt is the rule and everything else needs evidence, because what is not in doubt may be sent again.
"""

import ssl
from collections.abc import Iterator, Sequence
from http import HTTPStatus

from leadnurture.channels.apprise_overheard import Evidence
from leadnurture.channels.transport import Answer, Verdict
from leadnurture.outbox_channel import Trouble

_OURS = frozenset(  # about our account, our URL or how much we send, not about the message
    {
        HTTPStatus.UNAUTHORIZED,
        HTTPStatus.PAYMENT_REQUIRED,
        HTTPStatus.FORBIDDEN,
        HTTPStatus.NOT_FOUND,
        HTTPStatus.METHOD_NOT_ALLOWED,
        HTTPStatus.PROXY_AUTHENTICATION_REQUIRED,
        HTTPStatus.TOO_MANY_REQUESTS,
        HTTPStatus.SERVICE_UNAVAILABLE,
    }
)
_PASSING: dict[int, Trouble] = {
    HTTPStatus.TOO_MANY_REQUESTS: Trouble.QUOTA,
    HTTPStatus.SERVICE_UNAVAILABLE: Trouble.UNREACHABLE,
}
# Of several services' answers the first of these that was given counts: what one has taken must not go there again.
_ORDER = (Verdict.ACCEPTED, Verdict.UNKNOWN, Verdict.SERVER, Verdict.TRANSIENT, Verdict.REFUSED)


def judge(service: str, *, accepted: bool, evidence: Evidence) -> Answer:
    """Return what became of a message that a service was sent."""
    if accepted:
        return Answer(Verdict.ACCEPTED, f"{service} took it")
    if any(200 <= status < 300 for status in evidence.statuses):
        return Answer(Verdict.UNKNOWN, f"{service} answered, and yet it did not work")
    if evidence.errors:
        return _after_error(service, evidence.errors[-1])
    if evidence.statuses:
        return _after_status(service, evidence.statuses[-1])
    return Answer(Verdict.UNKNOWN, f"{service} did not take it, and does not say why")


def together(answers: Sequence[Answer]) -> Answer:
    """Return one answer for several services: a message is accepted when one of them took it."""
    return min(answers, key=lambda answer: _ORDER.index(answer.verdict))


def _after_status(service: str, status: int) -> Answer:
    phrase = HTTPStatus(status).phrase if status in HTTPStatus.__members__.values() else ""
    trouble = _PASSING.get(status, Trouble.LOGIN)
    return Answer(_verdict(status), f"{service} answered {status} {phrase}", trouble=trouble)


def _verdict(status: int) -> Verdict:
    if status in _OURS:
        return Verdict.SERVER
    if status == HTTPStatus.REQUEST_TIMEOUT:
        return Verdict.TRANSIENT
    # A server may have failed behind the point where it took the message (RFC 9110, 15.6).
    return Verdict.REFUSED if 400 <= status < 500 else Verdict.UNKNOWN


def _after_error(service: str, error: BaseException) -> Answer:
    from urllib3.exceptions import ConnectTimeoutError, NameResolutionError, NewConnectionError  # noqa: PLC0415

    causes = list(_causes(error))
    if any(isinstance(cause, ssl.SSLCertVerificationError) for cause in causes):
        return Answer(Verdict.SERVER, f"{service} has a certificate that cannot be trusted")
    if any(isinstance(cause, NameResolutionError) for cause in causes):
        return Answer(Verdict.SERVER, f"{service} cannot be found: is this computer online?")
    if any(isinstance(cause, NewConnectionError | ConnectTimeoutError) for cause in causes):
        return Answer(Verdict.SERVER, f"{service} cannot be reached")
    return Answer(Verdict.UNKNOWN, f"{service} was sent it, and did not answer ({type(error).__name__})")


def _causes(error: BaseException) -> Iterator[BaseException]:
    """Yield an error and what it wraps: requests and urllib3 put one into the other's arguments, or its `reason`."""
    yield error
    for wrapped in (*error.args, getattr(error, "reason", None)):
        if isinstance(wrapped, BaseException):
            yield from _causes(wrapped)
