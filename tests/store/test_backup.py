"""A backup is whole or not there, overwrites nothing, and works while somebody writes."""

import os
import sqlite3
from contextlib import closing
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leadnurture.store.backup.copying import back_up
from leadnurture.store.backup.daily import back_up_daily
from leadnurture.store.backup.errors import BackupExistsError, BackupFailedError, DamagedDatabaseError
from leadnurture.store.backup.keeping import to_keep
from leadnurture.store.backup.names import backups_of, new_name
from leadnurture.store.database import create_database, open_database
from leadnurture.store.errors import NoDatabaseError
from leadnurture.store.files import connect

NOW = datetime(2027, 1, 4, 10, tzinfo=UTC)
LONDON = ZoneInfo("Europe/London")
AUCKLAND = ZoneInfo("Pacific/Auckland")


@pytest.fixture
def path(tmp_path: Path) -> Path:
    made = tmp_path / "studio" / "leadnurture.db"
    made.parent.mkdir()
    create_database(made, NOW)
    return made


def fill(path: Path, rows: int) -> None:
    """Put so much into a database that copying takes more than one piece."""
    with closing(connect(path)) as connection:
        connection.execute("CREATE TABLE padding (id INTEGER PRIMARY KEY, words TEXT)")
        connection.execute("BEGIN")
        connection.executemany(
            "INSERT INTO padding (words) VALUES (?)", ((f"{number:>2000}",) for number in range(rows))
        )
        connection.execute("COMMIT")


