import re
import sqlite3
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import create_engine
from sqlmodel import SQLModel

import leadnurture.store.tables  # noqa: F401 - registers all tables
from leadnurture.store import migrations
from leadnurture.store.database import create_database, open_database
from leadnurture.store.files import APPLICATION_ID, connect

NOW = datetime(2027, 1, 4, tzinfo=UTC)


def described(connection: sqlite3.Connection) -> dict[str, object]:
    """All that makes a schema: columns, keys, indexes, foreign keys and checks of every table."""
    names = [
        row[0]
        for row in connection.execute(
            "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'"
        )
    ]
    return {name: _table(connection, name) for name in sorted(names)}


def programs(connection: sqlite3.Connection) -> list[tuple[str, str]]:
    """Views, triggers and the index of words, word for word."""
    kept = "type IN ('view', 'trigger') OR sql LIKE 'CREATE VIRTUAL%'"
    return connection.execute(f"SELECT name, sql FROM sqlite_master WHERE {kept} ORDER BY name").fetchall()


def _table(connection: sqlite3.Connection, name: str) -> dict[str, object]:
    sql = connection.execute("SELECT sql FROM sqlite_master WHERE name = ?", (name,)).fetchone()[0]
    indexes = {}
    for _, index, unique, origin, partial in connection.execute(f"PRAGMA index_list({name})").fetchall():
        columns = [tuple(row[1:4]) for row in connection.execute(f"PRAGMA index_xinfo({index})")]
        where = (
            connection.execute("SELECT sql FROM sqlite_master WHERE name = ?", (index,)).fetchone()[0]
            if partial
            else None
        )
        indexes[index] = (unique, origin, where and where.partition("WHERE")[2].strip(), columns)
    return {
        "columns": connection.execute(f"PRAGMA table_xinfo({name})").fetchall(),
        "indexes": indexes,
        "foreign": sorted(connection.execute(f"PRAGMA foreign_key_list({name})").fetchall()),
        "checks": sorted(re.findall(r"CHECK \((.*?)\)\n|CHECK \((.*?)\),", sql)),
        "autoincrement": "AUTOINCREMENT" in sql,
    }


def test_a_migrated_file_and_a_fresh_one_from_the_tables_have_the_same_schema(tmp_path: Path) -> None:
    migrated = tmp_path / "migrated.db"
    create_database(migrated, NOW)
    engine = create_engine(f"sqlite:///{tmp_path / 'fresh.db'}")
    SQLModel.metadata.create_all(engine)
    engine.dispose()
    with_migrations, fresh = sqlite3.connect(migrated), sqlite3.connect(tmp_path / "fresh.db")
    assert described(with_migrations) == described(fresh)
    assert programs(with_migrations) == programs(fresh)
    assert len(described(fresh)) >= 15
    with_migrations.close()
    fresh.close()


def test_migrating_goes_step_by_step_each_recorded_with_a_backup_first(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "leadnurture.db"
    create_database(path, NOW)

    def later(connection: sqlite3.Connection) -> None:
        connection.execute("CREATE TABLE later (id INTEGER)")

    monkeypatch.setattr(migrations, "MIGRATIONS", (*migrations.MIGRATIONS, later))
    monkeypatch.setattr(migrations, "LATEST", migrations.LATEST + 1)
    connection = connect(path)
    assert migrations.migrate(connection, path, NOW) == 1
    assert migrations.version_of(connection) == migrations.LATEST
    connection.close()
    (backup,) = (tmp_path / "backups").iterdir()
    old = sqlite3.connect(backup)
    assert old.execute("PRAGMA user_version").fetchone()[0] == migrations.LATEST - 1
    assert old.execute("SELECT count(*) FROM sqlite_master WHERE name = 'later'").fetchone()[0] == 0
    old.close()


def test_a_migration_that_fails_leaves_the_file_as_it_was(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "leadnurture.db"
    create_database(path, NOW)

    def broken(connection: sqlite3.Connection) -> None:
        connection.execute("CREATE TABLE half (id INTEGER)")
        raise RuntimeError("power cut")

    monkeypatch.setattr(migrations, "MIGRATIONS", (*migrations.MIGRATIONS, broken))
    connection = connect(path)
    with pytest.raises(RuntimeError):
        migrations.migrate(connection, path, NOW)
    assert migrations.version_of(connection) == migrations.LATEST
    assert connection.execute("SELECT count(*) FROM sqlite_master WHERE name = 'half'").fetchone()[0] == 0
    connection.close()


def test_every_connection_is_set_for_safety(tmp_path: Path) -> None:
    path = tmp_path / "leadnurture.db"
    create_database(path, NOW)
    assert path.stat().st_mode & 0o777 == 0o600
    database = open_database(path, NOW)
    with database.read() as session:
        names = ("journal_mode", "synchronous", "foreign_keys", "application_id", "user_version", "busy_timeout")
        pragma = {name: session.connection().exec_driver_sql(f"PRAGMA {name}").scalar() for name in names}
    database.close()
    assert pragma["journal_mode"] == "delete"
    assert pragma["synchronous"] == 3  # EXTRA
    assert pragma["foreign_keys"] == 1
    assert pragma["application_id"] == APPLICATION_ID
    assert pragma["user_version"] == migrations.LATEST
    assert pragma["busy_timeout"] >= 5000
