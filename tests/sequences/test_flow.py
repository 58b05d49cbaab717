"""Ways through a sequence lead forward only, to steps that there are, and every step can be reached."""

import pytest
from sequence_texts import parsed, right

from leadnurture.sequences.problems import Problem

WHEN = "when: {replied: true}"


def flow(*steps: str) -> str:
    """Return a sequence of such steps: `a` waits; `f>b,c` is a branch to b, otherwise c; `w?b,c` waits for b or c."""
    return "name: x\nsteps:\n" + "".join(f"  - {{{_step(step)}}}\n" for step in steps)


def _step(word: str) -> str:
    if ">" in word:
        key, _, ways = word.partition(">")
        goto, _, otherwise = ways.partition(",")
        rest = f", otherwise: {otherwise}" if otherwise else ""
        return f"id: {key}, action: branch, cases: [{{{WHEN}, goto: {goto}}}]{rest}"
    if "?" in word:
        key, _, ways = word.partition("?")
        then, _, otherwise = ways.partition(",")
        rest = f", otherwise: {otherwise}" if otherwise else ""
        return f"id: {key}, action: wait_until, until: {{replied: true}}, timeout: 3d, then: {then}{rest}"
    off = ", active: false" if word.startswith("-") else ""
    return f"id: {word.removeprefix('-')}, action: wait_delay, delay: 1d{off}"


def faults(*steps: str) -> list[tuple[int, str]]:
    return [(problem.place.line, problem.message) for problem in parsed(flow(*steps)).problems]


@pytest.mark.parametrize(
    "steps",
    [
        "f>b a b",
        "f>b,a a b",
        "f>end a",
        "f>c,b b c",
        "w?b,end b",
        "f>c,a a g>d,c c d",
        "f>b,end -a b",
        "a f>-b -b",
    ],
)
def test_ways_that_lead_forward_to_every_step_are_right(steps: str) -> None:
    text = flow(*steps.split()).replace("goto: -", "goto: ")
    assert right(text).steps


@pytest.mark.parametrize(
    ("steps", "told"),
    {
        "nowhere": ("f>nowhere b", [(3, "there is no step 'nowhere'")]),
        "otherwise nowhere": ("f>b,nowhere b", [(3, "there is no step 'nowhere'")]),
        "back": ("a b f>a c", [(5, "'a' comes before 'f', and nobody goes back")]),
        "to itself": ("f>f a", [(3, "'f' would go to itself; nobody goes round in circles")]),
        "a wait's way back": ("a w?a b", [(4, "'a' comes before 'w', and nobody goes back")]),
        "left out by every way": ("f>c,c b c", [(4, "no step leads to 'b'")]),
        "behind the end": ("f>end,end b", [(4, "no step leads to 'b'")]),
        "behind a step that nobody reaches": (
            "f>d,d b c d",
            [(4, "no step leads to 'b'"), (5, "no step leads to 'c'")],
        ),
    }.values(),
)
def test_wrong_ways_are_told_with_their_line(steps: str, told: list[tuple[int, str]]) -> None:
    assert faults(*steps.split()) == told


def test_a_mistyped_target_is_told_with_the_step_that_was_meant_and_its_place() -> None:
    text = """\
name: x
steps:
  - id: fork
    action: branch
    cases:
      - when: {replied: true}
        goto: cal
  - {id: call, action: create_task, title: Call}
"""
    (problem,) = parsed(text).problems
    assert isinstance(problem, Problem)
    assert (problem.place.line, problem.place.column, problem.hint) == (7, 15, "did you mean 'call'?")


def test_no_step_can_be_called_end() -> None:
    (problem,) = parsed("name: x\nsteps:\n  - {id: end, action: wait_delay, delay: 1d}\n").problems
    assert (problem.place.line, problem.message) == (
        3,
        "'id': 'end' is where a branch ends the walk; call the step otherwise",
    )


def test_a_branch_needs_a_case_and_a_wait_an_end() -> None:
    (problem,) = parsed("name: x\nsteps:\n  - {id: a, action: branch, cases: []}\n").problems
    assert "cases" in problem.message or "at least 1" in problem.message
    (problem,) = parsed("name: x\nsteps:\n  - {id: a, action: wait_until, until: {replied: true}}\n").problems
    assert problem.message == "'timeout' is missing"
