"""`lead consent`: what a couple agrees to is noted with its words, and shown again."""

import json
from pathlib import Path

import pytest
from processes import Leadnurture
from studios import studio_with_letters_due


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return studio_with_letters_due(tmp_path / "studio", 1)


def test_a_consent_is_noted_and_shown_with_all_that_was_said_before(leadnurture: Leadnurture, root: Path) -> None:
    words = ("--studio", str(root), "lead", "consent", "emma0")
    given = ("--marketing", "yes", "--origin", "form", "--text", "Offers, please", "--at", "2026-01-04 10:00")
    first = leadnurture(*words, *given)
    assert (first.returncode, first.stderr) == (0, "Lead 1 (Emma0 & Jack0): consent noted: marketing yes\n")
    taken_back = leadnurture(*words, "--marketing", "no", "--processing", "yes", "--origin", "mail", "--json")
    data = json.loads(taken_back.stdout)["data"]
    assert data["automation_changes"] == {"sequences_enrolled": [], "sequences_removed": []}
    assert (data["lead"]["consent_marketing"], data["lead"]["consent_data_processing"]) == (False, True)
    shown = json.loads(leadnurture(*words, "--json").stdout)["data"]["consents"]
    assert shown == data["consents"]
    assert [(one["kind"], one["given"], one["origin"], one["text"]) for one in shown] == [
        ("marketing", True, "form", "Offers, please"),
        ("marketing", False, "mail", None),
        ("processing", True, "mail", None),
    ]
    assert shown[0]["at"] == "2026-01-04T10:00:00+00:00"
    assert "2026-01-04  marketing yes (form): Offers, please" in leadnurture(*words).stdout


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (("--marketing", "maybe"), 10, "'maybe' is neither yes nor no"),
        (("--marketing", ""), 10, "neither yes nor no"),
        (("--marketing", "yes", "--origin", "dream"), 10, "is none of form, mail, spreadsheet, by_word"),
        (("--marketing", "yes", "--at", "2999-01-01"), 10, "dates lie between 1990 and 2100"),
        (("--marketing", "yes", "--at", "2099-01-01"), 10, "is yet to come"),
        (("--text", "Offers, please"), 2, "--text and --at say more about a consent"),
    ],
)
def test_what_makes_no_sense_is_refused(
    leadnurture: Leadnurture, root: Path, words: tuple[str, ...], code: int, said: str
) -> None:
    done = leadnurture("--studio", str(root), "lead", "consent", "1", *words)
    assert done.returncode == code
    assert said in done.stderr
    assert "Traceback" not in done.stderr
