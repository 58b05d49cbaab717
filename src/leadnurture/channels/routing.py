"""Each message by its own channel: one transport in front of several."""

from collections.abc import Mapping

from leadnurture.channels.mail.letter import FrozenMessage
from leadnurture.channels.transport import Answer, Line, Transport
from leadnurture.outbox_channel import OutboxChannel


class RoutingTransport:
    """A `Transport` that has one for each channel."""

    name = "routing"

    def __init__(self, by_channel: Mapping[OutboxChannel, Transport]) -> None:
        self._by_channel = by_channel

    def line(self) -> "RoutingLine":
        """Return a line that opens one per channel when a message first needs it."""
        return RoutingLine(self._by_channel)

    def arrived(self, message_id: str) -> bool | None:
        """Whether a mail certainly arrived; of other messages nobody can know."""
        return self._by_channel[OutboxChannel.EMAIL].arrived(message_id)


class RoutingLine:
    """A `Line` that is as many as there are channels in use."""

    def __init__(self, by_channel: Mapping[OutboxChannel, Transport]) -> None:
        self._by_channel = by_channel
        self._lines: dict[OutboxChannel, Line] = {}
        self._offered: Line | None = None

    def offer(self, message: FrozenMessage) -> Answer:
        """Offer the message on its own channel's line."""
        if message.channel not in self._lines:
            self._lines[message.channel] = self._by_channel[message.channel].line()
        self._offered = self._lines[message.channel]
        return self._offered.offer(message)

    def hand_over(self) -> Answer:
        """Hand over what was offered and accepted."""
        assert self._offered is not None, "no offer was accepted"
        return self._offered.hand_over()

    def withdraw(self) -> None:
        """Forget the message that was offered."""
        if self._offered is not None:
            self._offered.withdraw()

    def close(self) -> None:
        """Close all lines that were opened."""
        for line in self._lines.values():
            line.close()
