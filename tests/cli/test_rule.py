"""`leadnurture rule` in a real process: what it refuses, what it asks, and what its answers say."""

import json
from pathlib import Path

import pytest
from processes import Leadnurture
from studios import ANSWERS, LONG_AGO, rows

from leadnurture.clock import VirtualClock
from leadnurture.crm import leads
from leadnurture.founding import found_studio
from leadnurture.studio import Studio

BIG = ("--type", "budget", "--field", "budget", "--operator", "greater_than", "--value", "£5k", "--score", "30")


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A studio with four couples who would pay 6,000."""
    folder = tmp_path / "studio"
    found_studio(folder, ANSWERS, LONG_AGO, default=False)
    with Studio.open(folder, VirtualClock(LONG_AGO)) as studio, studio.change() as change:
        for number in range(4):
            leads.create(
                change, {"primary_email": f"couple{number}@example.com", "estimated_budget": 600_000}, origin="test"
            )
    return folder


def scores(root: Path) -> set[int]:
    return {row[0] for row in rows(root, "SELECT lead_score FROM leads")}


def test_a_rule_that_changes_three_scores_or_more_is_shown_and_wants_a_yes(
    leadnurture: Leadnurture, root: Path
) -> None:
    asked = leadnurture("--studio", str(root), "rule", "add", "Big budget", *BIG)
    assert asked.returncode == 2
    assert "4 of 4 scores change: 4 cold → warm" in asked.stderr
    assert "--yes" in asked.stderr
    assert scores(root) == {30}
    done = leadnurture("--studio", str(root), "rule", "add", "Big budget", *BIG, "--yes", "--json")
    told = json.loads(done.stdout)["data"]
    assert told["rule"]["criteria_value"] == "5000"
    assert told["scores_changed"] == 4
    assert told["temperatures"] == [{"from": "cold", "to": "warm", "leads": 4}]
    assert scores(root) == {60}


def test_what_does_not_fit_is_refused_and_nothing_is_changed(leadnurture: Leadnurture, root: Path) -> None:
    before = rows(root, "SELECT * FROM lead_scoring_rules")
    add = ("--studio", str(root), "rule", "add", "X", "--type", "budget", "--score", "5")
    unknown = leadnurture(*add, "--field", "budgett", "--operator", "greater_then", "--value", "5")
    assert unknown.returncode == 10
    assert "--field: a lead has no field 'budgett'; did you mean 'budget'?" in unknown.stderr
    assert "--operator: 'greater_then' is none of" in unknown.stderr
    assert leadnurture(*add, "--field", "budget").returncode == 2
    again = leadnurture("--studio", str(root), "rule", "add", "real budget", *BIG)
    assert (again.returncode, "already" in again.stderr) == (12, True)
    missing = leadnurture("--studio", str(root), "rule", "set", "Reel budget", "--score", "5")
    assert (missing.returncode, "did you mean 'Real budget'?" in missing.stderr) == (11, True)
    assert leadnurture("--studio", str(root), "rule", "set", "Real budget").returncode == 2
    assert rows(root, "SELECT * FROM lead_scoring_rules") == before


def test_rules_are_changed_and_removed_by_name(leadnurture: Leadnurture, root: Path) -> None:
    changed = leadnurture(
        "--studio", str(root), "rule", "set", "REAL BUDGET", "--score", "5", "--name", "Real", "--yes"
    )
    assert changed.returncode == 0
    assert scores(root) == {15}
    assert leadnurture("--studio", str(root), "rule", "set", "real", "--inactive", "--yes").returncode == 0
    assert scores(root) == {10}
    gone = leadnurture("--studio", str(root), "rule", "remove", "generous budget", "--yes", "--json")
    assert json.loads(gone.stdout)["data"]["removed"] == "Generous budget"
    assert scores(root) == {0}
    told = json.loads(leadnurture("--studio", str(root), "rule", "list", "--json").stdout)["data"]
    assert (told["total_rules"], told["active_rules"]) == (10, 9)


def test_a_file_of_rules_goes_out_and_comes_back_as_it_is_edited(leadnurture: Leadnurture, root: Path) -> None:
    file = root / "rules.yaml"
    assert leadnurture("--studio", str(root), "rule", "export", str(file)).returncode == 0
    same = leadnurture("--studio", str(root), "rule", "import", str(file))
    assert (same.returncode, "already" in same.stderr) == (0, True)
    text = file.read_text()
    kept, _, _ = text.partition("  - name: Wrote back")
    file.write_text(kept.replace("score: 20", "score: 25", 1))
    asked = leadnurture("--studio", str(root), "rule", "import", str(file))
    assert asked.returncode == 2
    assert "~ Real budget: score 20 → 25" in asked.stderr
    assert "- Wrote back" in asked.stderr
    assert scores(root) == {30}
    done = leadnurture("--studio", str(root), "rule", "import", str(file), "--yes", "--json")
    told = json.loads(done.stdout)["data"]
    assert told["removed"] == ["Wrote back", "Asked for a proposal"]
    assert told["changed"] == [{"rule_name": "Real budget", "changes": {"score": [20, 25]}}]
    assert scores(root) == {35}
    file.write_text(kept.replace("greater_than", "greater", 1))
    broken = leadnurture("--studio", str(root), "rule", "import", str(file), "--yes")
    assert broken.returncode == 10
    assert f"{file}:7:15: error: 'greater' is none of" in broken.stderr
    assert scores(root) == {35}


def test_a_rule_that_any_value_fits_says_so(leadnurture: Leadnurture, root: Path) -> None:
    told = leadnurture("--studio", str(root), "rule", "list").stdout
    assert [line.split()[-3:] for line in told.splitlines() if line.startswith("Venue is booked")] == [
        ["wedding_venue", "contains", "anything"]
    ]
