"""New sequences, and what removing one would mean."""

from pathlib import Path

import pytest
from jsonschema import Draft202012Validator
from sequence_texts import READING, STEPS, letter, right

from leadnurture.config import Config
from leadnurture.founding import playbooks
from leadnurture.sequences.check import check
from leadnurture.sequences.file_life.beginning import NoPlaybookError, begin_empty, begin_from
from leadnurture.sequences.file_life.copying import BadNameError
from leadnurture.sequences.file_life.identity import BadIdentityError, SequenceExistsError
from leadnurture.sequences.file_life.removing import removal_of
from leadnurture.sequences.file_life.schema import sequence_schema
from leadnurture.sequences.file_life.source_file import ChangedUnderneathError
from leadnurture.sequences.folder import Folder
from leadnurture.sequences.yaml_tree import read_tree
from leadnurture.studio import Studio


def test_an_empty_sequence_teaches_has_no_problem_and_is_off(folder: Folder, config: Config) -> None:
    begun = begin_empty(folder, "winter_weddings-2", None)
    draft = folder.draft(begun.path, READING)
    assert check(draft, folder, config) == ()
    assert draft.sequence is not None
    assert (draft.sequence.name, draft.sequence.active) == ("Winter weddings 2", False)
    text = begun.path.read_text(encoding="utf-8")
    assert text.count("# ") > 20
    assert list(Draft202012Validator(sequence_schema()).iter_errors(read_tree(text).values)) == []


def test_a_given_name_stands_in_it(folder: Folder) -> None:
    begun = begin_empty(folder, "winter", "Winter: #1")
    assert right(begun.path.read_text(encoding="utf-8")).name == "Winter: #1"


@pytest.mark.parametrize("playbook", ["inquiry-welcome", "re-engagement.yaml"])
def test_a_playbook_comes_with_its_letters_word_for_word(folder: Folder, config: Config, playbook: str) -> None:
    begun = begin_from(folder, "mine", None, playbook, playbooks(), READING)
    original = playbooks() / f"{playbook.removesuffix('.yaml')}.yaml"
    assert begun.path.read_bytes() == original.read_bytes()
    assert list(begun.made) == list(folder.draft(begun.path, READING).templates)
    for name in begun.made:
        assert (folder.templates / name).read_bytes() == (playbooks() / "templates" / name).read_bytes()
    assert check(folder.draft(begun.path, READING), folder, config) == ()


def test_a_letter_of_the_studios_own_stays(folder: Folder) -> None:
    (folder.templates / "quiet-rain.md").write_text("mine")
    begun = begin_from(folder, "mine", "Mine", "re-engagement", playbooks(), READING)
    assert begun.kept == ("quiet-rain.md",)
    assert (folder.templates / "quiet-rain.md").read_text() == "mine"
    assert right(begun.path.read_text(encoding="utf-8")).name == "Mine"


def test_an_unknown_playbook_suggests_one(folder: Folder) -> None:
    with pytest.raises(NoPlaybookError) as refused:
        begin_from(folder, "mine", None, "enquiry-welcome", playbooks(), READING)
    assert refused.value.hint == "did you mean 'inquiry-welcome'?"
    assert folder.files() == []


def test_what_cannot_be_begun_leaves_nothing_behind(folder: Folder) -> None:
    (folder.sequences / "taken.yml").write_text("mine")
    for identity, error in (("taken", SequenceExistsError), ("No Good", BadIdentityError)):
        with pytest.raises(error):
            begin_from(folder, identity, None, "inquiry-welcome", playbooks(), READING)
        with pytest.raises(error):
            begin_empty(folder, identity, None)
    with pytest.raises(BadNameError):
        begin_from(folder, "mine", "", "inquiry-welcome", playbooks(), READING)
    assert [path.name for path in folder.files()] == ["taken.yml"]
    assert folder.template_names() == []


def write(folder: Folder, name: str, text: str) -> Path:
    path = folder.sequences / f"{name}.yaml"
    path.write_text(text)
    return path


def test_templates_that_nobody_else_uses_are_named_and_left(studio: Studio) -> None:
    for path in studio.folder.files():
        path.unlink()
    shared = letter("x").replace("    body: |\n      x", "    template: shared.md\n")
    own = "  - {id: b, action: send_email, subject: Hello, template: own.md}\n"
    write(studio.folder, "other", shared)
    path = write(studio.folder, "mine", shared + own)
    for name in ("shared.md", "own.md"):
        (studio.folder.templates / name).write_text("Hello.")
    with studio.read() as session:
        removal = removal_of(session, studio.folder, studio.reading(), "mine")
    assert (removal.leads, removal.templates) == (0, ("own.md",))
    removal.source.remove()
    assert not path.exists()
    assert (studio.folder.templates / "own.md").exists()


def test_beside_a_broken_file_no_template_is_called_unused(studio: Studio) -> None:
    write(studio.folder, "broken", "name: [")
    with studio.read() as session:
        assert removal_of(session, studio.folder, studio.reading(), "inquiry-welcome").templates == ()


def test_a_file_that_changed_while_its_owner_was_asked_is_not_removed(studio: Studio) -> None:
    with studio.read() as session:
        removal = removal_of(session, studio.folder, studio.reading(), "inquiry-welcome")
    removal.source.path.write_text(f"name: theirs{STEPS}")
    with pytest.raises(ChangedUnderneathError):
        removal.source.remove()
    assert removal.source.path.read_text() == f"name: theirs{STEPS}"
