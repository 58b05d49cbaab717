"""The Sent folder of a mailbox that another program keeps on this computer (a Maildir)."""

from collections.abc import Collection, Iterator
from email.parser import BytesHeaderParser
from mailbox import Maildir
from pathlib import Path

from leadnurture.channels.sent_folder import Sighting, is_usual

_HEAD = 64 * 1024  # bytes of a message that are read: its headers come first


class MaildirSentFolder:
    """A `SentFolder` in a Maildir's folder: `sent` names it, None to find it by the usual names."""

    def __init__(self, root: Path, sent: str | None, *, keeps_copies: bool) -> None:
        self._root, self._sent = root, sent
        self.keeps_copies = keeps_copies

    def look(self, message_ids: Collection[str]) -> Sighting:
        """Return which of these messages are there; every message's headers are read."""
        wanted = set(message_ids)
        found: set[str] = set()
        try:
            folders = list(self._folders())
            if not folders:
                named = f"no folder {self._sent!r}" if self._sent else 'no Sent folder; set `sent = "…"` in [mailbox]'
                return Sighting(trouble=f"{self._root} has {named}")
            for folder in folders:
                found.update(wanted.intersection(_message_ids(folder)))
        except OSError as trouble:
            return Sighting(trouble=f"{trouble.filename or self._root} cannot be read: {trouble.strerror or trouble}")
        return Sighting(frozenset(found))

    def _folders(self) -> Iterator[Path]:
        """Yield the folders that may be it, whether they lie beside one another or are named with dots (Maildir++)."""
        for path in sorted(self._root.iterdir()):
            name = path.name.removeprefix(".")
            fits = name == self._sent if self._sent is not None else is_usual(name)
            if fits and (path / "cur").is_dir():
                yield path


def _message_ids(folder: Path) -> Iterator[str]:
    maildir = Maildir(folder, create=False)
    for key in maildir.iterkeys():
        try:
            with maildir.get_file(key) as file:
                head = BytesHeaderParser().parsebytes(file.read(_HEAD))
        except (KeyError, FileNotFoundError):  # moved or deleted by the program that keeps it
            continue
        yield from (str(value).strip() for value in head.get_all("Message-ID", []))
