"""Texts and notifications in the language: what is refused, what is warned of, and the seed's form of them."""

from collections.abc import Callable

import pytest
from sequence_texts import READING, parsed, right, step

from leadnurture.sequences.file_life.seed_form.exporting import seed_form
from leadnurture.sequences.file_life.seed_form.importing import translate
from leadnurture.sequences.folder import Folder
from leadnurture.sequences.problems import Problem, Severity

ProblemsOf = Callable[[str], tuple[Problem, ...]]


@pytest.mark.parametrize("keys", ["", "text: Hello\ntemplate: hello.txt"])
def test_a_text_has_its_words_in_one_place(keys: str) -> None:
    (problem,) = parsed(step(f"id: hello\naction: send_sms\n{keys}")).problems
    assert problem.message == "a text needs either 'text' or 'template'"


def test_a_text_goes_to_one_of_the_two_numbers() -> None:
    (problem,) = parsed(step("id: hello\naction: send_sms\ntext: Hello\nto: secndary")).problems
    assert "'secndary' is none of primary, secondary; did you mean 'secondary'?" in problem.message


def test_a_notification_needs_a_message() -> None:
    (problem,) = parsed(step("id: tell\naction: send_notification\ntitle: Look")).problems
    assert problem.message == "'message' is missing"


def test_a_text_of_more_than_three_texts_length_is_warned_of(problems_of: ProblemsOf) -> None:
    assert problems_of(step(f"id: hello\naction: send_sms\ntext: {'x' * 480}")) == ()
    (problem,) = problems_of(step(f"id: hello\naction: send_sms\ntext: {'x' * 481}"))
    assert (problem.severity, problem.place.line) == (Severity.WARNING, 5)
    assert problem.message == "the text has 481 characters, and its merge fields may add more"


def test_so_is_a_long_one_in_a_template(problems_of: ProblemsOf, folder: Folder) -> None:
    (folder.templates / "hello.txt").write_text("long " * 100, encoding="utf-8")
    (problem,) = problems_of(step("id: hello\naction: send_sms\ntemplate: hello.txt"))
    assert (problem.file, problem.severity) == ("templates/hello.txt", Severity.WARNING)


@pytest.mark.parametrize(
    ("action", "key"), [("send_sms", "text"), ("send_notification", "message"), ("send_notification", "title")]
)
def test_a_name_that_nobody_knows_is_an_error_in_them_too(problems_of: ProblemsOf, action: str, key: str) -> None:
    more = "\nmessage: Hello" if key == "title" else ""
    (problem,) = problems_of(step(f"id: one\naction: {action}\n{key}: Dear {{{{ lead.nmae }}}}{more}"))
    assert problem.severity is Severity.ERROR
    assert "unknown merge field 'lead.nmae'" in problem.message


def test_the_seeds_form_of_both_comes_in_and_goes_out_as_it_was() -> None:
    steps = [
        {
            "name": "Tell",
            "actionType": "send_notification",
            "actionConfig": {"title": "Look", "message": "They read it."},
        },
        {"name": "Text", "actionType": "send_sms", "actionConfig": {"text": "Hello!", "to": "secondary"}},
    ]
    text = translate({"name": "Both", "steps": steps}, "a test", READING).text
    assert [one.action for one in right(text).steps] == ["send_notification", "send_sms"]
    found = parsed(text)
    assert found.sequence is not None
    told = seed_form(found.sequence, found.tree.values)
    assert [{key: one[key] for key in steps[0]} for one in told["steps"]] == steps
