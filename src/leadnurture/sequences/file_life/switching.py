"""Switching a sequence on or off in its file."""

from dataclasses import dataclass
from typing import Any

from leadnurture.sequences.file_life.source_file import SourceFile
from leadnurture.sequences.file_life.splicing import NotEditableError, read_flag, top_level, with_value
from leadnurture.sequences.sequence import Header


@dataclass(frozen=True)
class Switched:
    """What the file says now, and whether it said otherwise before."""

    active: bool
    changed: bool


def switch(source: SourceFile, wanted: bool | None) -> Switched:
    """Make a file's `active` what is wanted, or the opposite of what it is for None; nothing counts before `apply`.

    Raises NotEditableError, ChangedUnderneathError or ConfigurationError, and then the file is as it was.
    """
    active = _is_active(top_level(source.text))
    new = not active if wanted is None else wanted
    if new != active:
        source.rewrite(with_value(source.text, "active", new, after=("description", "name")))
    return Switched(new, new != active)


def _is_active(values: dict[str, Any]) -> bool:
    given = values.get("active", Header.model_fields["active"].default)
    active = read_flag(given)
    if active is None:
        raise NotEditableError(f"'active: {given}' is neither true nor false")
    return active
