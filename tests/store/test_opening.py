import sqlite3
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest
from leadnurture.store.tables.source import Source
from sqlalchemy.exc import IntegrityError, StatementError
from sqlmodel import select

from leadnurture.errors import LeadnurtureError
from leadnurture.store.database import Database, create_database, open_database
from leadnurture.store.due import look
from leadnurture.store.errors import NewerDatabaseError, NoDatabaseError, NotADatabaseError
from leadnurture.store.vocabulary import SourceCategory

NOW = datetime(2027, 1, 4, tzinfo=UTC)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    made = tmp_path / "leadnurture.db"
    create_database(made, NOW)
    return made


@pytest.fixture
def database(path: Path):
    opened = open_database(path, NOW)
    yield opened
    opened.close()


def source(name: str = "website", at: datetime = NOW) -> Source:
    return Source(source_name=name, source_category=SourceCategory.DIRECT, created_at=at, updated_at=at)


@pytest.mark.parametrize("opening", [lambda path: open_database(path, NOW), lambda path: look(path, NOW, "")])
class TestWhatIsNoDatabase:
    def test_a_missing_file_says_how_to_make_one(self, tmp_path: Path, opening) -> None:
        with pytest.raises(NoDatabaseError, match="there is no database"):
            opening(tmp_path / "leadnurture.db")

    def test_a_folder_in_its_place(self, tmp_path: Path, opening) -> None:
        (tmp_path / "leadnurture.db").mkdir()
        with pytest.raises(NotADatabaseError, match="it is a folder"):
            opening(tmp_path / "leadnurture.db")

    def test_another_kind_of_file(self, tmp_path: Path, opening) -> None:
        (tmp_path / "leadnurture.db").write_bytes(b"PK\x03\x04 this is a spreadsheet" * 100)
        with pytest.raises(NotADatabaseError, match="not a leadnurture database"):
            opening(tmp_path / "leadnurture.db")

    def test_another_programs_database(self, tmp_path: Path, opening) -> None:
        other = sqlite3.connect(tmp_path / "leadnurture.db")
        other.execute("CREATE TABLE places (id INTEGER)")
        other.close()
        with pytest.raises(NotADatabaseError):
            opening(tmp_path / "leadnurture.db")

    def test_a_file_of_a_newer_program_is_left_alone(self, path: Path, opening) -> None:
        connection = sqlite3.connect(path)
        connection.execute("PRAGMA user_version=999")
        connection.close()
        before = path.read_bytes()
        with pytest.raises(NewerDatabaseError, match="schema version 999"):
            opening(path)
        assert path.read_bytes() == before


def test_a_change_is_written_whole_or_not_at_all(database: Database) -> None:
    def half_way() -> None:
        with database.write() as session:
            session.add(source("first"))
            session.flush()
            raise RuntimeError("power cut")

    with pytest.raises(RuntimeError):
        half_way()
    with database.read() as session:
        assert session.exec(select(Source)).all() == []


def test_a_writer_that_waits_too_long_is_told_that_the_studio_is_busy(database: Database, path: Path) -> None:
    other = sqlite3.connect(path, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    try:
        with database.read() as session:  # readers are not held up
            session.connection().exec_driver_sql("PRAGMA busy_timeout=10")
            assert session.exec(select(Source)).all() == []
        with pytest.raises(LeadnurtureError, match="is in use: another command or program") as caught, database.write():
            raise AssertionError("two writers at once")
        assert caught.value.exit_code == 13
    finally:
        other.close()


def test_a_file_that_became_read_only_is_an_error_and_not_a_traceback(database: Database) -> None:
    def write() -> None:
        with database.write() as session:
            session.connection().exec_driver_sql("PRAGMA query_only=ON")
            session.add(source())

    with pytest.raises(LeadnurtureError, match="nothing was changed") as caught:
        write()
    assert caught.value.exit_code == 14


def test_words_that_are_not_in_the_list_are_refused_by_the_file_itself(database: Database) -> None:
    with database.write() as session:
        session.add(source())
    with pytest.raises(IntegrityError), database.write() as session:
        session.connection().exec_driver_sql("UPDATE lead_sources SET source_category = 'pigeon'")


def test_instants_are_aware_and_come_back_in_utc(database: Database) -> None:
    tokyo = NOW.astimezone(timezone(timedelta(hours=9)))
    with database.write() as session:
        session.add(source(at=tokyo))
    with database.read() as session:
        stored = session.exec(select(Source)).one()
        assert stored.created_at == NOW
        assert stored.created_at.tzinfo is UTC
    with pytest.raises(StatementError, match="without a time zone"), database.write() as session:
        session.add(source("naive", at=datetime(2027, 1, 4)))  # noqa: DTZ001
