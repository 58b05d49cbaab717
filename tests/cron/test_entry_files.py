"""An entry's file is whole or as it was, and only its owner reads it."""

import os
from pathlib import Path

import pytest

from leadnurture.cron.files import UnwritableEntryError, write


def test_nothing_is_left_behind_where_it_cannot_be_put_in_its_place(tmp_path: Path) -> None:
    (tmp_path / "units" / "one.timer").mkdir(parents=True)
    with pytest.raises(UnwritableEntryError, match=r"one\.timer cannot be written"):
        write(tmp_path / "units" / "one.timer", "[Timer]\n")
    assert [path.name for path in (tmp_path / "units").iterdir()] == ["one.timer"]


def test_it_is_its_owners_alone_whatever_files_usually_are_here(tmp_path: Path) -> None:
    usual = os.umask(0)
    try:
        write(tmp_path / "units" / "one.timer", "[Timer]\n")
    finally:
        os.umask(usual)
    assert (tmp_path / "units" / "one.timer").stat().st_mode & 0o777 == 0o600
