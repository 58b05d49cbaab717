"""The real process, killed with SIGKILL at every point of its work: no message twice, none lost, each accounted for."""

import shutil
from collections.abc import Callable
from pathlib import Path
from random import Random

import pytest
from counting_server import CountingServer
from killing import Victim
from ledger import WALK, balanced, require_effects_once
from older_schema import whole_or_empty, write_by_first_schema
from studios import rows, studio_with_letters_due

from leadnurture.store.migrations import LATEST

COUPLES, KILLS = 80, 15
Record = Callable[[str, object], None]

POINTS: dict[str, Callable[[Victim], None]] = {
    "before what is due is frozen": lambda victim: victim.at_freezing("before"),
    "after it is frozen": lambda victim: victim.at_freezing("after"),
    "at MAIL": lambda victim: victim.at_server("mail"),
    "at RCPT": lambda victim: victim.at_server("rcpt"),
    "before `in_doubt` is committed": lambda victim: victim.at_commit("before", "intent", 6),
    "after `in_doubt` is committed": lambda victim: victim.at_commit("after", "intent", 6),
    "at DATA": lambda victim: victim.at_server("data"),
    "in the middle of the content": lambda victim: victim.at_server("content"),
    "after the final dot, before the reply": lambda victim: victim.at_server("accepted"),
    "after the final dot, and the server forgets it": lambda victim: victim.at_server("dot", forgets=True),
    "before `sent` is committed": lambda victim: victim.at_commit("before", "sent", 6),
    "after `sent` is committed": lambda victim: victim.at_commit("after", "sent", 6),
    "before any commit": lambda victim: victim.at_commit("before", "any", 20),
    "after any commit": lambda victim: victim.at_commit("after", "any", 20),
    "at a random moment": lambda victim: victim.at_any_moment(0.5),
}


@pytest.fixture(scope="module")
def due(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A studio whose couples are to get three letters each; tests work on copies of it."""
    return studio_with_letters_due(tmp_path_factory.mktemp("due") / "studio", COUPLES, WALK)


@pytest.fixture
def victim(due: Path, tmp_path: Path, server: CountingServer, request: pytest.FixtureRequest) -> Victim:
    return Victim(Path(shutil.copytree(due, tmp_path / "studio")), server, Random(request.node.name))


def settled(victim: Victim, point: str, record: Record) -> None:
    """Let the studio come to rest, check its books, and record its line of the table."""
    victim.to_the_end()
    victim.recovered()
    account = balanced(victim.root, victim.server)
    sent = {row[0] for row in rows(victim.root, "SELECT message_id FROM outbox WHERE state = 'sent'")}
    line = {"killed": point, "kills": victim.kills, "accepted": account.accepted, "in doubt": len(victim.doubted)}
    found = {"settled": len(victim.doubted & sent), "twice": account.duplicates, "lost": account.lost}
    record("Crash matrix", line | found)
    assert (account.duplicates, account.lost, account.parked) == (0, 0, 0)
    assert victim.doubted <= sent
    assert account.accepted >= COUPLES * 3
    require_effects_once(victim.root)


@pytest.mark.parametrize("point", POINTS)
def test_wherever_a_run_is_killed_each_letter_arrives_once(victim: Victim, point: str, record_property: Record) -> None:
    for turn in range(KILLS):
        POINTS[point](victim)
        if turn % 5 == 4:
            victim.ten_minutes_pass()  # and the next run, which is killed as well, settles what is in doubt
    settled(victim, point, record_property)


@pytest.mark.parametrize("point", ["connect", "login", "search", "logout"])
def test_killed_while_it_looks_into_the_sent_folder_it_looks_again(
    victim: Victim, point: str, record_property: Record
) -> None:
    for turn in range(KILLS // 3):
        victim.at_server("accepted" if turn % 2 else "data")
        victim.at_mailbox(point)
    settled(victim, f"while it looks into the Sent folder, at {point.upper()}", record_property)


def test_killed_while_it_makes_a_backup_it_leaves_a_whole_one_or_none(victim: Victim, record_property: Record) -> None:
    backups = victim.root / "backups"
    for turn in range(KILLS):
        for file in backups.glob("*.db"):
            file.unlink()
        victim.at_commit("before" if turn % 2 else "after", "backup", 1)
        assert all(whole_or_empty(file) for file in backups.glob("*.db"))
    victim.to_the_end()
    assert [file for file in backups.glob("*.db") if file.stat().st_size]
    settled(victim, "while it makes a backup", record_property)


@pytest.mark.skipif(LATEST == 1, reason="there is one schema so far")
def test_killed_while_it_migrates_it_begins_anew(victim: Victim, record_property: Record) -> None:
    for turn in range(KILLS):
        write_by_first_schema(victim.root)
        if turn % 3 == 2:
            victim.after_a_while(2, ("status",))
        else:
            kind, most = (("migration", LATEST - 1), ("backup", 1))[turn % 2]
            victim.at_commit(("before", "after")[turn % 3], kind, most, ("status",))
        assert rows(victim.root, "PRAGMA user_version")[0][0] in range(1, LATEST + 1)
        assert all(whole_or_empty(file) for file in (victim.root / "backups").glob("*.db"))
        victim.to_the_end("status")
        assert rows(victim.root, "PRAGMA user_version") == [(LATEST,)]
    settled(victim, "while it migrates", record_property)


def test_killed_while_it_applies_it_has_applied_all_or_nothing(victim: Victim, record_property: Record) -> None:
    file = victim.root / "sequences" / "letter.yaml"
    for turn in range(KILLS):
        victim.at_server("mail")  # so that walks stand everywhere
        file.write_text(WALK.replace("hello", f"hello {turn}"))
        victim.of(("apply", "--yes"), turn)
        newest = "SELECT current_version FROM nurture_sequences"
        assert rows(victim.root, newest) == rows(victim.root, "SELECT max(number) FROM sequence_versions")
    victim.to_the_end("apply", "--yes")
    settled(victim, "`apply`", record_property)


def test_killed_while_it_imports_it_has_taken_all_or_nothing(victim: Victim, record_property: Record) -> None:
    for turn in range(KILLS):
        people = [f"guest{turn}-{number}@example.com" for number in range(5)]
        (victim.root / "guests.csv").write_text("\n".join(["Email", *people]))
        words = ("lead", "import", "guests.csv", "--enroll")
        victim.of(words, turn)
        assert rows(victim.root, f"SELECT count(*) FROM leads WHERE primary_email LIKE 'guest{turn}-%'") in [
            [(0,)],
            [(5,)],
        ]
        victim.to_the_end(*words)
    settled(victim, "`lead import`", record_property)


def test_killed_while_it_restores_the_old_or_the_new_database_is_there(victim: Victim, record_property: Record) -> None:
    for turn in range(KILLS // 2):
        victim.at_server("mail")
        victim.to_the_end("backup", f"{turn}.db")
        victim.at_server("mail")
        victim.of(("restore", f"{turn}.db", "--confirm", "Hart & Holly"), turn)
        victim.resolve()
    settled(victim, "`restore`", record_property)
