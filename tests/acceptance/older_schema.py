"""A studio's database as the first released schema holds it."""

import sqlite3
from contextlib import closing
from pathlib import Path

from leadnurture.store.files import create_file
from leadnurture.store.migrations import m0001_first


def write_by_first_schema(root: Path) -> None:
    """Rewrite the studio's database by the first schema, with all that it can hold of the present one."""
    present, older = root / "leadnurture.db", root / "older.db"
    with closing(create_file(older)) as connection:
        m0001_first.apply(connection)
        connection.execute("PRAGMA foreign_keys=OFF")
        connection.execute("ATTACH ? AS present", [str(present)])
        for (table,) in connection.execute("SELECT name FROM main.sqlite_master WHERE type = 'table'").fetchall():
            columns = ", ".join(row[1] for row in connection.execute(f"PRAGMA main.table_info({table})"))
            connection.execute(f"DELETE FROM main.{table}")
            connection.execute(f"INSERT INTO main.{table} ({columns}) SELECT {columns} FROM present.{table}")
        connection.execute("PRAGMA user_version=1")
    older.replace(present)


def whole_or_empty(backup: Path) -> bool:
    """Tell whether a backup can be relied on, or is nothing that anybody would take for one."""
    if not backup.stat().st_size:
        return True
    with closing(sqlite3.connect(backup)) as connection:
        return connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
