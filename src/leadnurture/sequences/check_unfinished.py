"""Whether a letter is still as `sequence import` began it: it can be sent, and nobody would want that."""

from collections.abc import Iterator, Mapping

from leadnurture.config import Config
from leadnurture.sequences.folder import Draft
from leadnurture.sequences.problems import Place, Problem, Severity
from leadnurture.sequences.sequence import Sequence

UNFINISHED = "This letter is not finished"  # how the remark in such a letter begins
_HINT = "write it, and take the remark out; until then couples would get a bare list"


def unfinished(templates: Mapping[str, str]) -> list[str]:
    """Return the names of the templates that still have the remark in them."""
    return [name for name, words in templates.items() if UNFINISHED in words]


def unfinished_letters(draft: Draft, _: Sequence, __: Config) -> Iterator[Problem]:
    """Yield a warning for each template that is not finished, at its remark."""
    for name in unfinished(draft.templates):
        lines = draft.templates[name].splitlines()
        number = next(number for number, line in enumerate(lines, start=1) if UNFINISHED in line)
        place = Place(number, lines[number - 1].index(UNFINISHED) + 1)
        told = "this letter is as `leadnurture sequence import` began it"
        yield Problem(f"templates/{name}", place, told, _HINT, Severity.WARNING, lines[number - 1])
