"""Asking about mails: only about those that came before, with the place and what could be asked."""

from collections.abc import Callable

import pytest
from jsonschema import Draft202012Validator
from sequence_texts import right, top

from leadnurture.sequences.file_life.schema import sequence_schema
from leadnurture.sequences.problems import Problem
from leadnurture.sequences.yaml_tree import read_tree

Problems = Callable[[str], tuple[Problem, ...]]
STEPS = """\
name: Welcome
steps:
  - {id: welcome, was: hello, action: send_email, delay: 1d, subject: Hi, body: Hello.}
  - {id: meet, action: schedule_appointment, title: Meet, start: +3d, invite: true, delay: 1d}
  - {id: diary, action: schedule_appointment, title: Work, start: +3d}
  - id: ask
    action: add_lead_tag
    tag: keen
    when: WHEN
  - {id: gallery, action: send_email, delay: 1d, subject: Hi, body: Hello.}
"""


def asking(when: str) -> str:
    return STEPS.replace("WHEN", when)


@pytest.mark.parametrize(
    "when",
    [
        "{opened: welcome}",
        "{clicked: [welcome, meet]}",
        "{opened: true}",
        "{not: {any: [{opened: meet}, {all: [{clicked: false}]}]}}",
    ],
)
def test_a_mail_that_came_before_can_be_asked_about(problems_of: Problems, when: str) -> None:
    assert problems_of(asking(when)) == ()
    assert right(asking(when)).asks_about_mails


COULD = "the mails before this step: welcome, meet"
WRONG = {
    "an unknown step": ("{opened: welcom}", 20, "there is no step 'welcom'", "did you mean 'welcome'?"),
    "a step like no other": ("{opened: zzz}", 20, "there is no step 'zzz'", COULD),
    "an old name": ("{opened: hello}", 20, "there is no step 'hello'", "it is called 'welcome' now"),
    "no mail": ("{opened: diary}", 20, "'diary' sends no mail: its action is schedule_appointment", COULD),
    "itself": ("{clicked: ask}", 21, "'ask' sends no mail: its action is add_lead_tag", COULD),
    "a later mail": (
        "{opened: gallery}",
        20,
        "the mail 'gallery' does not come before this step",
        "move the mail above this step, or ask for one that is above it",
    ),
    "the second of a list": (
        "{clicked: [welcome, welcom]}",
        31,
        "there is no step 'welcom'",
        "did you mean 'welcome'?",
    ),
    "deep inside": (
        "{any: [{replied: true}, {not: {opened: [meat]}}]}",
        51,
        "there is no step 'meat'",
        "did you mean 'meet'?",
    ),
}


@pytest.mark.parametrize("name", WRONG)
def test_what_cannot_be_asked_is_told_with_its_place_and_what_could_be(problems_of: Problems, name: str) -> None:
    when, column, message, hint = WRONG[name]
    (problem,) = problems_of(asking(when))
    assert (problem.place.line, problem.place.column) == (9, column)
    assert (problem.message, problem.hint) == (message, hint)


def test_a_step_without_a_mail_before_it_cannot_ask_for_any(problems_of: Problems) -> None:
    text = "name: A\nsteps:\n  - {id: ask, action: add_lead_tag, tag: keen, when: {opened: true}}\n"
    (problem,) = problems_of(text)
    assert (problem.place.line, problem.message) == (3, "no mail comes before this step")


def test_who_enters_has_had_no_mails_to_ask_about(problems_of: Problems) -> None:
    problem, second = problems_of(top("enroll:\n  when:\n    not: {opened: welcome}\n    any: [{clicked: true}]"))
    assert (problem.place.line, problem.place.column) == (4, 19)
    assert problem.message == "'opened' asks about mails of the sequence itself, and who enters has had none"
    assert problem.hint == "ask it in the `when` of a step behind the mail"
    assert second.message.startswith("'clicked' asks")


@pytest.mark.parametrize("given", ["5", "[1]", "{a: b}"])
def test_mails_are_called_by_their_steps(problems_of: Problems, given: str) -> None:
    (problem,) = problems_of(asking(f"{{opened: {given}}}"))
    assert "say which mails by the ids of their steps, or true or false for any mail" in problem.message
    assert (problem.place.line, problem.place.column) == (9, 20)


CALLED = dict.fromkeys(("welcome", "[welcome, meet]", "true", "false"), True)
MISCALLED = dict.fromkeys(("5", "[1]", "[]", "{a: b}"), False)


@pytest.mark.parametrize(("given", "right"), (CALLED | MISCALLED).items())
def test_editors_know_how_mails_are_called(given: str, right: bool) -> None:
    validator = Draft202012Validator(sequence_schema())
    assert validator.is_valid(read_tree(asking(f"{{opened: {given}}}")).values) == right


def test_no_mails_at_all_ask_nothing(problems_of: Problems) -> None:
    (problem,) = problems_of(asking("{opened: []}"))
    assert problem.message == "an empty condition says nothing; take it out"


def test_a_sequence_that_does_not_ask_says_so() -> None:
    assert not right(asking("{replied: true}")).asks_about_mails
