"""The ways on which a message leaves the house, and what can be wrong with one; stored, and known to channels."""

from enum import StrEnum


class OutboxChannel(StrEnum):
    """How a message goes: a mail or a text to the couple, or a notification to the owner."""

    EMAIL = "email"
    SMS = "sms"
    NOTIFICATION = "notification"

    @property
    def reaches_couple(self) -> bool:
        """Whether the couple reads it: then their opt-out and the gap hold for it, and their walk waits for its fate.

        A couple's letters never hang on a word to the owner.
        """
        return self is not OutboxChannel.NOTIFICATION


class Trouble(StrEnum):
    """What keeps a whole channel from taking anything, whatever the message: how long to leave it alone hangs on it."""

    UNREACHABLE = "unreachable"
    """No conversation comes about, or it breaks off before a message is named; also a setting of
    ours that cannot be used, and a disk that takes nothing."""
    LOGIN = "login"
    """The server refuses the account. Asking often can lock it."""
    QUOTA = "quota"
    """The provider takes no more from us for now."""
    POSTPONED = "postponed"
    """Each of several messages was put off, and none was taken: greylisting of everybody."""
