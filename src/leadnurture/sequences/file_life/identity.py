"""Names for new sequence files: an id is a file's stem for ever, so it is looked at before the file is made."""

import re
from pathlib import Path
from unicodedata import normalize

from leadnurture.errors import ConflictError, InvalidInputError
from leadnurture.sequences.file_life.source_file import write_new
from leadnurture.sequences.fingerprint import ENDINGS
from leadnurture.sequences.folder import Folder

_STEM = re.compile(r"[a-z0-9][a-z0-9_-]{0,99}")


class BadIdentityError(InvalidInputError):
    """A name that cannot be a sequence's id."""

    def __init__(self, given: str) -> None:
        near = slug(given)
        super().__init__(
            f"'{given}' cannot be a sequence's id: lower-case letters, digits, '-' and '_', at most 100 of them",
            hint=f"such as: {near}" if near else "such as: summer-weddings",
        )


class SequenceExistsError(ConflictError):
    """There is a sequence of that id; nothing is overwritten."""

    def __init__(self, identity: str, shown: str) -> None:
        super().__init__(
            f"there is a sequence '{identity}' already: {shown}", hint="choose another id; nothing was changed"
        )


def slug(words: str) -> str:
    """Return words as an id: `Élan & Co.` is `elan-co`; empty if nothing is left of them."""
    plain = normalize("NFKD", words).encode("ascii", "ignore").decode().lower()
    return re.sub(r"[^a-z0-9_]+", "-", plain).strip("-_")[:100]


def free_path(folder: Folder, identity: str) -> Path:
    """Return the path of a new sequence's file; raises BadIdentityError, or SequenceExistsError if it is taken."""
    if not _STEM.fullmatch(identity):
        raise BadIdentityError(identity)
    for ending in ENDINGS:
        path = folder.sequences / f"{identity}{ending}"
        if path.exists() or path.is_symlink():
            raise SequenceExistsError(identity, folder.shown(path))
    return folder.sequences / f"{identity}.yaml"


def make_sequence(folder: Folder, path: Path, content: bytes) -> None:
    """Write a new sequence's file; raises SequenceExistsError if somebody else was quicker, or ConfigurationError."""
    try:
        write_new(path, content)
    except FileExistsError:
        raise SequenceExistsError(path.stem, folder.shown(path)) from None
