"""Messages as files in a folder, for those who look before they send, or let another program send.

A message lies there as a draft before it is handed over; to hand it over is to give the draft its name. So a draft
proves that its message has not gone, while a file that is missing proves nothing: another program may have taken it.
"""

import contextlib
import os
import re
from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, datetime
from email.parser import BytesHeaderParser
from email.utils import parsedate_to_datetime
from hashlib import sha256
from pathlib import Path

from leadnurture.channels.mail.letter import FrozenMessage
from leadnurture.channels.transport import Answer, Verdict
from leadnurture.durable import sync_folder

_LONGEST_SLUG = 60
_DRAFT = ".draft"


class OutboxFolderTransport:
    """A `Transport` that writes one .eml file per message; the same message again replaces its file."""

    name = "outbox"

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def line(self) -> "OutboxFolderLine":
        """Return a new line to the folder."""
        return OutboxFolderLine(self._folder)

    def arrived(self, message_id: str) -> bool | None:
        """Whether the message's file is in the folder; None when neither it nor its draft is there."""
        try:
            with os.scandir(self._folder) as entries:
                names = {entry.name for entry in entries}
        except OSError:
            return None
        ending = _ending(message_id)
        if any(name.endswith(ending) for name in names):
            return True
        return False if any(name.endswith(ending + _DRAFT) for name in names) else None


class OutboxFolderLine:
    """A `Line` to the folder."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._offered: FrozenMessage | None = None

    def offer(self, message: FrozenMessage) -> Answer:
        """Make the folder if it is missing, and write the message's draft, which takes the place of an older one."""
        draft = _draft(self._folder / file_name(message))
        try:
            self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            _write(draft, message.content)
        except OSError as trouble:
            return self._unusable(trouble)
        self._offered = message
        return Answer(Verdict.ACCEPTED, f"{draft} is written")

    def hand_over(self) -> Answer:
        """Give the message that was offered its name; what was answered ACCEPTED survives a power cut."""
        message, self._offered = self._offered, None
        assert message is not None, "no offer was accepted"
        path = self._folder / file_name(message)
        try:
            _draft(path).replace(path)
        except OSError as trouble:
            return self._unusable(trouble)
        try:
            sync_folder(self._folder)
        except OSError as trouble:
            return replace(self._unusable(trouble), verdict=Verdict.UNKNOWN)
        return Answer(Verdict.ACCEPTED, f"written to {path}")

    def withdraw(self) -> None:
        """Forget the message that was offered, and remove its draft; never raises."""
        message, self._offered = self._offered, None
        if message is not None:
            with contextlib.suppress(OSError):
                _draft(self._folder / file_name(message)).unlink()

    def close(self) -> None:
        """Withdraw what was offered and not handed over; nothing is open."""
        self.withdraw()

    def _unusable(self, trouble: OSError) -> Answer:
        return Answer(Verdict.SERVER, f"cannot write to {self._folder}: {trouble.strerror or trouble}")


def file_name(message: FrozenMessage) -> str:
    """Return the name that a message always gets: its date in UTC, its first recipient, a digest of its Message-ID."""
    recipient = next(iter(message.recipients), "")
    slug = re.sub(r"[^a-z0-9]+", "-", recipient.lower())[:_LONGEST_SLUG].strip("-")
    return f"{_date(message.content):%Y%m%dT%H%M%SZ}-{slug}{_ending(message.message_id)}"


def is_file_of(path: Path, message_ids: Iterable[str]) -> bool:
    """Tell whether a file in the folder holds one of these messages, or the draft of one."""
    name = path.name.removesuffix(".draft")
    return any(name.endswith(_ending(message_id)) for message_id in message_ids)


def _ending(message_id: str) -> str:
    return f"-{sha256(message_id.encode('utf-8')).hexdigest()[:16]}.eml"


def _date(content: bytes) -> datetime:
    head = content.partition(b"\r\n\r\n")[0]
    return parsedate_to_datetime(BytesHeaderParser().parsebytes(head)["Date"]).astimezone(UTC)


def _draft(path: Path) -> Path:
    """Return where a message lies before it has its name: hidden, so that nobody takes it."""
    return path.with_name(f".{path.name}{_DRAFT}")


def _write(draft: Path, content: bytes) -> None:
    """Write a whole draft that survives a power cut, or nothing."""
    try:
        with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
    except BaseException:
        with contextlib.suppress(OSError):
            draft.unlink()
        raise
