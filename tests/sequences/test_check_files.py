"""The files that a sequence names: each must be there, readable, and inside the studio."""

import os
import socket
from collections.abc import Callable
from contextlib import chdir

import pytest
from sequence_texts import READING, letter, step

from leadnurture.errors import ConfigurationError, ConflictError, NotFoundError
from leadnurture.sequences.file_life.source_file import SourceFile
from leadnurture.sequences.folder import Folder
from leadnurture.sequences.plain_files import LARGEST_ATTACHMENT
from leadnurture.sequences.problems import Problem, Severity
from leadnurture.sequences.text_file import LARGEST_TEMPLATE

Problems = Callable[[str], tuple[Problem, ...]]


def mail(template: str, more: str = "") -> str:
    return step(f"id: hello\naction: send_email\nsubject: Hello\ntemplate: {template}\n{more}")


def test_a_letter_whose_template_is_there_has_no_problems(folder: Folder, problems_of: Problems) -> None:
    (folder.templates / "hello.md").write_text("Hello.\n")
    assert problems_of(mail("hello.md")) == ()


def test_a_missing_template_is_told_at_its_key(problems_of: Problems) -> None:
    (problem,) = problems_of(mail("hello.md"))
    assert (problem.file, problem.place.line, problem.place.column) == ("sequences/welcome.yaml", 6, 15)
    assert problem.message == "template 'hello.md': there is no such file"
    assert problem.hint == "put it into templates/"
    assert problem.text == "    template: hello.md"
    assert problem.severity is Severity.ERROR


def test_a_missing_template_is_told_with_the_name_that_is_like_it(folder: Folder, problems_of: Problems) -> None:
    (folder.templates / "welcome-hello.md").write_text("Hello.\n")
    (problem,) = problems_of(mail("welcome-helo.md"))
    assert problem.hint == "did you mean 'welcome-hello.md'?"


@pytest.mark.parametrize("name", ["../../etc/passwd", "/etc/passwd", "../sequences/welcome.yaml", "a/../../secret.md"])
def test_a_template_outside_the_templates_folder_is_refused(name: str, folder: Folder, problems_of: Problems) -> None:
    (folder.root / "secret.md").write_text("a secret")
    (problem,) = problems_of(mail(name))
    assert problem.message == f"template '{name}': it lies outside the studio's templates folder"
    assert "root:" not in str(problem)


def test_a_link_that_leads_outside_is_refused(folder: Folder, problems_of: Problems) -> None:
    (folder.root / "secret.md").write_text("a secret")
    (folder.templates / "hello.md").symlink_to(folder.root / "secret.md")
    (problem,) = problems_of(mail("hello.md"))
    assert "it lies outside the studio's templates folder" in problem.message


def test_a_link_to_itself_is_told(folder: Folder, problems_of: Problems) -> None:
    (folder.templates / "hello.md").symlink_to(folder.templates / "hello.md")
    (problem,) = problems_of(mail("hello.md"))
    assert problem.message.startswith("template 'hello.md': ")


def test_a_link_inside_the_folder_is_followed(folder: Folder, problems_of: Problems) -> None:
    (folder.templates / "first.md").write_text("Hello.\n")
    (folder.templates / "hello.md").symlink_to(folder.templates / "first.md")
    assert problems_of(mail("hello.md")) == ()


def test_a_template_that_is_no_text_is_told(folder: Folder, problems_of: Problems) -> None:
    (folder.templates / "hello.md").write_bytes("Grüße".encode("latin-1"))
    (problem,) = problems_of(mail("hello.md"))
    assert problem.message == "template 'hello.md': it is not UTF-8 text (byte 2); save it as UTF-8"


def test_a_folder_is_no_template(folder: Folder, problems_of: Problems) -> None:
    (folder.templates / "hello.md").mkdir()
    (problem,) = problems_of(mail("hello.md"))
    assert problem.message == "template 'hello.md': it is a folder, not a file"


def test_a_template_beyond_any_letter_is_refused(folder: Folder, problems_of: Problems) -> None:
    (folder.templates / "hello.md").write_text("x" * (LARGEST_TEMPLATE + 1))
    (problem,) = problems_of(mail("hello.md"))
    assert problem.message == "template 'hello.md': it has 100,001 bytes, more than 100,000"


def test_a_name_that_no_file_can_have_is_told(problems_of: Problems) -> None:
    assert len(problems_of(mail('"a\\0b.md"'))) == 1
    assert len(problems_of(mail("x" * 400))) == 1


