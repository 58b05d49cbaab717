"""A couple in another time zone, from the command line: typed in, corrected, shown, exported and read back."""

import json
from pathlib import Path

import pytest
from processes import Leadnurture
from studios import studio_with_letters_due

SEQUENCE = """\
name: Before the day
enroll: {when: {status: [new]}}
steps:
  - {id: soon, action: send_email, subject: Soon, body: Soon., before_wedding: 30d, window: {at: "10:00"}, late: 2d}
"""


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return studio_with_letters_due(tmp_path / "studio", 0, SEQUENCE)


def test_a_couple_is_told_of_by_their_own_clocks(leadnurture: Leadnurture, root: Path) -> None:
    def said(*words: str, stdin: str = "") -> str:
        done = leadnurture("--studio", str(root), *words, stdin=stdin)
        assert done.returncode == 0, done.stderr
        return done.stdout

    zone = ("--set", "time_zone=america/new_york")
    said("lead", "add", "--email", "emma@example.com", "--wedding-date", "2099-06-12", *zone)
    shown = json.loads(said("lead", "show", "emma@example.com", "--json"))["data"]
    assert shown["lead"]["time_zone"] == "America/New_York"
    assert shown["enrollments"][0]["next_at"] == "2099-05-13T15:00:00+01:00"
    assert "Time zone" in said("lead", "show", "emma@example.com")
    why = said("lead", "why", "emma@example.com")
    assert "30 days before the wedding (Wed 13 May 2099), at 10:00 in America/New_York" in " ".join(why.split())

    exported = said("lead", "export")
    assert "America/New_York" in exported
    again = leadnurture("--studio", str(root), "lead", "import", "-", stdin=exported)
    assert "0 new, 0 updated, 1 unchanged" in again.stdout

    said("lead", "set", "emma@example.com", "time_zone=")
    shown = json.loads(said("lead", "show", "emma@example.com", "--json"))["data"]
    assert (shown["lead"]["time_zone"], shown["enrollments"][0]["next_at"]) == (None, "2099-05-13T10:00:00+01:00")
    said("lead", "set", "emma@example.com", "wedding_date=12 September 2099")
    shown = json.loads(said("lead", "show", "emma@example.com", "--json"))["data"]
    assert shown["enrollments"][0]["next_at"] == "2099-08-13T10:00:00+01:00"
