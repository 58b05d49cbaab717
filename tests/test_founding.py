"""Making a studio on a disk that fills up: what is half made does not stay, so that the next try makes it whole."""

import sqlite3
from datetime import UTC, datetime
from pathlib import Path

import pytest

from leadnurture import founding
from leadnurture.founding import Answers, found_studio
from leadnurture.store import migrations
from leadnurture.store.errors import DatabaseUnwritableError

ANSWERS = Answers("Hart & Holly", "Holly Hart", "holly@hart.example", "Europe/London", "GB", "GBP", "en_GB")
NOW = datetime(2027, 1, 4, tzinfo=UTC)


def test_a_database_without_what_ships_does_not_stay(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> None:
        raise DatabaseUnwritableError(tmp_path / "leadnurture.db", "database or disk is full")

    with monkeypatch.context() as patched:
        patched.setattr(founding.rules, "add_shipped", full)
        with pytest.raises(DatabaseUnwritableError):
            found_studio(tmp_path, ANSWERS, NOW, default=False)
    assert list(tmp_path.glob("leadnurture.db*")) == []
    assert "leadnurture.db" in found_studio(tmp_path, ANSWERS, NOW, default=False).made
    assert "leadnurture.db" in found_studio(tmp_path, ANSWERS, NOW, default=False).kept


def test_a_migration_that_sqlite_has_undone_by_itself_tells_the_reason(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(connection: sqlite3.Connection) -> None:
        connection.execute("ROLLBACK")  # what SQLite does when the disk is full
        raise sqlite3.OperationalError("database or disk is full")

    monkeypatch.setattr(migrations, "MIGRATIONS", (full,))
    with pytest.raises(DatabaseUnwritableError, match="disk is full; nothing was changed"):
        found_studio(tmp_path, ANSWERS, NOW, default=False)
    assert list(tmp_path.glob("leadnurture.db*")) == []
