"""An Apprise URL as a service that is ready to send one message, once.

Nothing of a URL is ever shown: most of them carry a token.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import quote

from leadnurture.channels.apprise_overheard import listen
from leadnurture.channels.mail.letter import FrozenMessage
from leadnurture.channels.transport import Verdict
from leadnurture.errors import ConfigurationError
from leadnurture.outbox_channel import OutboxChannel

if TYPE_CHECKING:
    from apprise import AppriseAsset
    from apprise.plugins import NotifyBase

PLACEHOLDER = "{phone}"
_SOME_NUMBER = "+447700900123"  # from the range that is kept free for examples
_CONNECT, _READ = 10.0, 60.0  # seconds, unless the URL has its own `cto` and `rto`: an answer missed is a text in doubt
_UNREADABLE = "this is no URL that Apprise can use"


class UnusableUrlError(ConfigurationError):
    """No message can go to this URL, or not this one; `verdict` says which."""

    def __init__(self, message: str, verdict: Verdict = Verdict.SERVER) -> None:
        super().__init__(message)
        self.verdict = verdict


@dataclass(frozen=True)
class Service:
    """One service, for one message."""

    plugin: "NotifyBase"
    asset: "AppriseAsset"

    @classmethod
    def of(cls, url: str, message: FrozenMessage) -> "Service":
        """Return the service for a message, a text's number filled in; raises UnusableUrlError."""
        if message.channel is not OutboxChannel.SMS:
            return cls._made(url)
        if PLACEHOLDER not in url:
            raise UnusableUrlError(f"the URL has no {PLACEHOLDER}, where the couple's number belongs")
        try:
            service = cls._made(_filled(url, message.recipients[0]))
        except UnusableUrlError:
            cls._made(_filled(url, _SOME_NUMBER))  # raises if it is the URL, and not this number
            raise UnusableUrlError("the service takes no texts to this number", Verdict.REFUSED) from None
        if len(service.plugin) > 1:
            raise UnusableUrlError("the URL names further numbers, and a text goes to one couple alone")
        return service

    @classmethod
    def _made(cls, url: str) -> "Service":
        from apprise import Apprise, AppriseAsset  # noqa: PLC0415 - half a second, with all of its services

        listen()  # before Apprise has anything to say
        # Without limits of its own: when it stops waiting, the sending goes on behind its back.
        asset = AppriseAsset(app_id="leadnurture", async_mode=False, service_timeout=0)
        plugin = Apprise.instantiate(url, asset=asset)
        if plugin is None:
            raise UnusableUrlError(_UNREADABLE)
        plugin.retry, plugin.optional = 0, False  # never a second try, and a no is a no, whatever the URL says
        if not re.search("[?&]cto=", url):
            plugin.socket_connect_timeout = _CONNECT
        if not re.search("[?&]rto=", url):
            plugin.socket_read_timeout = _READ
        return cls(plugin, asset)

    @property
    def name(self) -> str:
        """What the service is called."""
        return str(self.plugin.service_name)

    def sending(self, message: FrozenMessage) -> Callable[[], bool]:
        """Return what sends the message when it is called, and tells whether the service took it."""
        from apprise import Apprise, NotifyFormat  # noqa: PLC0415

        sender = Apprise(asset=self.asset)
        sender.add(self.plugin)
        title = message.subject if message.channel is OutboxChannel.NOTIFICATION else ""
        words = message.content.decode("utf-8")
        return lambda: bool(sender.notify(body=words, title=title, body_format=NotifyFormat.TEXT))


def _filled(url: str, number: str) -> str:
    return url.replace(PLACEHOLDER, quote(number, safe=""))
