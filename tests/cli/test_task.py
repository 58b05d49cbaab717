"""`leadnurture task`: the real command in a real process."""

import json
import sqlite3
from pathlib import Path
from typing import Any

import pytest
from processes import Leadnurture
from studios import rows, studio_with_letters_due


class Tasks:
    """A studio's commands about its tasks."""

    def __init__(self, leadnurture: Leadnurture, root: Path) -> None:
        self._run, self.root = leadnurture, root

    def __call__(self, *words: str, code: int = 0) -> tuple[str, str]:
        done = self._run("--studio", str(self.root), "task", *words)
        assert done.returncode == code, done.stderr
        assert "Traceback" not in done.stderr
        return done.stdout, done.stderr

    def data(self, *words: str) -> Any:
        return json.loads(self(*words, "--json")[0])["data"]

    def timeline(self) -> list[str]:
        return [row[0] for row in rows(self.root, "SELECT interaction_subject FROM lead_interactions ORDER BY id")]


@pytest.fixture
def tasks(leadnurture: Leadnurture, tmp_path: Path) -> Tasks:
    return Tasks(leadnurture, studio_with_letters_due(tmp_path / "studio", 2))


def test_a_task_from_its_making_to_its_end(tasks: Tasks) -> None:
    (made,) = tasks.data(
        "add", "Send proofs", "--lead", "emma0", "--due", "14 June 2099", "--priority", "high", "--assign", "Holly",
        "--tag", "album", "--tag", "album", "--note", "The big one",
    )["tasks"]  # fmt: skip
    assert (made["id"], made["lead_id"], made["couple"], made["title"]) == (1, 1, "Emma0 & Jack0", "Send proofs")
    assert (made["due_at"], made["priority"], made["status"]) == ("2099-06-14T09:00:00+01:00", "high", "open")
    assert (made["assigned_to"], made["tags"], made["description"]) == ("Holly", ["album"], "The big one")
    assert tasks.data("snooze", "1", "15 June 2099 10:00")["tasks"][0]["due_at"] == "2099-06-15T10:00:00+01:00"
    (edited,) = tasks.data("edit", "1", "--title", "Send the proofs", "--due", "", "--priority", "urgent")["tasks"]
    assert (edited["title"], edited["due_at"], edited["priority"]) == ("Send the proofs", None, "urgent")
    assert tasks("done", "1")[1].startswith("Task 1 done: Send the proofs (Emma0 & Jack0)\n")
    assert tasks.timeline()[-4:] == [
        "Send proofs",
        "Task put off to 15 June 2099 10:00: Send proofs",
        "Task changed (title, due, priority): Send the proofs",
        "Task done: Send the proofs",
    ]
    assert tasks.data("list") == {"tasks": [], "summary": {"total": 0, "overdue": 0}}
    assert [one["status"] for one in tasks.data("list", "--all")["tasks"]] == ["done"]


def test_the_overdue_come_first_and_those_without_a_date_last(tasks: Tasks) -> None:
    assert "task add" in tasks("list")[1]
    tasks("add", "Some day")
    tasks("add", "In June", "--due", "14 June 2099", "--lead", "emma1")
    tasks("add", "Late", "--due", "today 23:59", "--tag", "a b")
    tasks("add", "In June, too", "--due", "14 June 2099", "--priority", "urgent")
    with sqlite3.connect(tasks.root / "leadnurture.db") as connection:
        connection.execute("UPDATE tasks SET due_at = '2026-03-01 09:00:00.000000' WHERE title = 'Late'")
    connection.close()
    report = tasks.data("list")
    assert [one["title"] for one in report["tasks"]] == ["Late", "In June, too", "In June", "Some day"]
    assert report["summary"] == {"total": 4, "overdue": 1}
    shown = tasks("list")[0].splitlines()
    assert shown[0].split() == ["Id", "Due", "Priority", "With", "What"]
    assert shown[1].split() == ["3", "1", "Mar", "09:00", "medium", "Late", "[a", "b]"]
    assert shown[-1] == "4 tasks · 1 overdue"

    def titles(*words: str) -> list[str]:
        return [one["title"] for one in tasks.data("list", *words)["tasks"]]

    assert titles("--overdue") == titles("--due", "today") == titles("--tag", "A B") == ["Late"]
    assert titles("--lead", "emma1") == ["In June"]
    assert titles("--priority", "urgent", "--priority", "high") == ["In June, too"]
    assert titles("--due", "14 June 2099") == ["Late", "In June, too", "In June"]


def test_several_are_ticked_off_at_once_or_none(tasks: Tasks) -> None:
    for title in ("One", "Two", "Three"):
        tasks("add", title)
    assert "there is no task 9" in tasks("done", "1", "2", "9", code=11)[1]
    assert len(tasks.data("list")["tasks"]) == 3
    assert [one["status"] for one in tasks.data("done", "1", "2", "1")["tasks"]] == ["done", "done"]
    assert tasks.data("cancel", "3")["tasks"][0]["status"] == "cancelled"


@pytest.mark.parametrize(
    ("words", "code", "message"),
    [
        (["add", " "], 10, "a task needs a title"),
        (["add", "x" * 256], 10, "at most 255 characters"),
        (["add", "Call", "--due", "someday"], 10, "is no whole date"),
        (["add", "Call", "--due", "2020-01-01"], 10, "--due: 2020-01-01 has passed"),
        (["add", "Call", "--priority", "hgih"], 10, "did you mean 'high'?"),
        (["add", "Call", "--lead", "nobody"], 11, "there is no lead 'nobody'"),
        (["done", "7"], 11, "leadnurture task list --all shows them"),
        (["done", "99999999999999999999"], 2, "less than or equal to"),
        (["snooze", "1", "2020-01-01"], 10, "2020-01-01 09:00 has passed"),
        (["snooze", "7", "+2d"], 11, "there is no task 7"),
        (["edit", "1"], 2, "there is nothing to change"),
        (["edit", "1", "--title", ""], 10, "a task needs a title"),
    ],
)
def test_what_cannot_be_is_told_and_changes_nothing(tasks: Tasks, words: list[str], code: int, message: str) -> None:
    tasks("add", "Call them", "--due", "14 June 2099")
    before = rows(tasks.root, "SELECT * FROM tasks")
    assert message in tasks(*words, code=code)[1]
    assert rows(tasks.root, "SELECT * FROM tasks") == before


def test_what_is_settled_stays_so(tasks: Tasks) -> None:
    tasks("add", "Call them")
    tasks("done", "1")
    for words in (["done", "1"], ["cancel", "1"], ["snooze", "1", "+2d"], ["edit", "1", "--title", "No"]):
        assert "task 1 is done, so it cannot be" in tasks(*words, code=12)[1]