def break_a_page(path: Path) -> None:
    """Overwrite a page in the middle of the file."""
    with path.open("rb+") as file:
        file.seek(path.stat().st_size // 2 // 4096 * 4096)
        file.write(b"\xff" * 4096)


def names(folder: Path) -> list[str]:
    return sorted(entry.name for entry in folder.iterdir())


class TestOneBackup:
    def test_it_is_the_same_database_and_readable_by_its_owner_alone(self, path: Path, tmp_path: Path) -> None:
        fill(path, 10)
        back_up(path, tmp_path / "copy.db")
        assert (tmp_path / "copy.db").stat().st_mode & 0o777 == 0o600
        open_database(tmp_path / "copy.db", NOW).close()
        with closing(sqlite3.connect(tmp_path / "copy.db")) as copy:
            assert copy.execute("SELECT count(*) FROM padding").fetchone() == (10,)

    def test_it_never_overwrites(self, path: Path, tmp_path: Path) -> None:
        (tmp_path / "precious").write_text("mine")
        with pytest.raises(BackupExistsError, match="overwrites nothing") as caught:
            back_up(path, tmp_path / "precious")
        assert caught.value.exit_code == 12
        assert (tmp_path / "precious").read_text() == "mine"
        with pytest.raises(BackupExistsError, match="is a folder"):
            back_up(path, tmp_path)

    def test_it_sees_one_state_while_another_process_waits_to_write(self, path: Path, tmp_path: Path) -> None:
        fill(path, 10_000)
        refused = 0

        def somebody_writes(done: int, total: int) -> None:
            nonlocal refused
            with closing(sqlite3.connect(path, isolation_level=None, timeout=0)) as other:
                try:
                    other.execute("DELETE FROM padding")
                except sqlite3.OperationalError:
                    refused += 1

        back_up(path, tmp_path / "copy.db", somebody_writes)
        assert refused >= 2, "the copy was made in one piece, so this shows nothing"
        with closing(sqlite3.connect(tmp_path / "copy.db")) as copy:
            assert copy.execute("SELECT count(*) FROM padding").fetchone() == (10_000,)

    def test_it_waits_for_no_writer_that_has_not_committed(self, path: Path, tmp_path: Path) -> None:
        fill(path, 1)
        with closing(connect(path)) as other:
            other.execute("BEGIN IMMEDIATE")
            other.execute("DELETE FROM padding")
            back_up(path, tmp_path / "copy.db")
            other.execute("ROLLBACK")
        with closing(sqlite3.connect(tmp_path / "copy.db")) as copy:
            assert copy.execute("SELECT count(*) FROM padding").fetchone() == (1,)

    def test_a_damaged_database_is_said_to_be_damaged_and_leaves_no_backup(self, path: Path, tmp_path: Path) -> None:
        fill(path, 3000)
        break_a_page(path)
        with pytest.raises(DamagedDatabaseError, match="is damaged") as caught:
            back_up(path, tmp_path / "copy.db")
        assert "restore" in (caught.value.hint or "")
        assert names(tmp_path) == ["studio"]

    def test_one_that_is_broken_off_leaves_nothing(self, path: Path, tmp_path: Path) -> None:
        def stop(done: int, total: int) -> None:
            raise KeyboardInterrupt

        with pytest.raises(KeyboardInterrupt):
            back_up(path, tmp_path / "copy.db", stop)
        assert names(tmp_path) == ["studio"]

    def test_without_a_database_none_is_made(self, tmp_path: Path) -> None:
        with pytest.raises(NoDatabaseError):
            back_up(tmp_path / "leadnurture.db", tmp_path / "copy.db")
        assert names(tmp_path) == []

    def test_a_folder_that_is_not_there_is_named(self, path: Path, tmp_path: Path) -> None:
        with pytest.raises(BackupFailedError, match="nowhere") as caught:
            back_up(path, tmp_path / "nowhere" / "copy.db")
        assert caught.value.exit_code == 14

    @pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
    def test_a_folder_that_cannot_be_written_is_named(self, path: Path, tmp_path: Path) -> None:
        (tmp_path / "closed").mkdir(mode=0o500)
        with pytest.raises(BackupFailedError, match="Permission denied"):
            back_up(path, tmp_path / "closed" / "copy.db")


class TestDailyBackups:
    def test_the_first_tick_of_the_studios_day_makes_it_and_no_other(self, path: Path) -> None:
        made = [back_up_daily(path, NOW + timedelta(hours=hours), LONDON) for hours in range(0, 48, 6)]
        assert [bool(one) for one in made] == [True, False, False, True, False, False, False, True]
        assert names(path.parent / "backups") == [
            "leadnurture-daily-20270104-100000.db",
            "leadnurture-daily-20270105-040000.db",
            "leadnurture-daily-20270106-040000.db",
        ]

    def test_the_day_is_the_studios(self, path: Path) -> None:
        assert back_up_daily(path, NOW, AUCKLAND)  # 23:00 there
        assert back_up_daily(path, NOW + timedelta(hours=1), AUCKLAND)
        assert back_up_daily(path, NOW + timedelta(hours=2), LONDON) is None

    def test_only_our_own_daily_ones_are_ever_deleted(self, path: Path) -> None:
        folder = path.parent / "backups"
        folder.mkdir()
        old = new_name(path, NOW - timedelta(days=3000))
        back_up(path, old)
        others = ["leadnurture-daily-20100101-000000.db.old", "leadnurture-daily-notes.txt", "holiday.db"]
        for name in others:
            (folder / name).write_text("mine")
        (folder / "leadnurture-daily-20100101-000000.db").symlink_to(old)
        for days in range(40):
            back_up_daily(path, NOW + timedelta(days=days), LONDON)
        kept = {*others, old.name, "leadnurture-daily-20100101-000000.db"}
        assert kept <= set(names(folder))
        assert len(set(names(folder)) - kept) == 7 + 2  # a week, and the ends of the weeks before it

    def test_what_a_power_cut_left_does_not_count_as_the_days_backup_and_goes_the_next_day(self, path: Path) -> None:
        folder = path.parent / "backups"
        folder.mkdir()
        (folder / "leadnurture-daily-20270104-090000.db").touch()
        (folder / ".leadnurture-daily-20270104-090000.db.part").write_bytes(b"half")
        assert back_up_daily(path, NOW, LONDON)
        assert len(names(folder)) == 3
        assert back_up_daily(path, NOW + timedelta(days=1), LONDON)
        assert names(folder) == ["leadnurture-daily-20270104-100000.db", "leadnurture-daily-20270105-100000.db"]

    def test_trouble_leaves_the_older_ones_alone(self, path: Path) -> None:
        fill(path, 3000)
        for days in range(10):
            back_up_daily(path, NOW + timedelta(days=days), LONDON)
        before = names(path.parent / "backups")
        break_a_page(path)
        with pytest.raises(DamagedDatabaseError):
            back_up_daily(path, NOW + timedelta(days=10), LONDON)
        assert names(path.parent / "backups") == before

    def test_a_file_where_the_folder_belongs_is_named(self, path: Path) -> None:
        (path.parent / "backups").write_text("no folder")
        with pytest.raises(BackupFailedError, match="backups"):
            back_up_daily(path, NOW, LONDON)


def test_names_that_are_taken_get_a_number_and_are_known_as_ours(path: Path) -> None:
    for _ in range(3):
        back_up(path, new_name(path, NOW))
    assert sorted(one.path.name for one in backups_of(path)) == [
        "leadnurture-20270104-100000-2.db",
        "leadnurture-20270104-100000-3.db",
        "leadnurture-20270104-100000.db",
    ]
    assert {one.at for one in backups_of(path)} == {NOW}


INSTANTS = st.datetimes(datetime(2026, 1, 1), datetime(2030, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001


@given(st.lists(INSTANTS, max_size=60))
def test_the_newest_of_the_last_seven_days_four_weeks_and_twelve_months_are_kept_and_no_others(
    made: list[datetime],
) -> None:
    kept = to_keep(made)
    periods = ((7, datetime.date), (4, lambda at: at.isocalendar()[:2]), (12, lambda at: (at.year, at.month)))
    wanted = {
        max(at for at in made if period(at) == one)
        for most, period in periods
        for one in sorted({period(at) for at in made}, reverse=True)[:most]
    }
    assert kept == wanted
    assert not made or max(made) in kept


@given(st.lists(INSTANTS, max_size=60), st.lists(INSTANTS, max_size=60))
def test_thinning_out_again_and_again_keeps_what_thinning_out_once_would(
    earlier: list[datetime], later: list[datetime]
) -> None:
    newest = max(earlier, default=datetime.min.replace(tzinfo=UTC))
    later = [at for at in later if at > newest]
    assert to_keep(to_keep(earlier)) == to_keep(earlier)
    assert to_keep([*to_keep(earlier), *later]) == to_keep([*earlier, *later])


def test_after_two_years_of_days_there_is_a_year_of_months() -> None:
    start = datetime(2027, 1, 1, 8, tzinfo=UTC)
    kept: set[datetime] = set()
    for days in range(730):
        kept = to_keep([*kept, start + timedelta(days=days)])
    months = sorted({(at.year, at.month) for at in kept})
    assert months == [(2028, month) for month in range(1, 13)]
    assert {date(2028, 11, 30), date(2028, 2, 29)} <= {at.date() for at in kept}
