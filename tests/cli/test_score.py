"""`leadnurture score` in a real process."""

import json
from pathlib import Path

import pytest
from processes import Leadnurture
from studios import ANSWERS, LONG_AGO, rows

from leadnurture.clock import VirtualClock
from leadnurture.crm import leads
from leadnurture.founding import found_studio
from leadnurture.studio import Studio

COUPLES = {"emma": 600_000, "zoe": 120_000, "mia": 50_000}


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A studio with three couples of different budgets."""
    folder = tmp_path / "studio"
    found_studio(folder, ANSWERS, LONG_AGO, default=False)
    with Studio.open(folder, VirtualClock(LONG_AGO)) as studio, studio.change() as change:
        for name, budget in COUPLES.items():
            leads.create(change, {"primary_email": f"{name}@example.com", "estimated_budget": budget}, origin="test")
    return folder


def test_an_adjustment_has_its_reason_and_is_told_by_show(leadnurture: Leadnurture, root: Path) -> None:
    in_studio = ("--studio", str(root), "score")
    adjusted = leadnurture(*in_studio, "adjust", "emma", "--by", "+80", "--reason", "met at the fair", "--json")
    told = json.loads(adjusted.stdout)["data"]
    assert (told["old_score"], told["new_score"], told["temperature"]) == (30, 100, "hot")
    fading = leadnurture(*in_studio, "adjust", "emma", "--by", "-10", "--reason", "slow", "--half-life", "30d")
    assert "score 100 → 100 (hot)" in fading.stderr
    shown = json.loads(leadnurture(*in_studio, "show", "emma", "--json").stdout)["data"]
    assert (shown["score"], shown["total"]) == (100, 100.0)
    assert [rule["rule_name"] for rule in shown["rules"]] == ["Real budget", "Generous budget"]
    assert shown["rules"][0]["actual"] == "£6,000"
    assert [(one["reason"], one["half_life"]) for one in shown["adjustments"]] == [
        ("met at the fair", None),
        ("slow", "30d"),
    ]
    text = leadnurture(*in_studio, "show", "emma").stdout
    for part in ("Real budget", "estimated_budget greater than 1999: £6,000", "met at the fair", "+100  in all"):
        assert part in text


def test_a_sum_above_100_is_shown_as_kept_there(leadnurture: Leadnurture, root: Path) -> None:
    leadnurture("--studio", str(root), "score", "adjust", "emma", "--by", "99", "--reason", "keen")
    assert (
        "+129  in all, kept between 0 and 100: 100"
        in leadnurture("--studio", str(root), "score", "show", "emma").stdout
    )


@pytest.mark.parametrize(
    ("options", "code", "told"),
    [
        (("--by", "0", "--reason", "x"), 10, "without 0"),
        (("--by", "101", "--reason", "x"), 10, "between -100 and 100"),
        (("--by", "5", "--reason", " "), 10, "say why"),
        (("--by", "5", "--reason", "x", "--half-life", "soon"), 10, "no length of time"),
        (("--by", "5", "--reason", "x", "--half-life", "0d"), 10, "no time at all"),
        (("--by", "many", "--reason", "x"), 2, "--by"),
        (("--by", "5"), 2, "--reason"),
    ],
)
def test_an_adjustment_that_makes_no_sense_is_refused(
    leadnurture: Leadnurture, root: Path, options: tuple[str, ...], code: int, told: str
) -> None:
    done = leadnurture("--studio", str(root), "score", "adjust", "emma", *options)
    assert (done.returncode, told in done.stderr) == (code, True), done.stderr
    assert rows(root, "SELECT count(*) FROM lead_score_adjustments") == [(0,)]


def test_recalculating_follows_new_thresholds_and_asks_from_three_couples_on(
    leadnurture: Leadnurture, root: Path
) -> None:
    in_studio = ("--studio", str(root), "score", "recalc")
    assert "No score changes (3 looked at)." in leadnurture(*in_studio).stderr
    config = root / "leadnurture.toml"
    config.write_text(config.read_text().replace("hot = 70\nwarm = 40", "hot = 20\nwarm = 0"))
    one = leadnurture(*in_studio, "emma", "--json")
    assert json.loads(one.stdout)["data"]["temperatures"] == [{"from": "cold", "to": "hot", "leads": 1}]
    two = leadnurture(*in_studio)
    assert "2 cold → warm" in two.stderr
    config.write_text(config.read_text().replace("hot = 20\nwarm = 0", "hot = 70\nwarm = 40"))
    three = leadnurture(*in_studio)
    assert three.returncode == 2
    assert "1 hot → cold, 2 warm → cold" in three.stderr
    assert leadnurture(*in_studio, "--yes").returncode == 0
    assert rows(root, "SELECT DISTINCT lead_temperature FROM leads") == [("cold",)]


def test_the_distribution_has_five_ranges(leadnurture: Leadnurture, root: Path) -> None:
    told = json.loads(leadnurture("--studio", str(root), "score", "distribution", "--json").stdout)["data"]
    assert [one["leads"] for one in told["ranges"]] == [2, 1, 0, 0, 0]
    assert (told["total_leads"], told["average_score"], told["median_score"]) == (3, 10.0, 0.0)
    text = leadnurture("--studio", str(root), "score", "distribution").stdout
    assert "21–40" in text
    assert "average 10.0, median 0.0" in text
