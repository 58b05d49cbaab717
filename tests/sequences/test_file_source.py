"""A file is rewritten whole, in one move, and only if it still holds what was read."""

import stat
from pathlib import Path

import pytest

from leadnurture.errors import ConfigurationError, ConflictError
from leadnurture.sequences.file_life.source_file import ChangedUnderneathError, SourceFile, write_new


@pytest.fixture
def source(tmp_path: Path) -> SourceFile:
    path = tmp_path / "welcome.yaml"
    path.write_text("name: old\n")
    return SourceFile.read(path)


def test_a_file_that_changed_after_it_was_read_is_left_as_it_is(source: SourceFile) -> None:
    source.path.write_text("name: theirs\n")
    for change in (lambda: source.rewrite("name: mine\n"), source.remove):
        with pytest.raises(ChangedUnderneathError) as refused:
            change()
        assert isinstance(refused.value, ConflictError)
        assert source.path.read_text() == "name: theirs\n"
    assert [path.name for path in source.path.parent.iterdir()] == ["welcome.yaml"]


def test_a_file_that_was_removed_after_it_was_read_is_not_made_again(source: SourceFile) -> None:
    source.path.unlink()
    for change in (lambda: source.rewrite("name: mine\n"), source.remove):
        with pytest.raises((ChangedUnderneathError, ConfigurationError)):
            change()
    assert list(source.path.parent.iterdir()) == []


def test_its_mode_stays(source: SourceFile) -> None:
    source.path.chmod(0o640)
    source.rewrite("name: new\n")
    assert source.path.read_text() == "name: new\n"
    assert stat.S_IMODE(source.path.stat().st_mode) == 0o640
    assert [path.name for path in source.path.parent.iterdir()] == ["welcome.yaml"]


def test_behind_a_link_the_target_changes_and_the_link_stays(source: SourceFile, tmp_path: Path) -> None:
    (tmp_path / "link.yaml").symlink_to("welcome.yaml")
    SourceFile.read(tmp_path / "link.yaml").rewrite("name: new\n")
    assert (tmp_path / "link.yaml").is_symlink()
    assert source.path.read_text() == "name: new\n"


def test_what_cannot_be_read_is_told(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="cannot be read"):
        SourceFile.read(tmp_path / "nowhere.yaml")


def test_a_new_file_never_replaces_one(source: SourceFile, tmp_path: Path) -> None:
    with pytest.raises(FileExistsError):
        write_new(source.path, b"mine")
    assert source.path.read_text() == "name: old\n"
    write_new(tmp_path / "templates" / "new.md", b"mine")
    assert (tmp_path / "templates" / "new.md").read_bytes() == b"mine"
