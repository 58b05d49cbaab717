"""Asking the name servers what a domain says about itself."""

from collections.abc import Callable

from dns.exception import DNSException
from dns.resolver import NXDOMAIN, NoAnswer, Resolver

from leadnurture.errors import OutsideWorldError

_PATIENCE = 3.0  # seconds for one question; whoever asks sits before the screen


class NoNameServerError(OutsideWorldError):
    """No name server answers: there is no network, or it keeps questions in."""


class NameServer:
    """The system's name servers, or others: `resolver` makes what asks them. One that was silent is not asked again."""

    def __init__(self, resolver: Callable[[], Resolver] = Resolver) -> None:
        self._make = resolver
        self._resolver: Resolver | None = None
        self._silent: NoNameServerError | None = None

    def texts(self, name: str) -> tuple[str, ...]:
        """Return a name's TXT records, none if there is no such name; raises NoNameServerError."""
        return self._asked(name) or ()

    def is_known(self, name: str) -> bool:
        """Tell whether a name, or one below it, is there at all; raises NoNameServerError."""
        return self._asked(name) is not None

    def _asked(self, name: str) -> tuple[str, ...] | None:
        """Return a name's TXT records; None if there is no such name."""
        if self._silent is not None:
            raise self._silent
        try:
            self._resolver = self._resolver or self._make()
            answer = self._resolver.resolve(f"{name}.", "TXT", lifetime=_PATIENCE)
            return tuple(b"".join(record.strings).decode(errors="replace") for record in answer)
        except NXDOMAIN:
            return None
        except NoAnswer:
            return ()
        except (DNSException, OSError) as trouble:
            self._silent = NoNameServerError(f"no name server answers: {trouble}")
            raise self._silent from None
