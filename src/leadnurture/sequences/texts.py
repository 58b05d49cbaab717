"""The texts of a step that are filled with a lead's facts."""

from dataclasses import dataclass
from enum import StrEnum


class TextKind(StrEnum):
    """How a text is filled: one line, several plain lines, or a Markdown letter with an HTML form."""

    LINE = "line"
    PLAIN = "plain"
    LETTER = "letter"


@dataclass(frozen=True)
class Text:
    """One text of a step: its words, or the template file that holds them."""

    name: str  # the step's key that it stands under; below another key with a dot between them
    kind: TextKind
    words: str | None = None
    template: str | None = None

    @property
    def path(self) -> tuple[str, ...]:
        """The keys of the step that lead to it."""
        return tuple(self.name.split("."))
