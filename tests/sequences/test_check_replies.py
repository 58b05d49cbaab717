"""A step that asks for a reply in a sequence that a reply ends is told so; one that can hold is not."""

from collections.abc import Callable

import pytest

from leadnurture.sequences.problems import Problem, Severity

Problems = Callable[[str], tuple[Problem, ...]]
FORK = """\
name: Welcome
stop_on: STOPS
steps:
  - id: fork
    action: branch
    cases: [{when: WHEN, goto: call}]
  - {id: call, action: add_lead_tag, tag: keen}
"""
NEVER = "this never holds: a reply ends the sequence (stop_on)"


def fork(when: str, stops: str = "[reply]") -> str:
    return FORK.replace("WHEN", when).replace("STOPS", stops)


@pytest.mark.parametrize("when", ["{replied: true}", "{tags: {any: [a]}, replied: true}", "{all: [{replied: true}]}"])
def test_a_reply_that_must_have_come_is_told_at_its_place(problems_of: Problems, when: str) -> None:
    (problem,) = problems_of(fork(when))
    assert (problem.message, problem.severity, problem.place.line) == (NEVER, Severity.WARNING, 6)
    assert problem.text[problem.place.column - 1 :].startswith("true")


@pytest.mark.parametrize(
    ("when", "stops"),
    [
        ("{replied: true}", "[lost]"),
        ("{replied: false}", "[reply]"),
        ("{any: [{replied: true}, {tags: {any: [a]}}]}", "[reply]"),
        ("{not: {replied: true}}", "[reply]"),
    ],
)
def test_what_can_hold_is_not_told(problems_of: Problems, when: str, stops: str) -> None:
    assert problems_of(fork(when, stops)) == ()


def test_a_wait_for_a_reply_is_told_too(problems_of: Problems) -> None:
    wait = "name: x\nsteps:\n  - {id: a, action: wait_until, until: {replied: true}, timeout: 5d}\n"
    assert [problem.message for problem in problems_of(wait)] == [NEVER]
