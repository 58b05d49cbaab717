"""The real command: `backup`, and the backup that `run` makes once a day."""

import json
import sqlite3
from pathlib import Path

import pytest
from processes import Leadnurture
from studios import rows, studio_with_letters_due


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return studio_with_letters_due(tmp_path / "studio", 3)


def integrity(path: Path) -> str:
    connection = sqlite3.connect(path)
    try:
        return str(connection.execute("PRAGMA integrity_check").fetchone()[0])
    finally:
        connection.close()


def test_a_backup_goes_into_the_studios_folder_or_where_one_says(leadnurture: Leadnurture, root: Path) -> None:
    leadnurture = Leadnurture(root)
    done = leadnurture("backup")
    assert done.returncode == 0
    assert done.stdout == ""
    (made,) = (root / "backups").iterdir()
    assert f"Backed up to {made}" in done.stderr
    assert f"leadnurture restore {made}" in done.stderr
    told = json.loads(leadnurture("backup", "here.db", "--json").stdout)
    assert told == {"success": True, "data": {"file": str(root / "here.db"), "bytes": made.stat().st_size}}
    assert integrity(root / "here.db") == "ok"


def test_a_backup_needs_no_configuration_that_can_be_read(root: Path) -> None:
    (root / "leadnurture.toml").write_text("[studio\n")
    assert Leadnurture(root)("backup", "here.db").returncode == 0


def test_a_full_disk_is_said_and_leaves_nothing(root: Path) -> None:
    done = Leadnurture(root)("backup", "here.db", room=30_000)
    assert done.returncode == 14
    assert "no backup was made" in done.stderr
    assert "Traceback" not in done.stderr
    assert not list(root.glob("*here.db*"))


def test_run_makes_one_a_day_before_it_does_anything(root: Path) -> None:
    leadnurture = Leadnurture(root)
    assert leadnurture("run", "--once").returncode == 0
    (made,) = (root / "backups").iterdir()
    assert made.name.startswith("leadnurture-daily-")
    copy = sqlite3.connect(made)
    assert copy.execute("SELECT count(*) FROM outbox").fetchone() == (0,)
    copy.close()
    assert rows(root, "SELECT count(*) FROM outbox") == [(3,)]
    assert leadnurture("run", "--once").returncode == 0
    assert list((root / "backups").iterdir()) == [made]


def test_letters_go_out_although_no_backup_can_be_made(root: Path) -> None:
    (root / "backups").write_text("a file where the folder belongs")
    done = Leadnurture(root)("run", "--once")
    assert done.returncode == 0
    assert "no backup was made" in done.stderr
    assert len(list((root / "outbox").iterdir())) == 3