def test_a_mark_at_the_start_of_a_file_is_no_word_of_it(folder: Folder, problems_of: Problems) -> None:
    (folder.templates / "hello.md").write_text("Hello.\n", encoding="utf-8-sig")
    (folder.sequences / "welcome.yaml").write_text(mail("hello.md"), encoding="utf-8-sig")
    draft = folder.draft(folder.sequences / "welcome.yaml", READING)
    assert draft.templates == {"hello.md": "Hello.\n"}
    assert draft.parsed.problems == ()


OUTSIDE = "it lies outside the studio's templates folder"
NO_FILE = "it is a pipe, a socket or a device, not a file"


@pytest.mark.parametrize(
    ("name", "why"),
    [
        ("prices.pdf", "there is no such file"),
        ("../prices.pdf", OUTSIDE),
        ("/etc/passwd", OUTSIDE),
        ("link.pdf", OUTSIDE),
        ("null.pdf", OUTSIDE),
        (".", "it is a folder, not a file"),
        ("folder", "it is a folder, not a file"),
        ("pipe.pdf", NO_FILE),
        ("socket.pdf", NO_FILE),
        ("huge.pdf", "it has 20,000,001 bytes, more than 20,000,000"),
    ],
)
def test_an_attachment_that_cannot_be_sent_is_told_at_its_key(
    name: str, why: str, folder: Folder, problems_of: Problems
) -> None:
    (folder.root / "prices.pdf").write_bytes(b"%PDF")
    (folder.templates / "hello.md").write_text("Hello.\n")
    (folder.templates / "folder").mkdir()
    (folder.templates / "link.pdf").symlink_to(folder.root / "prices.pdf")
    (folder.templates / "null.pdf").symlink_to("/dev/null")
    os.mkfifo(folder.templates / "pipe.pdf")
    with (folder.templates / "huge.pdf").open("wb") as huge:
        huge.truncate(LARGEST_ATTACHMENT + 1)
    with socket.socket(socket.AF_UNIX) as listener, chdir(folder.templates):  # a socket's path must be short
        listener.bind("socket.pdf")
        (problem,) = problems_of(mail("hello.md", f"attachments: [{name}]"))
    assert (problem.place.line, problem.place.column) == (7, 18)
    assert problem.message == f"'{name}': {why}"
    assert problem.severity is Severity.ERROR


def test_an_attachment_of_just_twenty_megabytes_is_right(folder: Folder, problems_of: Problems) -> None:
    (folder.templates / "hello.md").write_text("Hello.\n")
    with (folder.templates / "large.pdf").open("wb") as large:
        large.truncate(LARGEST_ATTACHMENT)
    assert problems_of(mail("hello.md", "attachments: [large.pdf]")) == ()


def test_a_pipe_in_place_of_a_template_or_a_sequence_is_told_and_not_waited_for(
    folder: Folder, problems_of: Problems
) -> None:
    os.mkfifo(folder.templates / "hello.md")
    (problem,) = problems_of(mail("hello.md"))
    assert problem.message == f"template 'hello.md': {NO_FILE}"
    os.mkfifo(folder.sequences / "other.yaml")
    draft = folder.draft(folder.sequences / "other.yaml", READING)
    assert [problem.message for problem in draft.parsed.problems] == [NO_FILE]


def test_a_missing_attachment_is_told_with_the_name_that_is_like_it(folder: Folder, problems_of: Problems) -> None:
    (folder.templates / "hello.md").write_text("Hello.\n")
    (folder.templates / "price-guide.pdf").write_bytes(b"%PDF")
    (problem,) = problems_of(mail("hello.md", "attachments: price-gide.pdf"))
    assert problem.hint == "did you mean 'price-guide.pdf'?"


def test_an_attachment_that_is_there_is_right(folder: Folder, problems_of: Problems) -> None:
    (folder.templates / "price-guide.pdf").write_bytes(b"%PDF")
    assert problems_of(letter("Hello.\n") + "    attachments: [price-guide.pdf]\n") == ()


def test_a_file_that_is_no_text_is_a_problem_of_its_own(folder: Folder) -> None:
    path = folder.sequences / "welcome.yaml"
    path.write_bytes(b"name: Gr\xfc\xdfe\n")
    draft = folder.draft(path, READING)
    assert draft.sequence is None
    assert [problem.message for problem in draft.parsed.problems] == ["it is not UTF-8 text (byte 8); save it as UTF-8"]


def test_only_yaml_files_are_sequences(folder: Folder) -> None:
    for name in ["b.yml", "a.yaml", "notes.txt", ".hidden.yaml", "a.yaml.bak"]:
        (folder.sequences / name).write_text("name: x\n")
    assert [path.name for path in folder.files()] == ["a.yaml", "b.yml"]


