"""Problems in a photographer's files: values with their place, collected and shown all at once."""

from dataclasses import dataclass
from enum import StrEnum


class Severity(StrEnum):
    """An error keeps a sequence from being applied; a warning does not."""

    ERROR = "error"
    WARNING = "warning"


@dataclass(frozen=True)
class Place:
    """A line and column, both from 1."""

    line: int = 1
    column: int = 1


@dataclass(frozen=True)
class Problem:
    """What is wrong, where, and what would be right. `text` is the line itself.

    `field` is the merge field whose emptiness for some leads is the problem.
    """

    file: str
    place: Place
    message: str
    hint: str | None = None
    severity: Severity = Severity.ERROR
    text: str = ""
    field: str | None = None

    def as_json(self) -> dict[str, object]:
        """Return the documented form."""
        return {
            "file": self.file,
            "line": self.place.line,
            "column": self.place.column,
            "severity": self.severity.value,
            "message": self.message,
            "hint": self.hint,
        }
