"""A mail that answers another, and the names that it gives to its words: what is wrong is told with its place."""

from collections.abc import Callable

import pytest
from sequence_texts import step

from leadnurture.sequences.folder import Folder
from leadnurture.sequences.problems import Problem, Severity

Problems = Callable[[str], tuple[Problem, ...]]
STEPS = """\
name: Welcome
steps:
  - {id: hello, action: send_email, subject: Hello, body: Hello.}
  - {id: label, action: add_lead_tag, tag: greeted}
  - id: more
    action: send_email
    reply_to_step: hello
    body: More.
    delay: 1d
  - {id: last, was: final, action: send_email, delay: 1d, subject: Bye, body: Bye.}
"""


def answering(key: str, more: str = "") -> str:
    return STEPS.replace("reply_to_step: hello\n", f"reply_to_step: {key}\n{more}")


def own(names: str, words: str = "Hello.", subject: str = "Hello") -> str:
    return step(f"id: hello\naction: send_email\nsubject: '{subject}'\nbody: '{words}'\npersonalization:\n  {names}")


def test_an_answer_to_an_earlier_mail_needs_no_subject_and_has_no_problems(problems_of: Problems) -> None:
    assert problems_of(STEPS) == ()


@pytest.mark.parametrize(
    ("key", "message", "hint"),
    [
        ("helo", "there is no step 'helo'", "did you mean 'hello'?"),
        ("zzz", "there is no step 'zzz'", "mails before it: hello"),
        ("final", "there is no step 'final'", "it is called 'last' now"),
        ("last", "step 'last' does not come before 'more'", "a mail can only answer one that went out before it"),
        ("more", "step 'more' does not come before 'more'", "a mail can only answer one that went out before it"),
        ("label", "step 'label' sends no mail (it is add_lead_tag)", "mails before it: hello"),
    ],
)
def test_an_answer_to_anything_else_is_an_error_at_its_key(
    problems_of: Problems, key: str, message: str, hint: str
) -> None:
    (problem,) = problems_of(answering(key))
    assert (problem.place.line, problem.place.column, problem.severity) == (7, 20, Severity.ERROR)
    assert (problem.message, problem.hint) == (message, hint)


def test_a_subject_of_its_own_beside_an_answer_is_a_warning(problems_of: Problems) -> None:
    (problem,) = problems_of(answering("hello", "    subject: News\n"))
    assert (problem.place.line, problem.severity) == (8, Severity.WARNING)
    assert problem.message == "mail programs show an answer with a subject of its own as a new conversation"


def test_without_an_answer_a_subject_is_missed(problems_of: Problems) -> None:
    (problem,) = problems_of(step("id: hello\naction: send_email\nbody: Hello."))
    assert (problem.place.line, problem.message) == (3, "'subject' is missing")


def test_recipients_are_words_of_a_list(problems_of: Problems) -> None:
    keys = "id: hello\naction: send_email\nsubject: x\nbody: x\n"
    assert problems_of(step(f"{keys}to: both\ncc: owner\nbcc: owner")) == ()
    (problem,) = problems_of(step(f"{keys}to: secondry"))
    assert (problem.place.line, problem.message) == (
        7, "'secondry' is none of primary, secondary, both; did you mean 'secondary'?"
    )  # fmt: skip
    (problem,) = problems_of(step(f"{keys}bcc: true"))
    assert (problem.place.line, "is none of owner" in problem.message) == (7, True)


def test_its_own_names_are_known_to_its_texts_and_never_empty(problems_of: Problems) -> None:
    assert problems_of(own("programName: Album", "{{ programName }}")) == ()
    assert problems_of(own("programName: Album", subject="{{ programName }}")) == ()


def test_its_own_names_are_known_to_its_template_and_to_no_other_step(folder: Folder, problems_of: Problems) -> None:
    (folder.templates / "t.md").write_text("{{ programName }}\n")
    first = "  - {id: a, action: send_email, subject: a, template: t.md, personalization: {programName: Album}}\n"
    second = "  - {id: b, action: send_email, subject: b, delay: 1d, template: t.md}\n"
    assert problems_of(f"name: Welcome\nsteps:\n{first}") == ()
    (problem,) = problems_of(f"name: Welcome\nsteps:\n{first}{second}")
    assert (problem.file, problem.message) == ("templates/t.md", "unknown merge field 'programName'")


def test_a_name_like_one_of_its_own_is_meant_to_be_that(problems_of: Problems) -> None:
    problem = problems_of(own("programName: Album", "{{ programName }} {{ programNme }}"))[0]
    assert (problem.message, problem.hint) == ("unknown merge field 'programNme'", "did you mean 'programName'?")


def test_its_own_name_has_nothing_behind_a_dot(problems_of: Problems) -> None:
    (problem,) = problems_of(own("program: Album", "{{ program.name }}"))
    assert (problem.message, problem.hint) == ("'program' is one text; it has no 'name'", "write {{ program }}")


@pytest.mark.parametrize("words", ["'{{ lead.zzz }}'", "'{{ other }}'"])
def test_what_a_name_stands_for_is_checked_in_its_place(problems_of: Problems, words: str) -> None:
    (problem,) = problems_of(own(f"other: Album\n  name: {words}", "{{ name }}{{ other }}"))
    assert (problem.place.line, problem.place.column, problem.severity) == (9, 13, Severity.ERROR)
    assert problem.message.startswith("unknown merge field")


def test_what_a_name_stands_for_may_be_empty_which_is_a_warning_there(problems_of: Problems) -> None:
    (problem,) = problems_of(own("venue: '{{ lead.wedding_venue }}'", "{{ venue }}"))
    assert (problem.place.line, problem.severity) == (8, Severity.WARNING)
    assert problem.message == "{{ lead.wedding_venue }} can be empty"


@pytest.mark.parametrize("name", ["lead", "owner", "coach", "studio", "couple_names", "today", "days", "true", "in"])
def test_a_name_that_means_something_already_is_refused(problems_of: Problems, name: str) -> None:
    (problem,) = problems_of(own(f"{name}: Album"))
    assert (problem.place.line, problem.severity) == (8, Severity.ERROR)
    assert f"'{name}' means something already; choose another name" in problem.message


@pytest.mark.parametrize("name", ["program-name", "2nd", "a b", "größe", "_hidden", "a.b"])
def test_a_name_that_no_text_could_write_is_refused(problems_of: Problems, name: str) -> None:
    (problem,) = problems_of(own(f"{name}: Album"))
    assert f"'{name}' is no name for a merge field" in problem.message


def test_a_name_that_no_text_uses_is_a_warning(problems_of: Problems) -> None:
    (problem,) = problems_of(own("programName: Album"))
    assert (problem.place.line, problem.severity) == (8, Severity.WARNING)
    assert problem.message == "no text of this step uses 'programName'"
