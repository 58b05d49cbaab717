"""Freezing texts and notifications: plain words, and a name of our own by which the outbox knows each."""

import secrets

from leadnurture.channels.mail.letter import FrozenMessage
from leadnurture.channels.one_line import one_line
from leadnurture.outbox_channel import OutboxChannel

_LONGEST_SUBJECT = 60


def text_message(sender: str, number: str, words: str) -> FrozenMessage:
    """Return a text to a number (E.164); its subject, for lists, is how it begins."""
    return _frozen(OutboxChannel.SMS, sender, number, _beginning(words), words)


def notification(owner: str, title: str, words: str) -> FrozenMessage:
    """Return a notification to the owner, whose address stands for wherever the services take it."""
    return _frozen(OutboxChannel.NOTIFICATION, owner, owner, title, words)


def _beginning(words: str) -> str:
    line = one_line(words)
    return line if len(line) <= _LONGEST_SUBJECT else f"{line[: _LONGEST_SUBJECT - 1].rstrip()}…"


def _frozen(channel: OutboxChannel, sender: str, recipient: str, subject: str, words: str) -> FrozenMessage:
    return FrozenMessage(
        message_id=f"{channel.value}-{secrets.token_hex(16)}",
        sender=sender,
        recipients=(recipient,),
        content=words.encode("utf-8"),
        channel=channel,
        subject=subject,
    )
