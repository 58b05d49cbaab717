"""A sequence file as bytes: read once, and written or removed only if it still holds what was read."""

import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import mkstemp

from leadnurture.errors import ConfigurationError, ConflictError, InvalidInputError, way_out_of
from leadnurture.sequences.plain_files import why_unreadable
from leadnurture.sequences.text_file import read_bytes

_BOM = b"\xef\xbb\xbf"


class ChangedUnderneathError(ConflictError):
    """Somebody saved or removed the file after it was read."""

    def __init__(self, path: Path) -> None:
        super().__init__(
            f"{path.name} was changed by somebody else in the meantime; it was left as it is", hint="try it again"
        )


class NotTextError(InvalidInputError):
    """The file is no UTF-8 text."""


@dataclass(frozen=True)
class SourceFile:
    """A file and the bytes that it held when it was read."""

    path: Path
    content: bytes

    @classmethod
    def read(cls, path: Path) -> "SourceFile":
        """Read a file; raises ConfigurationError if that fails."""
        try:
            return cls(path, read_bytes(path))
        except (OSError, ValueError) as error:
            raise ConfigurationError(f"{path} cannot be read: {why_unreadable(error)}") from None

    @property
    def text(self) -> str:
        """The words with the file's own line ends; raises NotTextError."""
        try:
            return self.content.removeprefix(_BOM).decode()
        except UnicodeDecodeError as error:
            raise NotTextError(
                f"{self.path.name} is not UTF-8 text (byte {error.start})", hint="save it as UTF-8"
            ) from None

    def with_text(self, text: str) -> bytes:
        """Return the file's bytes with other words; a byte order mark stays."""
        return (_BOM if self.content.startswith(_BOM) else b"") + text.encode()

    def require_unchanged(self) -> None:
        """Raise ChangedUnderneathError if the file no longer holds what was read."""
        try:
            held = self.path.read_bytes()
        except OSError:
            raise ChangedUnderneathError(self.path) from None
        if held != self.content:
            raise ChangedUnderneathError(self.path)

    def rewrite(self, text: str) -> None:
        """Replace the words in one move, so that nobody ever sees half a file; its mode stays.

        Raises ChangedUnderneathError or ConfigurationError; then the file is as it was.
        """
        target = self.path.resolve()  # behind a link, its target changes and the link stays
        with _told(self.path), _beside(target) as (draft, descriptor):
            with os.fdopen(descriptor, "wb") as file:
                file.write(self.with_text(text))
                file.flush()
                os.fsync(file.fileno())
            draft.chmod(stat.S_IMODE(target.stat().st_mode))
            self.require_unchanged()
            draft.replace(target)

    def remove(self) -> None:
        """Remove the file; raises ChangedUnderneathError or ConfigurationError."""
        self.require_unchanged()
        with _told(self.path):
            self.path.unlink()


def write_new(path: Path, content: bytes) -> None:
    """Write a file that is not there yet; raises FileExistsError, or ConfigurationError and leaves no half of it."""
    with _told(path):
        path.parent.mkdir(exist_ok=True)
        with path.open("xb") as file:
            try:
                file.write(content)
                file.flush()
            except OSError:
                path.unlink()
                raise


@contextmanager
def _beside(target: Path) -> Iterator[tuple[Path, int]]:
    """Yield a hidden file in the same folder, which is gone afterwards unless it was moved."""
    descriptor, name = mkstemp(prefix=f".{target.stem}-", suffix=".tmp", dir=target.parent)
    try:
        yield Path(name), descriptor
    finally:
        Path(name).unlink(missing_ok=True)


@contextmanager
def _told(path: Path) -> Iterator[None]:
    try:
        yield
    except FileExistsError:
        raise
    except OSError as error:
        raise ConfigurationError(f"{path} cannot be written: {error.strerror}", hint=way_out_of(error)) from None
