"""A step that keeps the hours for texts must be able to happen within them."""

from collections.abc import Callable
from typing import ClassVar

import pytest

from leadnurture.sequences.actions import actions
from leadnurture.sequences.problems import Problem
from leadnurture.sequences.step import Done, Moment, Outcome, Step

Problems = Callable[[str], tuple[Problem, ...]]


class Ring(Step):
    """A step that rings."""

    action_name: ClassVar[str] = "ring"
    keeps_sms_hours: ClassVar[bool] = True

    def perform(self, moment: Moment) -> Outcome:
        return Done()


@pytest.fixture(autouse=True)
def _ringing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(actions(), "ring", Ring)


def test_a_window_outside_the_hours_is_told_at_the_step(problems_of: Problems) -> None:
    (problem,) = problems_of(
        'name: Welcome\nwindow: {at: "22:00"}\nsteps:\n  - id: a\n    action: ring\n    window: {until: "07:30"}\n'
    )
    assert (problem.place.line, problem.place.column) == (6, 13)
    assert problem.message == "this window is never open when texts may go out (08:00-21:00)"
    assert problem.hint == "change the window, or sms_hours under [limits] in leadnurture.toml"


def test_the_sequence_s_own_window_is_told_where_it_stands(problems_of: Problems) -> None:
    (problem,) = problems_of('name: Welcome\nwindow: {at: "22:00"}\nsteps:\n  - {id: a, action: ring}\n')
    assert (problem.place.line, problem.place.column) == (2, 9)


@pytest.mark.parametrize("window", ["any", '{at: "20:59"}', '{until: "08:01"}'])
def test_a_window_that_meets_the_hours_is_right(problems_of: Problems, window: str) -> None:
    assert problems_of(f"name: Welcome\nwindow: {window}\nsteps:\n  - {{id: a, action: ring}}\n") == ()
