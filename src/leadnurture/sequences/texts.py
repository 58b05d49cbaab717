"""The texts of a step that are filled with a lead's facts."""

from dataclasses import dataclass
from enum import StrEnum


class TextKind(StrEnum):
    """How a text is filled: a line, plain lines, plain lines that are sent (never empty), or a Markdown letter."""

    LINE = "line"
    PLAIN = "plain"
    MESSAGE = "message"
    LETTER = "letter"


@dataclass(frozen=True)
class Text:
    """One text of a step: its words, or the template file that holds them.

    The check warns of more characters than `longest`, merge fields not filled.
    """

    name: str  # the step's key that it stands under; below another key with a dot between them
    kind: TextKind
    words: str | None = None
    template: str | None = None
    longest: int | None = None

    @property
    def path(self) -> tuple[str, ...]:
        """The keys of the step that lead to it."""
        return tuple(self.name.split("."))
