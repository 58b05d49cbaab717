"""Messages as files in a folder, for those who look before they send, or let another program send."""

import contextlib
import os
import re
from collections.abc import Iterable
from datetime import UTC, datetime
from email.parser import BytesHeaderParser
from email.utils import parsedate_to_datetime
from hashlib import sha256
from pathlib import Path

from leadnurture.channels.mail.letter import FrozenMessage
from leadnurture.channels.transport import Answer, Verdict
from leadnurture.durable import sync_folder

_LONGEST_SLUG = 60


class OutboxFolderTransport:
    """A `Transport` that writes one .eml file per message; the same message again replaces its file."""

    name = "outbox"

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def line(self) -> "OutboxFolderLine":
        """Return a new line to the folder."""
        return OutboxFolderLine(self._folder)

    def arrived(self, message_id: str) -> bool | None:
        """Whether the message's file is in the folder; None when the folder cannot be read."""
        try:
            with os.scandir(self._folder) as entries:
                return any(entry.name.endswith(_ending(message_id)) for entry in entries)
        except FileNotFoundError:
            return False
        except OSError:
            return None


class OutboxFolderLine:
    """A `Line` to the folder."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._offered: FrozenMessage | None = None

    def offer(self, message: FrozenMessage) -> Answer:
        """Make the folder if it is missing; any message is accepted if the folder can be written to."""
        try:
            self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        except OSError as trouble:
            return self._unusable(trouble.strerror or str(trouble))
        if not os.access(self._folder, os.W_OK | os.X_OK):
            return self._unusable("permission denied")
        self._offered = message
        return Answer(Verdict.ACCEPTED, f"{self._folder} is there")

    def hand_over(self) -> Answer:
        """Write the message that was offered; what was answered ACCEPTED survives a power cut."""
        message, self._offered = self._offered, None
        assert message is not None, "no offer was accepted"
        path = self._folder / file_name(message)
        try:
            _write_atomically(path, message.content)
        except OSError as trouble:
            return self._unusable(trouble.strerror or str(trouble))
        return Answer(Verdict.ACCEPTED, f"written to {path}")

    def withdraw(self) -> None:
        """Forget the message that was offered."""
        self._offered = None

    def close(self) -> None:
        """Forget the message that was offered; nothing is open."""
        self._offered = None

    def _unusable(self, reason: str) -> Answer:
        return Answer(Verdict.SERVER, f"cannot write to {self._folder}: {reason}")


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


def _write_atomically(path: Path, content: bytes) -> None:
    """Write the whole file or nothing; a draft that a crash left behind is overwritten by the next attempt."""
    draft = path.with_name(f".{path.name}.draft")
    try:
        with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        draft.replace(path)
    except BaseException:
        with contextlib.suppress(OSError):
            draft.unlink()
        raise
    sync_folder(path.parent)
