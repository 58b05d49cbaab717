"""The one question that is asked of a mailbox about what was sent: is a copy of it in the Sent folder?"""

import re
from collections.abc import Collection
from dataclasses import dataclass
from typing import Protocol

from leadnurture.channels.one_line import one_line

_LONGEST_TROUBLE = 300
# What servers and mail programs call the folder, in the languages of their users; the last part of its path.
_USUAL = frozenset(
    {
        *("sent", "sent items", "sent messages", "sent mail", "sent-mail"),
        *("gesendet", "gesendete elemente", "gesendete objekte", "envoyés", "éléments envoyés", "messages envoyés"),
        *("enviados", "elementos enviados", "itens enviados", "inviata", "posta inviata", "elementi inviati"),
        *("verzonden", "verzonden items", "skickat", "skickade", "sendt", "sendte elementer", "wysłane", "odeslané"),
    }
)


@dataclass(frozen=True)
class Sighting:
    """Which of the messages are in the Sent folder; `trouble` is why it could not be looked into, for people."""

    found: frozenset[str] = frozenset()
    trouble: str | None = None

    def __post_init__(self) -> None:
        if self.trouble is not None:
            object.__setattr__(self, "trouble", one_line(self.trouble)[:_LONGEST_TROUBLE])


class SentFolder(Protocol):
    """A mailbox's folder of what was sent.

    `keeps_copies` is whether whatever our server sends is put there without our doing: only then does it mean something
    that a message is not there.
    """

    keeps_copies: bool

    def look(self, message_ids: Collection[str]) -> Sighting:
        """Return which of these messages are there; nothing that goes wrong is raised."""
        ...


def is_usual(name: str) -> bool:
    """Tell whether a folder's path ends in a name that Sent folders usually have."""
    return re.split(r"[/.\\]", name)[-1].casefold() in _USUAL
