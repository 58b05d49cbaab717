"""A couple's files in the studio: letters in the outbox folder, lines of the log, words in the state folder.

What cannot be read or changed raises OSError.
"""

from collections.abc import Collection, Iterator
from contextlib import suppress
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from email.utils import getaddresses
from pathlib import Path

from leadnurture.channels.outbox_folder import is_file_of
from leadnurture.durable import replace_file
from leadnurture.engine.forgetting.traces import Traces
from leadnurture.locate import STATE_FOLDER

OUTBOX, LOG, BACKUPS, GIT = "outbox", "log", "backups", ".git"
_PIECE = 1 << 20  # bytes that are read at a time


def erase_letters(root: Path, traces: Traces, message_ids: Collection[str]) -> int:
    """Delete the letters to them from the outbox folder, and drafts that a crash left. Returns how many."""
    gone = 0
    for path in sorted((root / OUTBOX).glob("*")) + sorted((root / OUTBOX).glob(".*.draft")):
        if path.is_file() and (is_file_of(path, message_ids) or _is_to_them(path, traces)):
            path.unlink()
            gone += 1
    return gone


def _is_to_them(path: Path, traces: Traces) -> bool:
    message = message_from_bytes(path.read_bytes(), _class=EmailMessage, policy=default)
    named = getaddresses([str(value) for field in ("To", "Cc", "Bcc") for value in message.get_all(field, [])])
    return any(address.lower() in traces.emails for _, address in named)


def erase_log_lines(root: Path, traces: Traces) -> int:
    """Take the lines about them out of the log, with what stands moved in below. Returns how many."""
    gone = 0
    for path in sorted((root / STATE_FOLDER / LOG).glob("*.log")):
        lines = path.read_text(encoding="utf-8", errors="surrogateescape").splitlines(keepends=True)
        kept = list(_without(lines, traces))
        if len(kept) < len(lines):
            replace_file(path, "".join(kept))
            gone += len(lines) - len(kept)
    return gone


def _without(lines: list[str], traces: Traces) -> Iterator[str]:
    is_theirs = False
    for line in lines:
        is_theirs = (line.startswith("    ") and is_theirs) or traces.are_in_log_line(line)
        if not is_theirs:
            yield line


def erase_notes(root: Path, traces: Traces) -> None:
    """Take their words out of what the program notes about itself, such as a server's answer."""
    for path in sorted((root / STATE_FOLDER).glob("*.json")):
        text = path.read_text(encoding="utf-8")
        if traces.are_in(text):
            replace_file(path, traces.erased_from(text))


def naming(root: Path, traces: Traces) -> list[Path]:
    """Return the files of a studio that still name them, whatever their form; not its backups, nor what git keeps."""
    forms = list(traces.byte_forms())
    return [path for path in _everything(root) if names_them(path, forms) or _is_letter_about_them(path, traces)]


def _everything(root: Path) -> Iterator[Path]:
    for path in sorted(root.rglob("*")):
        if path.relative_to(root).parts[0] not in {BACKUPS, GIT} and path.is_file() and not path.is_symlink():
            yield path


def names_them(path: Path, forms: Collection[bytes]) -> bool:
    """Tell whether a file holds one of these bytes, whatever the case of A to Z; False if it cannot be read."""
    overlap = max(map(len, forms))
    with suppress(OSError), path.open("rb") as file:
        rest = b""
        while piece := file.read(_PIECE):
            rest += piece
            lowered = rest.lower()
            if any(form in rest or form in lowered for form in forms):
                return True
            rest = rest[-overlap:]
    return False


def _is_letter_about_them(path: Path, traces: Traces) -> bool:
    """Tell whether a mail names them in words that its form hides (quoted-printable, Base64)."""
    if path.suffix != ".eml":
        return False
    message = message_from_bytes(path.read_bytes(), _class=EmailMessage, policy=default)
    texts = [part.get_content() for part in message.walk() if part.get_content_maintype() == "text"]
    return traces.are_in("\n".join([*(str(value) for value in message.values()), *map(str, texts)]))
