"""The one interface through which every message leaves the house, whatever carries it.

Nothing that a server, a network or a disk does is raised: it becomes an answer, whose verdict says what may be done
next without the risk of sending twice.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Protocol

from leadnurture.channels.mail.letter import FrozenMessage
from leadnurture.channels.one_line import one_line
from leadnurture.outbox_channel import Trouble

_LONGEST_REPLY = 300


class Verdict(StrEnum):
    """What an answer means for the message."""

    ACCEPTED = "accepted"
    """To an offer: sender and at least one of the couple are taken. To a hand-over: the message is."""
    TRANSIENT = "transient"
    """Certainly not accepted, for a reason of this message that may pass."""
    REFUSED = "refused"
    """Certainly not accepted, and never will be."""
    SERVER = "server"
    """Certainly not accepted, for a reason of the server or of our settings, not of the message."""
    UNKNOWN = "unknown"
    """The content was sent, at least in part, and no answer came: it may have been accepted."""


@dataclass(frozen=True)
class Answer:
    """A verdict, and one line for people: what the server said, or what happened instead.

    `refused` are the recipients that were not taken, with what the server said to each; the others get the message.
    Where the verdict is SERVER, `trouble` says of what kind it is, and `named` that the server had been told which
    message it is about: then it may have meant that one.
    """

    verdict: Verdict
    reply: str
    refused: Mapping[str, str] = field(default_factory=dict)
    trouble: Trouble = Trouble.UNREACHABLE
    named: bool = False

    def __post_init__(self) -> None:
        object.__setattr__(self, "reply", one_line(self.reply)[:_LONGEST_REPLY])


class Line(Protocol):
    """One connection, for one thread: opened at the first offer, kept for many messages."""

    def offer(self, message: FrozenMessage) -> Answer:
        """Connect if needed, and ask whether the sender and the recipients are accepted."""
        ...

    def hand_over(self) -> Answer:
        """Send the content of the message that was offered and accepted."""
        ...

    def withdraw(self) -> None:
        """Forget the message that was offered; never raises."""
        ...

    def close(self) -> None:
        """End the connection; never raises."""
        ...


class Transport(Protocol):
    """A way to carry messages."""

    name: str

    def line(self) -> Line:
        """Return a new line; nothing is opened yet."""
        ...

    def arrived(self, message_id: str) -> bool | None:
        """Whether the message certainly arrived; None when this transport cannot know."""
        ...
