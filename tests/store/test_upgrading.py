"""A studio that any earlier schema wrote goes on as if nothing had happened: nothing twice, nothing lost."""

import gzip
import re
import signal
import sqlite3
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from contextlib import closing
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from mail_server import Server, listening

from leadnurture.clock import VirtualClock
from leadnurture.engine.events import ignore
from leadnurture.engine.tick import tick
from leadnurture.store.due import instant
from leadnurture.store.migrations import LATEST
from leadnurture.studio import Studio

STORED = {int(path.name[1:-6]): path for path in (Path(__file__).parent / "studios").glob("v*.db.gz")}
STILL_TO_COME = ["due@example.org", "fresh@example.org", "queued@example.org"]  # whose first letter had not gone
DAY = timedelta(days=1)
Rows = dict[str, list[dict[str, object]]]


@pytest.fixture(params=sorted(STORED))
def version(request: pytest.FixtureRequest) -> int:
    return int(request.param)


@pytest.fixture
def stored(root: Path, version: int) -> Path:
    """A studio's folder with a stored file in the database's place."""
    file = root / "leadnurture.db"
    file.write_bytes(gzip.decompress(STORED[version].read_bytes()))
    file.chmod(0o600)
    return root


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[Server]:
    with listening() as (server, port):
        for key, value in {"HOST": "127.0.0.1", "PORT": str(port), "SECURITY": "none"}.items():
            monkeypatch.setenv(f"LEADNURTURE_MAIL__SMTP__{key}", value)
        monkeypatch.setenv("LEADNURTURE_MAIL__TRANSPORT", "smtp")
        yield server


def content(path: Path) -> Rows:
    """All rows of all tables, in their order."""
    with closing(sqlite3.connect(path)) as connection:
        connection.row_factory = sqlite3.Row
        names = "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'"
        tables = [row[0] for row in connection.execute(names)]
        return {name: [dict(row) for row in connection.execute(f"SELECT * FROM {name}")] for name in tables}


def last_moment(path: Path) -> datetime:
    with closing(sqlite3.connect(path)) as connection:
        found = instant(connection.execute("SELECT max(updated_at) FROM sequence_executions").fetchone()[0])
    assert found is not None
    return found


def pragma(path: Path, name: str) -> list[tuple[object, ...]]:
    with closing(sqlite3.connect(path)) as connection:
        return connection.execute(f"PRAGMA {name}").fetchall()


def test_every_schema_before_this_one_has_a_stored_file() -> None:
    missing = set(range(1, LATEST)) - set(STORED)
    assert missing == set(), "run tests/store/studios/make.py in the commit before the migration"


def test_opening_backs_up_migrates_and_keeps_what_every_row_said(stored: Path, version: int) -> None:
    path = stored / "leadnurture.db"
    before = content(path)
    assert sum(map(len, before.values())) > 200
    with Studio.open(stored, VirtualClock(last_moment(path))):
        pass
    assert pragma(path, "user_version") == [(LATEST,)]
    assert pragma(path, "integrity_check") == [("ok",)]
    assert pragma(path, "foreign_key_check") == []
    after = content(path)
    for table, rows in before.items():
        kept = [{name: row[name] for name in rows[0]} for row in after[table]] if rows else []
        assert kept == rows, table
    backups = list((stored / "backups").glob("*before-v*"))
    assert len(backups) == (1 if version < LATEST else 0)
    for backup in backups:
        assert content(backup) == before


def test_the_next_ticks_send_what_was_still_to_come_once_and_nothing_that_had_gone(
    stored: Path, server: Server
) -> None:
    path = stored / "leadnurture.db"
    before = content(path)
    clock = VirtualClock(last_moment(path) + timedelta(hours=1))
    with Studio.open(stored, clock) as studio:
        for _ in range(3):
            tick(studio.engine, ignore)
            clock.advance(DAY)
    assert sorted(address for address, _ in server.taken) == STILL_TO_COME
    messages = {row["message_id"]: row for row in content(path)["outbox"]}
    states = Counter(row["state"] for row in before["outbox"])
    for row in before["outbox"]:
        known = messages.pop(row["message_id"])
        expected = {"queued": "sent", "in_doubt": "parked"}.get(str(row["state"]), row["state"])
        assert (known["state"], known["content"]) == (expected, row["content"]), row["message_id"]
        if row["state"] == "sent":
            assert known["sent_at"] == row["sent_at"]
    assert [row["state"] for row in messages.values()] == ["sent"]
    assert {"sent", "queued", "in_doubt", "parked", "refused"} <= set(states)


def test_walks_that_were_under_way_go_on_where_they_were(stored: Path, server: Server) -> None:
    path = stored / "leadnurture.db"
    clock = VirtualClock(last_moment(path) + timedelta(hours=1))
    with Studio.open(stored, clock) as studio:
        for _ in range(3):
            tick(studio.engine, ignore)
            clock.advance(DAY)
    executions = Counter((row["enrollment_id"], row["step_key"]) for row in content(path)["sequence_executions"])
    assert set(executions.values()) == {1}
    walks = {row["lead_id"]: row for row in content(path)["lead_nurture_enrollments"]}
    leads = {str(row["primary_email"]).partition("@")[0]: row["id"] for row in content(path)["leads"]}
    assert {walks[leads[name]]["current_step"] for name in ("sent", "queued", "fresh", "due")} == {"answer"}
    assert walks[leads["paused"]]["status"] == "paused"
    assert walks[leads["held"]]["held_reason"] is not None


def test_a_process_that_is_killed_in_the_middle_of_a_migration_leaves_the_old_file(stored: Path, version: int) -> None:
    path = stored / "leadnurture.db"
    before = content(path)
    script = f"""
import os, signal
from datetime import UTC, datetime
from pathlib import Path
from leadnurture.store import database, migrations
def half(connection):
    connection.execute("PRAGMA cache_spill=1")
    connection.execute("CREATE TABLE half (words TEXT)")
    connection.execute("UPDATE leads SET primary_email = 'lost' || id")
    connection.executemany("INSERT INTO half VALUES (?)", [("x" * 4000,)] * 3000)  # more than SQLite keeps in memory
    os.kill(os.getpid(), signal.SIGKILL)
migrations.MIGRATIONS = (*migrations.MIGRATIONS[:{version}], half)
migrations.LATEST = {version} + 1
database.open_database(Path({str(path)!r}), datetime(2026, 4, 1, tzinfo=UTC))
"""
    killed = subprocess.run([sys.executable, "-c", script], capture_output=True, check=False)
    assert killed.returncode == -signal.SIGKILL, killed.stderr.decode()
    assert path.with_name("leadnurture.db-journal").exists()
    assert content(path) == before
    assert pragma(path, "user_version") == [(version,)]
    (backup,) = (stored / "backups").iterdir()
    assert re.search(f"before-v{version + 1}-", backup.name)
    assert content(backup) == before
    with Studio.open(stored, VirtualClock(last_moment(path))):
        pass
    assert pragma(path, "user_version") == [(LATEST,)]
