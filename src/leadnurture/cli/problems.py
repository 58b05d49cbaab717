"""Showing problems in files: the place, the line itself with a mark under it, and what would be right."""

from collections.abc import Iterable
from typing import TYPE_CHECKING

from leadnurture.errors import InvalidInputError

if TYPE_CHECKING:
    from leadnurture.sequences.problems import Problem


class BrokenSequencesError(InvalidInputError):
    """Sequence files have errors; `outcome` is what that means for the command, `beside` how to do the good ones."""

    def __init__(self, problems: "list[Problem]", outcome: str, beside: str | None = None) -> None:
        count = f"{len(problems)} error{'s' * (len(problems) > 1)}"
        super().__init__(
            f"{count} in the sequence files; {outcome}\n\n{as_text(problems)}",
            hint="mend it and try again; leadnurture sequence check shows warnings too"
            + (f"\n  → the others meanwhile: {beside}" if beside else ""),
            detail={"problems": [problem.as_json() for problem in problems]},
        )


def as_text(problems: "Iterable[Problem]") -> str:
    """Return the problems as a compiler would show them."""
    return "\n\n".join(_one(problem) for problem in problems)


def _one(problem: "Problem") -> str:
    from leadnurture.sequences.text_file import printable

    place = problem.place
    message = printable(problem.message)  # what a file holds may be meant to play with the terminal
    lines = [f"{problem.file}:{place.line}:{place.column}: {problem.severity.value}: {message}"]
    if problem.text.strip():
        shown = "".join(sign if sign.isprintable() else " " for sign in problem.text)
        gutter = f"{place.line:>5} | "
        lines.append(f"{gutter}{shown[:110]}")
        if place.column <= 110:
            lines.append(" " * (len(gutter) + place.column - 1) + "^")
    if problem.hint:
        lines.append("      = " + "\n        ".join(map(printable, problem.hint.split("\n"))))
    return "\n".join(lines)
