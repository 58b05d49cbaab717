"""Runs that overlap, and whatever else is at work meanwhile: nothing twice, nothing lost, nobody waits for ever."""

import json
import re
import shutil
import signal
import sqlite3
import subprocess
import time
from collections import Counter
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from threading import Event, Thread

import pytest
from counting_server import CountingServer
from ledger import WALK, balanced, require_effects_once
from processes import Leadnurture
from studios import LONG_AGO, studio_with_letters_due

from leadnurture.clock import VirtualClock
from leadnurture.crm import leads
from leadnurture.studio import Studio

PAIRS, AT_ONCE, A_MINUTE = 200, 3, 60
PATIENCE = 120  # seconds: whoever takes longer waits for ever
WHO = r"leadnurture [a-z -]+ \(process \d+\) has been working since |another command or program has it"
REFUSED = re.compile(rf"(the studio is busy|is in use): ({WHO})")
Record = Callable[[str, object], None]


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return studio_with_letters_due(tmp_path / "studio", AT_ONCE, WALK)


@pytest.fixture
def environment(root: Path, server: CountingServer) -> dict[str, str]:
    return server.settings() | {"LEADNURTURE_STUDIO": str(root), "LEADNURTURE_LIMITS__LEAD_GAP": "0s"}


def couples_ask(root: Path, names: list[str]) -> None:
    with Studio.open(root, VirtualClock(LONG_AGO)) as studio, studio.change() as change:
        for name in names:
            leads.create(change, {"primary_email": f"{name}@example.com"}, origin="test")


def ended(process: "subprocess.Popen[bytes]") -> tuple[int, str]:
    out, said = process.communicate(timeout=PATIENCE)
    assert b"Traceback" not in said, said.decode()
    return process.returncode, out.decode() + said.decode()


def test_two_hundred_pairs_of_runs_send_everything_once(
    root: Path, server: CountingServer, environment: dict[str, str], record_property: Record
) -> None:
    leadnurture, told = Leadnurture(root), Counter[str]()
    for turn in range(PAIRS):
        couples_ask(root, [f"pair{turn}-{number}" for number in range(AT_ONCE)])
        pair = [leadnurture.start("run", "--once", **environment) for _ in range(2)]
        for code, said in map(ended, pair):
            assert code == 0, said
            told["refused" if REFUSED.search(said) else "worked" if " sent" in said else "found nothing to do"] += 1
    account = balanced(root, server)
    runs = {"pairs": PAIRS, "worked": told["worked"], "refused": told["refused"], "idle": told["found nothing to do"]}
    figures = {"accepted": account.accepted, "twice": account.duplicates, "lost": account.lost}
    record_property("Overlapping runs", runs | figures)
    assert (account.duplicates, account.lost, account.parked) == (0, 0, 0)
    assert account.accepted == (PAIRS + 1) * AT_ONCE * 3
    assert told["refused"] >= PAIRS // 10, "they hardly ever overlapped"
    require_effects_once(root)


class Office:
    """The commands that an owner gives while the daemon works; each is repeated while the studio is busy."""

    def __init__(self, root: Path, environment: dict[str, str]) -> None:
        self.root, self._environment = root, environment
        self.done: Counter[str] = Counter()

    def day(self, number: int) -> None:
        """Change a letter, take in a spreadsheet, copy the database and put the copy back."""
        file = self.root / "sequences" / "letter.yaml"
        file.write_text(WALK.replace("hello", f"hello {number}"))
        self.give("apply", "--yes")
        (self.root / "guests.csv").write_text("\n".join(["Email", *(f"day{number}-{n}@example.com" for n in range(9))]))
        self.give("lead", "import", "guests.csv", "--enroll")
        self.give("backup", f"{number}.db")
        self.give("restore", f"{number}.db", "--confirm", "Hart & Holly")

    def give(self, *words: str) -> None:
        """Give a command until it is done; whoever refuses it says why."""
        code = 13
        while code == 13:
            code, said = ended(Leadnurture(self.root).start(*words, **self._environment))
            self.done[f"{words[0]}: {'refused' if code == 13 else 'done'}"] += 1
            assert code in {0, 13}, (words, code, said)
            assert code == 0 or REFUSED.search(said), said


