"""What Apprise and the HTTP library below it say in their logs while one message is sent.

A plugin catches its own errors and returns no. But it logs from inside the `except`, where the error can be seen; and
urllib3 logs each answer's status as a number. Both logs are kept from going anywhere else: they quote URLs, and URLs
carry tokens.
"""

import logging
import sys
from collections.abc import Callable
from contextvars import ContextVar
from dataclasses import dataclass, field
from functools import cache

_APPRISE, _HTTP = "apprise", "urllib3.connectionpool"
_STATUS = 6  # where urllib3 has it among the arguments of the line about an answer


@dataclass
class Evidence:
    """The statuses of all answers, in order, and the errors that were caught."""

    statuses: list[int] = field(default_factory=list)
    errors: list[OSError] = field(default_factory=list)


_heard: ContextVar[Evidence | None] = ContextVar("what is heard while a message is sent", default=None)


class _Listener(logging.Handler):
    """Takes down what is said while a message is sent in the same context; several lanes may talk at once."""

    def emit(self, record: logging.LogRecord) -> None:
        evidence = _heard.get()
        if evidence is None:
            return
        error = sys.exc_info()[1]
        if isinstance(error, OSError) and error not in evidence.errors:  # those of requests are, too
            evidence.errors.append(error)
        if record.name == _HTTP and isinstance(record.args, tuple) and len(record.args) > _STATUS:
            status = record.args[_STATUS]
            if isinstance(status, int):
                evidence.statuses.append(status)


@cache
def listen() -> None:
    """Begin to listen; from then on nothing that these logs say is shown or written anywhere."""
    listener = _Listener()
    for name in (_APPRISE, _HTTP):
        logger = logging.getLogger(name)
        logger.setLevel(logging.DEBUG)
        logger.addHandler(listener)
        logger.propagate = False


def overheard(send: Callable[[], bool]) -> tuple[bool, Evidence]:
    """Send; return whether it was accepted, and what was said meanwhile."""
    evidence = Evidence()
    token = _heard.set(evidence)
    try:
        return send(), evidence
    finally:
        _heard.reset(token)
