"""The ways on which a message leaves the house; stored with it, and known to whatever carries it."""

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
