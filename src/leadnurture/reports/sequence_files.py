"""How the sequence files stand to what was applied."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from sqlmodel import Session

from leadnurture.config import Config
from leadnurture.crm.values import Reading
from leadnurture.sequences.check import check, errors_in
from leadnurture.sequences.folder import Draft, Folder
from leadnurture.sequences.problems import Problem
from leadnurture.sequences.versions import Difference, Pending, applied_attachments, compare


class FileState(StrEnum):
    """What applying the file would be, or why it can't be."""

    APPLIED = "applied"
    NOT_APPLIED = "not_applied"
    CHANGED = "changed"
    BROKEN = "broken"
    DELETED = "deleted"


_STATES = {
    Difference.UNCHANGED: FileState.APPLIED,
    Difference.NEW: FileState.NOT_APPLIED,
    Difference.RETURNED: FileState.NOT_APPLIED,
    Difference.CHANGED: FileState.CHANGED,
    Difference.DELETED: FileState.DELETED,
}


@dataclass(frozen=True)
class SequenceFile:
    """One sequence's file; `errors` keep it from being applied, and the draft is None if the file is gone."""

    id: str
    state: FileState
    errors: tuple[Problem, ...]
    draft: Draft | None

    def as_json(self) -> dict[str, Any]:
        """Return the documented keys."""
        return {"id": self.id, "state": self.state.value, "problems": [error.as_json() for error in self.errors]}


def sequence_files(session: Session, config: Config, folder: Folder) -> tuple[SequenceFile, ...]:
    """Return every sequence that has a file or is applied, by id; raises ConfigurationError for no folder."""
    pending: Iterable[Pending] = compare(session, folder.drafts(Reading.of(config), applied_attachments(session)))
    return tuple(sorted((_file(one, config, folder) for one in pending), key=lambda file: file.id))


def _file(pending: Pending, config: Config, folder: Folder) -> SequenceFile:
    errors = tuple(errors_in(check(pending.draft, folder, config))) if pending.draft else ()
    return SequenceFile(
        pending.identity, FileState.BROKEN if errors else _STATES[pending.difference], errors, pending.draft
    )
