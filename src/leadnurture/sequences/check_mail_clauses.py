"""Checking the mails that conditions ask about: each must be a mail of the sequence that comes before who asks."""

from collections.abc import Iterator, Sequence

from leadnurture.sequences.folder import Draft
from leadnurture.sequences.mail_clauses import mails_asked
from leadnurture.sequences.problems import Problem
from leadnurture.sequences.step import Step
from leadnurture.sequences.suggestions import did_you_mean
from leadnurture.sequences.yaml_tree import Path

_OUTSIDE = "'{clause}' asks about mails of the sequence itself, and who enters has had none"
_ABOVE = "move the mail above this step, or ask for one that is above it"


def problems_of(draft: Draft) -> Iterator[Problem]:
    """Yield what is wrong with the mails that conditions ask about, each at its place; the draft must be readable."""
    assert draft.sequence is not None
    for path, _ in mails_asked(draft.sequence.enroll, ("enroll",)):
        hint = "ask it in the `when` of a step behind the mail"
        yield draft.parsed.problem(path, _OUTSIDE.format(clause=path[-1]), hint)
    steps = draft.sequence.steps
    for number, step in enumerate(steps):
        for path, wanted in mails_asked(step, ("steps", number)):
            yield from _unanswerable(draft, steps, number, path, wanted)


def _unanswerable(
    draft: Draft, steps: Sequence[Step], number: int, path: Path, wanted: bool | list[str]
) -> Iterator[Problem]:
    before = [step.id for step in steps[:number] if step.sends_mail]
    if isinstance(wanted, bool):
        if not before:
            yield draft.parsed.problem(path, "no mail comes before this step", _ABOVE)
        return
    for position, name in enumerate(wanted):
        if name not in before:
            message, hint = _why(name, steps, before)
            yield draft.parsed.problem((*path, position), message, hint)


def _why(name: str, steps: Sequence[Step], before: Sequence[str]) -> tuple[str, str | None]:
    """Return why a step can't be asked about, and what could be."""
    known = {step.id: step for step in steps}
    renamed = next((step.id for step in steps if step.was == name), None)
    if name in known and known[name].sends_mail:
        return f"the mail '{name}' does not come before this step", _ABOVE
    could = f"the mails before this step: {', '.join(before)}" if before else "no mail comes before this step"
    if name in known:
        return f"'{name}' sends no mail: its action is {known[name].action}", could
    if renamed:
        return f"there is no step '{name}'", f"it is called '{renamed}' now"
    return f"there is no step '{name}'", did_you_mean(name, before or known).removeprefix("; ") or could
