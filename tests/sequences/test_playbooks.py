"""The sequences that ship with the product: right in every respect, and for every lead."""

from pathlib import Path

import pytest
from letter_filling import names_of
from sequence_texts import READING

from leadnurture.config import Config
from leadnurture.engine.personalize import fill_letter, fill_line, fill_plain
from leadnurture.founding import playbooks
from leadnurture.sequences.check import check
from leadnurture.sequences.folder import Draft, Folder
from leadnurture.sequences.sequence import Sequence
from leadnurture.sequences.texts import TextKind
from leadnurture.sequences.words import compile_words

FILES = sorted(playbooks().glob("*.yaml"))
FILLS = {TextKind.LINE: fill_line, TextKind.PLAIN: fill_plain, TextKind.LETTER: fill_letter}


@pytest.fixture
def shipped(folder: Folder) -> Folder:
    """Return a studio's folder with the playbooks in it."""
    for path in (*FILES, *(playbooks() / "templates").glob("*")):
        target = folder.templates if path.suffix == ".md" else folder.sequences
        (target / path.name).write_bytes(path.read_bytes())
    return folder


def draft_of(name: str, shipped: Folder) -> Draft:
    return shipped.draft(shipped.sequences / name, READING)


def sequence_of(draft: Draft) -> Sequence:
    assert draft.sequence is not None, draft.parsed.problems
    return draft.sequence


def test_there_are_playbooks() -> None:
    assert [path.stem for path in FILES] == ["inquiry-welcome", "proposal-follow-up", "re-engagement"]


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_a_playbook_has_no_problem_and_no_warning(path: Path, shipped: Folder, config: Config) -> None:
    assert check(draft_of(path.name, shipped), shipped, config) == ()


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_a_playbook_has_words_for_a_lead_of_whom_only_an_address_is_known(
    path: Path, shipped: Folder, config: Config
) -> None:
    draft = draft_of(path.name, shipped)
    words = compile_words(sequence_of(draft), draft.templates)
    bare = config.model_copy(update={"owner": config.owner.model_copy(update={"phone": None})})
    for compiled in words.values():
        filled = FILLS[compiled.kind](compiled, names_of(bare))
        for part in (filled,) if isinstance(filled, str) else filled:
            assert not any(trace in part for trace in ("{{", "{%", "None", " ,"))


def test_every_letter_in_the_playbooks_is_sent_by_one_of_them(shipped: Folder) -> None:
    used = {name for path in FILES for name in draft_of(path.name, shipped).templates}
    assert used == set(shipped.template_names())
