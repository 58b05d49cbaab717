"""What differs between the files and what was applied, and that an applied version keeps its own words."""

import subprocess
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sequence_texts import READING, STEPS, step
from sqlmodel import Session, col, select

from leadnurture.sequences.folder import Folder
from leadnurture.sequences.versions import Difference, commit_of, compare, current, record
from leadnurture.store.database import create_database, open_database
from leadnurture.store.tables.sequence import SequenceRow, SequenceStep, SequenceVersion

NOW = datetime(2027, 1, 4, 9, tzinfo=UTC)
LETTER = step("id: hello\naction: send_email\nsubject: Hello\ntemplate: hello.md")


@pytest.fixture
def session(tmp_path: Path) -> Iterator[Session]:
    """Return a session of a new database."""
    create_database(tmp_path / "studio.db", NOW)
    database = open_database(tmp_path / "studio.db", NOW)
    with database.write() as session:
        yield session
    database.close()


@pytest.fixture
def welcome(folder: Folder) -> Path:
    """Return a sequence file with one letter from a template."""
    (folder.templates / "hello.md").write_text("Hello.\n")
    path = folder.sequences / "welcome.yaml"
    path.write_text(LETTER)
    return path


def differences(session: Session, folder: Folder) -> dict[str, Difference]:
    return {one.identity: one.difference for one in compare(session, folder.drafts(READING))}


def apply_all(session: Session, folder: Folder, now: datetime = NOW) -> list[SequenceVersion]:
    drafts = list(folder.drafts(READING))
    return [record(session, draft, draft.sequence, now, None) for draft in drafts if draft.sequence]


def test_a_file_that_was_never_applied_is_new(session: Session, folder: Folder, welcome: Path) -> None:
    assert differences(session, folder) == {"welcome": Difference.NEW}


def test_a_file_is_unchanged_after_it_was_applied(session: Session, folder: Folder, welcome: Path) -> None:
    apply_all(session, folder)
    assert differences(session, folder) == {"welcome": Difference.UNCHANGED}


def test_another_word_in_the_file_is_a_change(session: Session, folder: Folder, welcome: Path) -> None:
    apply_all(session, folder)
    welcome.write_text(LETTER + "# a remark\n")
    assert differences(session, folder) == {"welcome": Difference.CHANGED}


def test_another_word_in_a_template_is_a_change(session: Session, folder: Folder, welcome: Path) -> None:
    apply_all(session, folder)
    (folder.templates / "hello.md").write_text("Hello!\n")
    assert differences(session, folder) == {"welcome": Difference.CHANGED}


def test_a_template_of_another_sequence_changes_nothing(session: Session, folder: Folder, welcome: Path) -> None:
    apply_all(session, folder)
    (folder.templates / "other.md").write_text("Hello!\n")
    assert differences(session, folder) == {"welcome": Difference.UNCHANGED}


def test_words_put_back_are_unchanged_again(session: Session, folder: Folder, welcome: Path) -> None:
    apply_all(session, folder)
    welcome.write_text(LETTER + "# a remark\n")
    welcome.write_text(LETTER)
    assert differences(session, folder) == {"welcome": Difference.UNCHANGED}


def test_a_broken_file_is_a_change_and_no_deletion(session: Session, folder: Folder, welcome: Path) -> None:
    apply_all(session, folder)
    welcome.write_text("name: [")
    assert differences(session, folder) == {"welcome": Difference.CHANGED}


def test_an_applied_sequence_without_a_file_is_deleted(session: Session, folder: Folder, welcome: Path) -> None:
    apply_all(session, folder)
    welcome.unlink()
    assert differences(session, folder) == {"welcome": Difference.DELETED}


def test_a_deleted_sequence_is_told_once_and_comes_back_with_its_file(
    session: Session, folder: Folder, welcome: Path
) -> None:
    apply_all(session, folder)
    session.get_one(SequenceRow, "welcome").deleted_at = NOW
    assert differences(session, folder) == {"welcome": Difference.RETURNED}
    welcome.unlink()
    assert differences(session, folder) == {}


def test_versions_are_counted_and_the_newest_is_the_current_one(
    session: Session, folder: Folder, welcome: Path
) -> None:
    apply_all(session, folder)
    welcome.write_text(LETTER.replace("subject: Hello", "subject: Welcome"))
    apply_all(session, folder, NOW + timedelta(days=1))
    row = session.get_one(SequenceRow, "welcome")
    versions = session.exec(select(SequenceVersion).order_by(col(SequenceVersion.number))).all()
    assert [(version.number, version.applied_at) for version in versions] == [(1, NOW), (2, NOW + timedelta(days=1))]
    assert (row.current_version, current(session, row).number) == (2, 2)
    assert (row.created_at, row.updated_at) == (NOW, NOW + timedelta(days=1))


def test_a_version_keeps_its_words_whatever_becomes_of_the_files(
    session: Session, folder: Folder, welcome: Path
) -> None:
    (version,) = apply_all(session, folder)
    (folder.templates / "hello.md").write_text("Something else.\n")
    welcome.write_text(f"name: Something else\n{STEPS}")
    session.refresh(version)
    assert (version.source, version.templates) == (LETTER, {"hello.md": "Hello.\n"})


def test_a_version_has_its_steps_in_order(session: Session, folder: Folder) -> None:
    sleeping = "  - id: later\n    action: wait_delay\n    delay: 1d\n    active: false\n"
    (folder.sequences / "welcome.yaml").write_text(f"name: Welcome{STEPS}{sleeping}")
    apply_all(session, folder)
    steps = session.exec(select(SequenceStep).order_by(col(SequenceStep.step_order))).all()
    assert [(one.step_key, one.step_name, one.step_type, one.is_active) for one in steps] == [
        ("wait", "Wait", "wait_delay", True),
        ("later", "Later", "wait_delay", False),
    ]


def git(folder: Path, *words: str) -> str:
    identity = ["-c", "user.name=Holly", "-c", "user.email=holly@hart.example", "-c", "commit.gpgsign=false"]
    done = subprocess.run(["git", "-C", str(folder), *identity, *words], capture_output=True, text=True, check=True)
    return done.stdout.strip()


def test_a_folder_outside_git_has_no_commit(folder: Folder, welcome: Path) -> None:
    assert commit_of(folder.root, [welcome]) is None


def test_a_commit_is_named_only_for_words_that_are_in_it(folder: Folder, welcome: Path) -> None:
    git(folder.root, "init", "-q")
    assert commit_of(folder.root, [welcome]) is None
    git(folder.root, "add", "sequences")
    git(folder.root, "commit", "-q", "-m", "Greet")
    template = folder.templates / "hello.md"
    assert commit_of(folder.root, [welcome]) == git(folder.root, "rev-parse", "HEAD")
    assert commit_of(folder.root, [welcome, template]) is None
    welcome.write_text(LETTER + "# a remark\n")
    assert commit_of(folder.root, [welcome]) is None