def told_of(folder: Folder, name: str) -> tuple[str, int, int, str]:
    """Return the only problem of a sequence file: file, line, column and message."""
    (problem,) = folder.draft(folder.sequences / name, READING).parsed.problems
    return problem.file, problem.place.line, problem.place.column, problem.message


def test_a_file_that_is_no_text_is_told_where_it_stops_being_one(folder: Folder) -> None:
    (folder.sequences / "welcome.yaml").write_bytes("name: Ünïcode\ndescription: ".encode() + b"Gr\xfc\xdfe\n")
    told = told_of(folder, "welcome.yaml")
    assert told == ("sequences/welcome.yaml", 2, 16, "it is not UTF-8 text (byte 31); save it as UTF-8")


def test_utf_16_is_told(folder: Folder) -> None:
    (folder.sequences / "welcome.yaml").write_text("name: Welcome", encoding="utf-16")
    assert told_of(folder, "welcome.yaml")[3] == "it is not UTF-8 text (byte 0); save it as UTF-8"


@pytest.mark.parametrize("ends", ["\n", "\r\n", "\r"])
def test_line_ends_of_every_system_are_the_same_words(ends: str, folder: Folder) -> None:
    (folder.sequences / "welcome.yaml").write_bytes(letter("Hello.\n").replace("\n", ends).encode())
    draft = folder.draft(folder.sequences / "welcome.yaml", READING)
    assert draft.parsed.problems == ()
    assert draft.parsed.text == letter("Hello.\n")


def test_fifty_megabytes_are_refused_before_they_are_read(folder: Folder) -> None:
    with (folder.sequences / "welcome.yaml").open("wb") as file:
        file.truncate(50_000_000)
    assert told_of(folder, "welcome.yaml")[3] == "it has 50,000,000 bytes, more than 1,000,000"


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="this system has no pipes in folders")
def test_a_pipe_is_never_waited_for(folder: Folder, problems_of: Problems) -> None:
    os.mkfifo(folder.sequences / "pipe.yaml")
    os.mkfifo(folder.templates / "pipe.md")
    (folder.templates / "hello.md").write_text("Hello.\n")
    assert told_of(folder, "pipe.yaml")[3] == "it is a pipe, a socket or a device, not a file"
    (problem,) = problems_of(mail("pipe.md"))
    assert problem.message == "template 'pipe.md': it is a pipe, a socket or a device, not a file"
    (problem,) = problems_of(mail("hello.md", "attachments: [pipe.md]"))
    assert problem.message == "'pipe.md': it is a pipe, a socket or a device, not a file"
    with pytest.raises(ConfigurationError, match="it is a pipe, a socket or a device, not a file"):
        SourceFile.read(folder.sequences / "pipe.yaml")


@pytest.mark.parametrize(
    "name", ["welcome", "welcome.yaml", "./welcome.yaml", "sequences/welcome.yaml", "./sequences/welcome.yaml"]
)
def test_a_sequence_is_found_by_the_path_that_messages_show(folder: Folder, name: str) -> None:
    path = folder.sequences / "welcome.yaml"
    path.write_text(letter("Hello.\n"))
    assert folder.named(name) == path


def test_a_file_elsewhere_is_not_taken_for_the_sequence(folder: Folder) -> None:
    (folder.sequences / "welcome.yaml").write_text(letter("Hello.\n"))
    with pytest.raises(NotFoundError, match=r"there is no sequence 'drafts/welcome\.yaml'"):
        folder.named("drafts/welcome.yaml")


def test_two_files_of_one_sequence_are_told_with_both_names(folder: Folder) -> None:
    for name in ("welcome.yaml", "welcome.yml", "other.yaml"):
        (folder.sequences / name).write_text(letter("Hello.\n"))
    first, second = (told_of(folder, name) for name in ("welcome.yaml", "welcome.yml"))
    assert first[3] == "'welcome.yaml' and 'welcome.yml' would both be the sequence 'welcome'"
    assert second[3] == "'welcome.yml' and 'welcome.yaml' would both be the sequence 'welcome'"
    with pytest.raises(ConflictError, match=r"'welcome\.yml' and 'welcome\.yaml' would both be"):
        folder.named("welcome")
    assert folder.draft(folder.named("other"), READING).parsed.problems == ()


def test_a_file_whose_name_cannot_be_shown_is_told_without_it(folder: Folder) -> None:
    path = folder.sequences / "wel\x1b[31mcome.yaml"
    path.write_text(letter("Hello.\n"))
    draft = folder.draft(path, READING)
    assert [problem.message for problem in draft.parsed.problems] == ["the file's name cannot be shown"]
    assert (draft.identity, draft.parsed.file) == ("wel\\x1b[31mcome", "sequences/wel\\x1b[31mcome.yaml")
