"""A second sequence from a first one's words, comments and layout included."""

from leadnurture.errors import InvalidInputError
from leadnurture.sequences.file_life.identity import free_path, make_sequence
from leadnurture.sequences.file_life.source_file import SourceFile
from leadnurture.sequences.file_life.splicing import NotEditableError, top_level, with_value
from leadnurture.sequences.folder import Folder

LONGEST_NAME = 500


class BadNameError(InvalidInputError):
    """A text that cannot be a sequence's name."""


def duplicate(source: SourceFile, folder: Folder, identity: str, name: str | None = None) -> str:
    """Copy a file under another id; the name is the given one, else the old one with ` - Copy`. Return the name.

    What the file says about being active stays as it is. Raises BadIdentityError, SequenceExistsError, BadNameError,
    NotEditableError, or ChangedUnderneathError if the original changed meanwhile.
    """
    target = free_path(folder, identity)
    text = source.text
    old = top_level(text).get("name")
    if not isinstance(old, str):
        raise NotEditableError("it has no 'name'")
    new = read_name(f"{old.strip()} - Copy" if name is None else name)
    spliced = with_value(text, "name", new)
    source.require_unchanged()
    make_sequence(folder, target, source.with_text(spliced))
    return new


def read_name(given: str) -> str:
    """Return a name trimmed; raises BadNameError if it is empty, too long or more than one line."""
    name = given.strip()
    if not name or len(name) > LONGEST_NAME or not name.isprintable():
        raise BadNameError(
            f"a name is one line of 1 to {LONGEST_NAME} characters", hint='such as --name "Autumn welcome"'
        )
    return name
