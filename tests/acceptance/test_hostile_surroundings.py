"""What a computer can do to a studio: each time one clear error with the next step, nothing twice, nothing lost."""

import os
import shutil
import signal
import subprocess
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from threading import Event

import pytest
from counting_server import CountingServer
from imap_server import DRIP, DROP, GARBAGE, HANG
from ledger import WALK, balanced, is_whole, require_effects_once, ten_minutes_pass
from older_schema import whole_or_empty
from processes import Leadnurture
from small_disk import SmallDisk
from studios import rows, states, studio_with_letters_due

COUPLES = 4
NOBODY = 65534
PATIENCE = 60


@pytest.fixture(scope="module")
def due(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return studio_with_letters_due(tmp_path_factory.mktemp("due") / "studio", COUPLES, WALK)


@pytest.fixture
def root(due: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(due, tmp_path / "studio"))


class Studio:
    """The real command in a studio, and what must be true of everything that it says."""

    def __init__(self, root: Path, server: CountingServer) -> None:
        self.root, self.server = root, server
        self.settings = server.settings() | {"LEADNURTURE_LIMITS__LEAD_GAP": "0s"}

    def give(self, *words: str, code: int, **more: str) -> str:
        """Give a command (unless named: a run), which ends with this code and a word for people."""
        done = Leadnurture(self.root)(*(words or ("run", "--once")), **(self.settings | more))
        assert done.returncode == code, (done.returncode, done.stdout, done.stderr)
        assert "Traceback" not in done.stderr, done.stderr
        assert code in {0, 1} or "  → " in done.stderr, done.stderr
        return done.stderr

    def recovers(self, couples: int = COUPLES) -> None:
        """Run until nothing is left: everything has gone once."""
        for _ in range(2):
            self.give(code=0)
            ten_minutes_pass(self.root)
        account = balanced(self.root, self.server)
        assert (account.accepted, account.duplicates, account.lost, account.parked) == (couples * 3, 0, 0, 0)
        require_effects_once(self.root)


@pytest.fixture
def studio(root: Path, server: CountingServer) -> Studio:
    return Studio(root, server)


class Daemon:
    """`leadnurture run`, at its quickest."""

    def __init__(self, studio: Studio) -> None:
        settings = studio.settings | {"LEADNURTURE_WORKER__INTERVAL": "1s"}
        self.process = Leadnurture(studio.root).start("run", **settings)
        assert self.process.stderr is not None
        self._said = self.process.stderr
        self.heard = ""

    def says(self, words: str) -> None:
        """Wait until it says something."""
        while words not in self.heard:
            line = self._said.readline().decode()
            assert line, f"it ended without a word of {words!r}: {self.heard}"
            self.heard += line

    def has_sent_all(self, couples: int) -> None:
        """Wait until each couple has got the last letter; what was said before does not count from here on."""
        for number in range(couples):
            self.says(f"lead {number + 1}  letter/third  sent")
        self.heard = ""

    def ends(self) -> str:
        self.process.send_signal(signal.SIGTERM)
        _, said = self.process.communicate(timeout=PATIENCE)
        self.heard += said.decode()
        assert self.process.returncode == 0, self.heard
        assert "Traceback" not in self.heard
        return self.heard


def test_a_database_that_is_deleted_under_the_daemon_is_missed_at_once_and_put_back(
    studio: Studio, tmp_path: Path
) -> None:
    daemon = Daemon(studio)
    daemon.has_sent_all(COUPLES)
    away = tmp_path / "away.db"
    shutil.move(studio.root / "leadnurture.db", away)
    daemon.says("there is no database")
    shutil.move(away, studio.root / "leadnurture.db")
    added = studio.give("lead", "add", "--email", "late@example.com", code=0)
    assert added is not None
    daemon.says("lead 5  letter/third  sent")
    daemon.ends()
    assert balanced(studio.root, studio.server).duplicates == 0
    assert len(studio.server.messages) == (COUPLES + 1) * 3


def test_a_database_that_is_replaced_under_the_daemon_is_the_one_that_counts(studio: Studio, tmp_path: Path) -> None:
    daemon = Daemon(studio)
    daemon.has_sent_all(COUPLES)
    other = studio_with_letters_due(tmp_path / "other", 1, WALK)
    studio.server.messages.clear()
    (other / "leadnurture.db").replace(studio.root / "leadnurture.db")
    studio.give("lead", "add", "--email", "late@example.com", code=0)
    daemon.has_sent_all(2)
    daemon.ends()
    assert balanced(studio.root, studio.server).duplicates == 0
    assert len(studio.server.messages) == 2 * 3
    assert is_whole(studio.root)


def test_something_else_in_the_databases_place_is_left_alone(studio: Studio) -> None:
    daemon = Daemon(studio)
    daemon.has_sent_all(COUPLES)
    for number, content in enumerate((b"", b"a letter to the plumber\n" * 400)):
        draft = studio.root / "draft"
        draft.write_bytes(content)
        draft.replace(studio.root / "leadnurture.db")
        daemon.heard = ""
        daemon.says("is not a leadnurture database")
        assert (studio.root / "leadnurture.db").read_bytes() == content, number
    daemon.ends()
    assert len(studio.server.messages) == COUPLES * 3


def damage(path: Path, page: int) -> None:
    with path.open("rb+") as file:
        file.seek((page - 1) * 4096)
        file.write(b"\x5a" * 4096)


def root_pages(root: Path) -> dict[str, int]:
    return dict(rows(root, "SELECT name, rootpage FROM sqlite_master WHERE rootpage > 0"))


@pytest.mark.parametrize(
    "name", ["outbox", "leads", "lead_nurture_enrollments", "sequence_executions", "sequence_versions", "sqlite_master"]
)
def test_a_corrupt_page_stops_the_run_before_anything_is_sent(studio: Studio, name: str) -> None:
    studio.give("backup", "good.db", code=0)
    page = 1 if name == "sqlite_master" else root_pages(studio.root)[name]
    damage(studio.root / "leadnurture.db", page)
    said = studio.give(code=14)
    assert "restore" in said or "backup" in said, said
    assert studio.server.messages == []
    assert all(whole_or_empty(file) for file in (studio.root / "backups").glob("*.db"))
    studio.give("restore", "good.db", "--confirm", "Hart & Holly", code=0)
    assert is_whole(studio.root)
    studio.give(code=0)
    assert set(studio.server.accepted().values()) <= {1}


def test_a_file_that_is_damaged_while_letters_go_out_sends_none_twice(studio: Studio) -> None:
    studio.give("backup", "good.db", code=0)
    database, seen = studio.root / "leadnurture.db", []

    def at_point(point: str, accepted: int) -> None:
        if point == "data" and not seen:
            seen.append(accepted)
            for page in range(2, database.stat().st_size // 4096 + 1):
                damage(database, page)

    studio.server.at_point = at_point
    done = Leadnurture(studio.root)("run", "--once", **studio.settings)
    assert "Traceback" not in done.stderr, done.stderr
    studio.server.at_point = lambda _, __: None
    before = len(studio.server.messages)
    studio.give(code=14)
    assert len(studio.server.messages) == before > 0
    studio.give("restore", "good.db", "--confirm", "Hart & Holly", code=0)
    studio.give(code=0)
    assert set(studio.server.accepted().values()) == {1}


def test_an_outbox_folder_that_vanishes_is_made_again(studio: Studio) -> None:
    environment = {"LEADNURTURE_MAIL__TRANSPORT": "outbox"}
    studio.give(code=0, **environment)
    shutil.rmtree(studio.root / "outbox")
    studio.give("lead", "add", "--email", "late@example.com", code=0)
    studio.give(code=0, **environment)
    assert len(list((studio.root / "outbox").glob("*.eml"))) == 3
    assert states(studio.root) == {"sent": (COUPLES + 1) * 3}


def test_a_file_in_the_outbox_folders_place_keeps_every_letter(studio: Studio) -> None:
    environment = {"LEADNURTURE_MAIL__TRANSPORT": "outbox"}
    shutil.rmtree(studio.root / "outbox", ignore_errors=True)
    (studio.root / "outbox").write_text("not a folder")
    assert "outbox" in studio.give(code=15, **environment)
    assert states(studio.root) == {"queued": COUPLES}
    (studio.root / "outbox").unlink()
    ten_minutes_pass(studio.root)
    studio.give(code=0, **environment)
    assert len(list((studio.root / "outbox").glob("*.eml"))) == COUPLES * 3


def test_a_disk_that_turns_read_only_keeps_every_letter(due: Path, disk: SmallDisk, server: CountingServer) -> None:
    studio = Studio(Path(shutil.copytree(due, disk.folder / "studio")), server)
    studio.give("backup", code=0)
    (studio.root / "sequences" / "letter.yaml").write_text(WALK.replace("hello", "good day"))
    disk.remount("ro")
    for words in ((), ("lead", "add", "--email", "late@example.com"), ("apply", "--yes"), ("backup", "x.db")):
        said = studio.give(*words, code=14)
        assert "read" in said.lower(), said
    studio.give("lead", "list", code=0)
    assert server.messages == []
    disk.remount("rw")
    studio.recovers()


def test_a_disk_that_is_full_under_the_daemon_is_told_and_waited_for(
    due: Path, disk: SmallDisk, server: CountingServer
) -> None:
    studio = Studio(Path(shutil.copytree(due, disk.folder / "studio")), server)
    daemon = Daemon(studio)
    daemon.has_sent_all(COUPLES)
    server.at_point = lambda point, _: disk.fill() if point == "mail" else None
    studio.give("lead", "add", "--email", "late@example.com", code=0)
    daemon.says("free some space")
    server.at_point = lambda _, __: None
    disk.make_room()
    studio.give("lead", "add", "--email", "later@example.com", code=0)
    daemon.says("lead 6  letter/third  sent")
    daemon.ends()
    studio.recovers(couples=COUPLES + 2)


def as_nobody(studio: Studio, *words: str) -> "subprocess.CompletedProcess[str]":
    command = [
        "setpriv",
        f"--reuid={NOBODY}",
        f"--regid={NOBODY}",
        "--clear-groups",
        *Leadnurture(studio.root)._command(words),
    ]
    environment = Leadnurture(studio.root).environment | studio.settings
    done = subprocess.run(
        command, cwd=studio.root, env=environment, capture_output=True, text=True, timeout=PATIENCE, check=False
    )
    assert "Traceback" not in done.stderr, done.stderr
    return done


@pytest.fixture
def nobodys(due: Path, server: CountingServer) -> Iterator[Studio]:
    """A studio that belongs to somebody who is not root, who alone is bound by permissions."""
    if os.geteuid() != 0 or shutil.which("setpriv") is None:
        pytest.skip("only root can become somebody who is bound by permissions")
    with TemporaryDirectory() as folder:  # pytest's own are for nobody but their owner
        Path(folder).chmod(0o755)
        studio = Studio(Path(shutil.copytree(due, Path(folder) / "studio")), server)
        for path in (studio.root, *studio.root.rglob("*")):
            os.chown(path, NOBODY, NOBODY)
        if as_nobody(studio, "status").returncode != 0:
            pytest.skip("somebody who is not root cannot reach this Python")
        yield studio


def test_permissions_that_are_taken_away_keep_every_letter(nobodys: Studio) -> None:
    database, folder = nobodys.root / "leadnurture.db", nobodys.root
    for path, mode in ((database, 0o400), (database, 0o000), (folder, 0o500)):
        before = path.stat().st_mode
        path.chmod(mode)
        done = as_nobody(nobodys, "run", "--once")
        assert done.returncode == 14, (path, oct(mode), done.returncode, done.stdout, done.stderr)
        assert "permissions" in done.stderr, done.stderr
        path.chmod(before)
    assert nobodys.server.messages == []
    assert as_nobody(nobodys, "run", "--once").returncode == 0
    assert len(nobodys.server.messages) == COUPLES * 3


def in_doubt(studio: Studio) -> None:
    """Let a run be killed when the server has the first letter, and has not said so."""
    started: list[subprocess.Popen[bytes]] = []

    def at_point(point: str, _: int) -> None:
        if point == "accepted" and started[0].poll() is None:
            started[0].kill()

    ready = Event()
    studio.server.at_point = lambda point, count: ready.wait(PATIENCE) and at_point(point, count)
    started.append(Leadnurture(studio.root).start("run", "--once", **studio.settings))
    ready.set()
    started[0].communicate(timeout=PATIENCE)
    studio.server.at_point = lambda _, __: None
    studio.server.settle_down()
    assert states(studio.root)["in_doubt"] >= 1


FAULTS: dict[str, str] = {
    "accepts and hangs": HANG,
    "drops the line": DROP,
    "speaks nonsense": GARBAGE,
    "sends 100 kB": f"{{tag}} NO {'x' * 100_000}",
    "says a byte now and then": DRIP,
    "says no": "{tag} NO not now",
    "says goodbye": "* BYE and good riddance",
}


@pytest.mark.parametrize("fault", FAULTS)
def test_a_mailbox_in_trouble_leaves_it_in_doubt_and_the_rest_goes_out(studio: Studio, fault: str) -> None:
    in_doubt(studio)
    doubtful = states(studio.root)["in_doubt"]
    for point in ("connect", "login", "list", "examine", "search"):
        studio.server.mailbox.faults[point] = FAULTS[fault]
        said = studio.give(code=15, LEADNURTURE_MAILBOX__TIMEOUT="1s")
        assert "the Sent folder could not be looked into" in said, point
        assert f"127.0.0.1:{studio.server.mailbox.port}" in said, point
        assert len(said) < 1000, "a flood is not passed on"
        assert states(studio.root)["in_doubt"] == doubtful
        studio.server.mailbox.faults.clear()
    assert set(studio.server.accepted().values()) == {1}
    studio.recovers()