def cron(root: Path, environment: dict[str, str], over: Event, done: Counter[str]) -> None:
    """Run once, again and again, as an impatient cron does."""
    while not over.is_set():
        code, said = ended(Leadnurture(root).start("run", "--once", **environment))
        refused = REFUSED.search(said) is not None
        assert code == 0, (code, said)
        done["run --once: refused" if refused else "run --once: done"] += 1


def read_long(root: Path, over: Event, done: Counter[str]) -> None:
    """Look into the file for two seconds at a time, as a program for looking at databases does."""
    while not over.wait(1):
        with closing(sqlite3.connect(root / "leadnurture.db", isolation_level=None)) as connection:
            connection.execute("BEGIN")
            connection.execute("SELECT count(*) FROM outbox").fetchone()
            over.wait(2)
            connection.execute("COMMIT")
            done["long read: done"] += 1


class Watched(Thread):
    """A thread whose failure is the test's."""

    def __init__(self, work: Callable[..., None], *given: object) -> None:
        super().__init__(daemon=True)
        self._work, self._given = work, given
        self.failure: BaseException | None = None
        self.start()

    def run(self) -> None:
        try:
            self._work(*self._given)
        except BaseException as failure:  # noqa: BLE001 - raised where the test ends
            self.failure = failure

    def over(self) -> None:
        self.join(PATIENCE)
        assert not self.is_alive(), "it waits for ever"
        if self.failure is not None:
            raise self.failure


def test_daemon_cron_and_the_owners_commands_get_along_for_a_minute(
    root: Path, server: CountingServer, environment: dict[str, str], record_property: Record
) -> None:
    over, done = Event(), Counter[str]()
    office = Office(root, environment)
    daemon = Leadnurture(root).start("run", **environment, LEADNURTURE_WORKER__INTERVAL="1s")
    others = [Watched(cron, root, environment, over, done), Watched(read_long, root, over, done)]
    until, number = time.monotonic() + A_MINUTE, 0
    while time.monotonic() < until:
        office.day(number)
        number += 1
    over.set()
    for one in others:
        one.over()
    daemon.send_signal(signal.SIGTERM)
    code, said = ended(daemon)
    assert (code, "stopped; everything in flight is settled" in said) == (0, True), said
    office.give("run", "--once")
    account = balanced(root, server)
    for line, times in sorted((done + office.done).items()):
        record_property("Daemon, cron and commands", {"what": line, "times": times})
    figures = {"accepted": account.accepted, "twice": account.duplicates, "lost": account.lost}
    for what, times in figures.items():
        record_property("Daemon, cron and commands", {"what": f"messages {what}", "times": times})
    assert (account.duplicates, account.lost, account.parked) == (0, 0, 0)
    assert number >= 2


def test_whoever_is_refused_by_a_writer_that_does_not_end_says_so_and_ends(
    root: Path, environment: dict[str, str]
) -> None:
    copied = shutil.copy(root / "leadnurture.db", root / "copy.db")
    with closing(sqlite3.connect(root / "leadnurture.db", isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        code, said = ended(Leadnurture(root).start("run", "--once", "--json", **environment))
        assert (code, '"busy": true' in said) == (0, True), said  # no failure: the next run does what is due
        assert REFUSED.search(said), said
        for words in (
            ["lead", "add", "--email", "a@example.com"],
            ["restore", str(copied), "--confirm", "Hart & Holly"],
        ):
            code, said = ended(Leadnurture(root).start(*words, "--json", **environment))
            assert code == 13, (words, said)
            assert REFUSED.search(said), said
            assert json.loads(said[said.index('{"success": false') :].splitlines()[0])["code"] == "BUSY"
