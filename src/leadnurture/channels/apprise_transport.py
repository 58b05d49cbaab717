"""Texts and notifications through Apprise, which speaks to a hundred services by URL.

Apprise answers yes or no and says the rest in its log. Texts cost money and couples read them, so a no is looked into
(`apprise_overheard`, `apprise_verdict`) and counts as in doubt wherever it is not certain that nothing went out.
"""

from collections.abc import Callable, Sequence

from leadnurture.channels.apprise_overheard import overheard
from leadnurture.channels.apprise_service import Service, UnusableUrlError
from leadnurture.channels.apprise_verdict import judge, together
from leadnurture.channels.mail.letter import FrozenMessage
from leadnurture.channels.transport import Answer, Verdict
from leadnurture.errors import LeadnurtureError

Urls = Callable[[], Sequence[str]]  # asked for once per line; raises LeadnurtureError


class AppriseTransport:
    """A `Transport` to the services behind some Apprise URLs; `place` is where people wrote them."""

    name = "apprise"

    def __init__(self, urls: Urls, place: Callable[[], str]) -> None:
        self._urls, self._place = urls, place

    def line(self) -> "AppriseLine":
        """Return a new line; it asks for the URLs at its first offer."""
        return AppriseLine(self._urls, self._place)

    def arrived(self, message_id: str) -> None:
        """Return None: Apprise has no way to ask what became of a message."""


class AppriseLine:
    """A `Line` to the services; each message makes a connection of its own."""

    def __init__(self, urls: Urls, place: Callable[[], str]) -> None:
        self._ask, self._place = urls, place
        self._urls: Sequence[str] | None = None
        self._services: list[Service] = []
        self._offered: FrozenMessage | None = None

    def offer(self, message: FrozenMessage) -> Answer:
        """Make the services ready for the message; nothing is sent, and nobody is asked."""
        try:
            self._urls = self._ask() if self._urls is None else self._urls
            self._services = _usable(self._urls, message)
        except UnusableUrlError as unusable:
            where = f"{self._place()}: " if unusable.verdict is Verdict.SERVER else ""
            return Answer(unusable.verdict, f"{where}{unusable.message}")
        except LeadnurtureError as trouble:
            return Answer(Verdict.SERVER, trouble.message)
        self._offered = message
        return Answer(Verdict.ACCEPTED, "the URL is right")

    def hand_over(self) -> Answer:
        """Send the message that was offered, to one service after the other."""
        message, self._offered = self._offered, None
        assert message is not None, "no offer was accepted"
        answers = []
        for service in self._services:
            accepted, evidence = overheard(service.sending(message))
            answers.append(judge(service.name, accepted=accepted, evidence=evidence))
        return together(answers)

    def withdraw(self) -> None:
        """Forget the message that was offered."""
        self._offered = None

    def close(self) -> None:
        """Forget the message that was offered; nothing is open."""
        self._offered = None


def _usable(urls: Sequence[str], message: FrozenMessage) -> list[Service]:
    """Return the services of the URLs that can be used; raises UnusableUrlError if none can.

    One that is wrong keeps nothing from the others: a message is accepted when one of them took it.
    """
    found: list[Service] = []
    faults: list[UnusableUrlError] = []
    for url in urls:
        try:
            found.append(Service.of(url, message))
        except UnusableUrlError as unusable:
            faults.append(unusable)
    if faults and not found:
        raise faults[0]
    return found
