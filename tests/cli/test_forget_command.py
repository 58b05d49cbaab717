"""`lead forget`: wants the name typed, erases, says what is left; and all who were lost long ago, once shown."""

import json
from pathlib import Path

import pytest
from processes import Leadnurture
from studios import rows, studio_with_letters_due


@pytest.fixture
def root(leadnurture: Leadnurture, tmp_path: Path) -> Path:
    root = studio_with_letters_due(tmp_path / "studio", 3)
    assert leadnurture("--studio", str(root), "run", "--once").returncode == 0
    return root


def test_a_couple_is_forgotten_once_their_name_is_given(leadnurture: Leadnurture, root: Path) -> None:
    words = ("--studio", str(root), "lead", "forget", "emma0")
    unasked = leadnurture(*words, "--backups", "list")
    assert unasked.returncode == 2
    assert "But 1 of your backups go on holding them: without --backups list they are rewritten." in unasked.stderr
    assert '--confirm "Emma0 & Jack0"' in unasked.stderr
    wrong = leadnurture(*words, "--confirm", "Emma1 & Jack1")
    assert (wrong.returncode, rows(root, "SELECT count(*) FROM leads")) == (2, [(3,)])
    done = leadnurture(*words, "--backups", "list", "--confirm", "Emma0 & Jack0")
    assert done.returncode == 0
    assert "Lead 1 is forgotten, with 1 letters in outbox/" in done.stderr
    assert "Backups, still hold them" in done.stderr
    assert rows(root, "SELECT count(*) FROM leads") == [(2,)]
    assert [path.name for path in (root / "outbox").iterdir() if "couple0" in path.name] == []
    again = json.loads(
        leadnurture("--studio", str(root), "lead", "forget", "2", "--confirm", "Emma1 & Jack1", "--json").stdout
    )["data"]
    left = [path for path in root.rglob("*") if path.is_file() and b"Emma1" in path.read_bytes()]
    assert left == []
    assert (again["lead_id"], again["letters"], again["compacted"], again["files"]) == (2, 1, True, [])
    assert len(again["backups"]["rewritten"]) == 1
    overview = json.loads(leadnurture("--studio", str(root), "report", "overview", "--json").stdout)["data"]
    assert (overview["total_leads"], overview["messages_sent"]) == (3, 3)


def test_the_lost_are_shown_before_they_are_forgotten_and_the_rule_is_agreed_to(
    leadnurture: Leadnurture, root: Path
) -> None:
    config = root / "leadnurture.toml"
    config.write_text(config.read_text() + '\n[privacy]\nforget_lost_after = "1m"\n')
    done = leadnurture("--studio", str(root), "lead", "lose", "emma0", "--reason", "budget")
    assert done.returncode == 0
    backdated = "2020-01-01 10:00:00.000000"
    import sqlite3

    with sqlite3.connect(root / "leadnurture.db") as connection:
        connection.execute("UPDATE leads SET inquiry_at = ?, last_contact_at = ?", (backdated, backdated))
        connection.execute("UPDATE lead_interactions SET created_at = ?", (backdated,))
    connection.close()
    status = json.loads(leadnurture("--studio", str(root), "status", "--json").stdout)["data"]["retention"]
    assert status == {"forget_lost_after": 1, "agreed": False, "overdue": 1}
    words = ("--studio", str(root), "lead", "forget", "--lost", "--older-than", "1m")
    asked = leadnurture(*words)
    assert asked.returncode == 2
    assert "Emma0 & Jack0  asked 2020-01-01" in asked.stderr
    done = leadnurture(*words, "--confirm", "forget 1 couples")
    assert "1 couples are forgotten." in done.stderr
    assert "From now on `leadnurture run` does so by itself" in done.stderr
    status = json.loads(leadnurture("--studio", str(root), "status", "--json").stdout)["data"]["retention"]
    assert status == {"forget_lost_after": 1, "agreed": True, "overdue": 0}


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        ((), 2, "say whom: LEAD, or --lost"),
        (("1", "--lost"), 2, "say whom: LEAD, or --lost"),
        (("--lost",), 2, "after how long? --older-than 24m"),
        (("--lost", "--older-than", "soon"), 10, "write months or years such as 24m or 2y"),
        (("1", "--backups", "burn"), 10, "is none of list, rewrite, delete"),
        (("nobody",), 11, "there is no lead 'nobody'"),
    ],
)
def test_what_makes_no_sense_is_refused(
    leadnurture: Leadnurture, tmp_path: Path, words: tuple[str, ...], code: int, said: str
) -> None:
    root = studio_with_letters_due(tmp_path / "studio", 1)
    done = leadnurture("--studio", str(root), "lead", "forget", *words)
    assert done.returncode == code
    assert said in done.stderr
    assert "Traceback" not in done.stderr
