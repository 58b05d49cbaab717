"""The disk is full, at every write: nothing is sent without its row, and once there is room everything goes once."""

import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from counting_server import CountingServer
from ledger import WALK, balanced, doubted, is_whole, require_effects_once, ten_minutes_pass
from older_schema import whole_or_empty, write_by_first_schema
from processes import ENVIRONMENT, Leadnurture
from small_disk import SmallDisk
from studios import rows, states, studio_with_letters_due

from leadnurture.store.migrations import LATEST

COUPLES = 6
Record = Callable[[str, object], None]


@pytest.fixture(scope="module")
def due(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return studio_with_letters_due(tmp_path_factory.mktemp("due") / "studio", COUPLES, WALK)


class Cramped:
    """A studio on a disk that fills up."""

    def __init__(self, due: Path, root: Path, server: CountingServer) -> None:
        self.root, self.server = Path(shutil.copytree(due, root)), server
        self._settings = server.settings() | {"LEADNURTURE_LIMITS__LEAD_GAP": "0s"}

    def give(self, *words: str, room: int | None = None) -> "subprocess.CompletedProcess[str]":
        done = Leadnurture(self.root)(*(words or ("run", "--once")), room=room, **self._settings)
        assert "Traceback" not in done.stderr, done.stderr
        assert is_whole(self.root)
        return done

    def runs_out(self, room: int | None = None) -> int:
        """Run while the disk is full; nothing may have gone out that has no row, and no row may say too much."""
        done = self.give(room=room)
        if done.returncode:
            assert done.returncode == 14, done.stderr
            assert "full" in done.stderr or "space" in done.stderr or "I/O error" in done.stderr, done.stderr
            assert "  → " in done.stderr
        known = dict(rows(self.root, "SELECT message_id, state FROM outbox"))
        for message_id in self.server.accepted():
            assert known[message_id] in {"in_doubt", "sent"}
        return done.returncode

    def goes_on(self) -> None:
        """Run with room again, and ten minutes later: everything has gone once."""
        for _ in range(2):
            assert self.give().returncode == 0
            ten_minutes_pass(self.root)
        account = balanced(self.root, self.server)
        assert (account.accepted, account.duplicates, account.lost, account.parked) == (COUPLES * 3, 0, 0, 0)
        require_effects_once(self.root)


@pytest.fixture
def cramped(due: Path, disk: SmallDisk, server: CountingServer) -> Cramped:
    return Cramped(due, disk.folder / "studio", server)


@pytest.mark.parametrize("pages", [0, 1, 2, 3, 4, 6, 8, 11, 16, 24, 40])
def test_with_so_many_pages_left_nothing_is_sent_without_its_row(
    cramped: Cramped, disk: SmallDisk, pages: int, record_property: Record
) -> None:
    cramped.give("backup")  # so that the one of the day is another test's
    disk.fill(leaving=pages)
    code = cramped.runs_out()
    account = {"exit code": str(code), "accepted": len(cramped.server.messages), "in doubt": len(doubted(cramped.root))}
    disk.make_room()
    cramped.goes_on()
    record_property("Full disk", {"full": f"{pages} pages of 4 KiB left"} | account | {"twice": 0, "lost": 0})


@pytest.mark.parametrize("turn", [1, 5])
@pytest.mark.parametrize("point", ["mail", "rcpt", "data", "dot", "accepted", "quit"])
def test_full_from_a_point_of_the_delivery_on(
    cramped: Cramped, disk: SmallDisk, point: str, turn: int, record_property: Record
) -> None:
    left = turn

    def fill(seen: str, _: int) -> None:
        nonlocal left
        left -= seen == point
        if seen == point and left == 0:
            disk.fill()

    cramped.server.at_point = fill
    code = cramped.runs_out()
    account = {"exit code": str(code), "accepted": len(cramped.server.messages), "in doubt": len(doubted(cramped.root))}
    if (point, turn) == ("mail", 1):
        assert (code, account["accepted"]) == (14, 0), "the intent cannot have been written"
    cramped.server.at_point = lambda _, __: None
    disk.make_room()
    cramped.goes_on()
    record_property("Full disk", {"full": f"at {point.upper()}, time {turn}"} | account | {"twice": 0, "lost": 0})


@pytest.mark.parametrize("room", [0, 4_000, 8_000, 16_000, 28_000, 44_000, 90_000])
def test_a_file_that_may_not_grow_is_as_good_as_a_full_disk(
    due: Path, tmp_path: Path, server: CountingServer, room: int
) -> None:
    cramped = Cramped(due, tmp_path / "studio", server)
    cramped.give("backup")
    cramped.runs_out(room=(cramped.root / "leadnurture.db").stat().st_size + room)
    cramped.goes_on()


def test_no_room_for_the_backup_of_the_day_keeps_no_letter_back(cramped: Cramped, disk: SmallDisk) -> None:
    disk.fill(leaving=(cramped.root / "leadnurture.db").stat().st_size // 4096 - 2)
    done = cramped.give()
    assert (done.returncode, "no backup was made" in done.stderr) == (0, True), done.stderr
    assert states(cramped.root) == {"sent": COUPLES * 3}
    assert all(whole_or_empty(file) for file in (cramped.root / "backups").iterdir())
    disk.make_room()
    cramped.goes_on()


def test_no_room_for_a_migration_leaves_the_old_schema(cramped: Cramped, disk: SmallDisk) -> None:
    write_by_first_schema(cramped.root)
    size = (cramped.root / "leadnurture.db").stat().st_size // 4096
    for leaving in (0, 1, size // 2, size, size + 3):
        disk.fill(leaving=leaving)
        done = cramped.give("status")
        assert done.returncode in {0, 14}
        assert done.returncode == 0 or "free some space" in done.stderr, done.stderr
        assert rows(cramped.root, "PRAGMA user_version") == [(1 if done.returncode else LATEST,)]
        disk.make_room()
    cramped.goes_on()


@pytest.mark.parametrize(
    "words",
    [
        ("lead", "add", "--email", "new@example.com", "--couple", "Zoë & Max"),
        ("lead", "import", "guests.csv", "--enroll"),
        ("apply", "--yes"),
        ("backup", "mine.db"),
        ("restore", "before.db", "--confirm", "Hart & Holly"),
        ("lead", "set", "1", f"notes={'x' * 9000}"),
        ("sequence", "new", "another"),
    ],
    ids=lambda words: " ".join(words)[:12],
)
def test_a_command_on_a_full_disk_changes_nothing_and_says_so(
    cramped: Cramped, disk: SmallDisk, words: tuple[str, ...]
) -> None:
    cramped.give("backup", "before.db")
    (cramped.root / "guests.csv").write_text("Email\n" + "".join(f"guest{n}@example.com\n" for n in range(300)))
    (cramped.root / "sequences" / "letter.yaml").write_text(WALK.replace("hello", "hello " * 3000))
    before = (rows(cramped.root, "SELECT * FROM leads"), rows(cramped.root, "SELECT * FROM sequence_versions"))
    disk.fill()
    done = cramped.give(*words)
    assert done.returncode == 14, (done.returncode, done.stderr)
    assert "free some space" in done.stderr, done.stderr
    after = (rows(cramped.root, "SELECT * FROM leads"), rows(cramped.root, "SELECT * FROM sequence_versions"))
    assert after == before
    disk.make_room()
    assert cramped.give(*words).returncode == 0


@pytest.mark.parametrize("pages", [0, 1, 4])
def test_an_outbox_folder_without_room_gets_whole_letters_or_none(due: Path, disk: SmallDisk, pages: int) -> None:
    root = Path(shutil.copytree(due, disk.folder.parent / "studio"))
    outbox = root / "outbox"
    shutil.rmtree(outbox, ignore_errors=True)
    outbox.symlink_to(disk.folder)
    environment = {"LEADNURTURE_LIMITS__LEAD_GAP": "0s"}
    disk.fill(leaving=pages)
    done = Leadnurture(root)("run", "--once", **environment)
    assert done.returncode == 15, done.stderr
    assert "No space left" in done.stderr
    whole = list(disk.folder.glob("*.eml"))
    assert len(whole) == states(root).get("sent", 0) <= pages
    assert all(file.read_bytes().endswith(b"\n") for file in whole)
    assert set(states(root)) <= {"sent", "queued"}
    disk.make_room()
    ten_minutes_pass(root)
    done = Leadnurture(root)("run", "--once", **environment)
    assert done.returncode == 0, done.stderr
    assert len(list(disk.folder.glob("*.eml"))) == COUPLES * 3
    require_effects_once(root)


def test_a_log_that_cannot_be_written_keeps_no_letter_back(due: Path, tmp_path: Path, server: CountingServer) -> None:
    cramped = Cramped(due, tmp_path / "studio", server)
    environment = ENVIRONMENT | server.settings() | {"LEADNURTURE_LIMITS__LEAD_GAP": "0s", "HOME": str(tmp_path)}
    command = [sys.executable, "-m", "leadnurture", "--studio", str(cramped.root), "run", "--once", "--verbose"]
    with Path("/dev/full").open("w") as full:
        done = subprocess.run(command, env=environment, stdout=full, stderr=full, timeout=60, check=False)
    assert done.returncode == 14  # the summary could not be told
    cramped.goes_on()
