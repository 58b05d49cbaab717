"""The words of a file that somebody put into the studio: read only if it is a text of a bearable size."""

from pathlib import Path

from leadnurture.sequences.plain_files import plain_file
from leadnurture.sequences.problems import Place

LARGEST_FILE = 1_000_000  # bytes
LARGEST_TEMPLATE = 100_000  # bytes, as much as a letter that stands in its step; more takes long to lay out


class NotUtf8Error(ValueError):
    """The file is no UTF-8 text; `place` is where it stops being one, and `line` that line as far as it can be read."""

    def __init__(self, content: bytes, start: int) -> None:
        super().__init__(f"it is not UTF-8 text (byte {start}); save it as UTF-8")
        before = content[:start].decode(errors="replace").split("\n")
        self.place = Place(len(before), len(before[-1]) + 1)
        self.line = content.decode(errors="replace").split("\n")[len(before) - 1].rstrip("\r")


def read_text(path: Path, most: int = LARGEST_FILE) -> str:
    """Return a file's words with plain line ends and without a byte order mark; raises OSError or ValueError."""
    content = read_bytes(path, most)
    try:
        return content.decode("utf-8-sig").replace("\r\n", "\n").replace("\r", "\n")
    except UnicodeDecodeError as error:
        raise NotUtf8Error(content, error.start) from None


def read_bytes(path: Path, most: int = LARGEST_FILE) -> bytes:
    """Return what a file holds; raises OSError, or ValueError for more than `most` bytes or no ordinary file."""
    plain_file(path, most)
    return path.read_bytes()


def printable(name: str) -> str:
    """Return a file's name as it can be shown: what has no sign of its own is written as its number."""
    return "".join(sign if sign.isprintable() else ascii(sign)[1:-1] for sign in name)
