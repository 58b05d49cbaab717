"""A sequence that is on, and does nothing, is told so."""

from collections.abc import Callable

import pytest

from leadnurture.sequences.problems import Problem, Severity

Problems = Callable[[str], tuple[Problem, ...]]
STEPS = "name: Welcome\nactive: {on}\nsteps:\n  - {{id: a, action: add_lead_tag, tag: x, active: {first}}}\n"


def test_a_sequence_without_an_active_step_is_told_at_its_steps(problems_of: Problems) -> None:
    (problem,) = problems_of(STEPS.format(on="true", first="false"))
    told = "none of its steps is active: whoever enters is at its end at once"
    assert (problem.message, problem.severity, problem.place.line) == (told, Severity.WARNING, 4)


@pytest.mark.parametrize(("on", "first"), [("true", "true"), ("false", "false")])
def test_one_that_does_something_or_takes_nobody_in_is_not(problems_of: Problems, on: str, first: str) -> None:
    assert problems_of(STEPS.format(on=on, first=first)) == ()
