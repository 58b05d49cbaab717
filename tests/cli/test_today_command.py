"""`leadnurture today`: the real command in a real process."""

import json
from pathlib import Path

from processes import Leadnurture
from studios import studio_with_letters_due


def test_the_day_is_shown_and_told_as_json(leadnurture: Leadnurture, tmp_path: Path) -> None:
    root = studio_with_letters_due(tmp_path / "studio", 2)
    sheet = tmp_path / "couples.csv"
    sheet.write_text("Email,Wedding date,Status\nann@example.org,2099-06-14,won\nbea@example.org,2099-06-14,new\n")
    done = leadnurture("--studio", str(root), "lead", "import", str(sheet), "--json")
    assert json.loads(done.stdout)["data"]["dates_taken"] == 1
    shown = leadnurture("--studio", str(root), "today")
    assert shown.returncode == 0
    assert shown.stderr == ""
    assert " · 3 things wait for you" in shown.stdout.splitlines()[0]
    told = json.loads(leadnurture("--studio", str(root), "today", "--json").stdout)["data"]
    assert told["total_leads"] == 4
    assert [one["date_taken"] for one in told["unanswered"]["items"]] == [True, False, False]
    assert (told["sending"]["messages"], told["sending"]["due_now"]) == (2, 2)
