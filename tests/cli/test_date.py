"""`leadnurture date`: the real command in a real process."""

import json
from pathlib import Path

import pytest
from processes import Leadnurture
from studios import studio_with_letters_due

JOB = (
    "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:x\r\nBEGIN:VEVENT\r\nUID:a\r\nSUMMARY:Job\r\n"
    "DTSTART;VALUE=DATE:20990101\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n"
)


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return studio_with_letters_due(tmp_path / "studio", 1)


def test_dates_are_blocked_shown_checked_and_freed(leadnurture: Leadnurture, root: Path) -> None:
    def date(*words: str) -> str:
        done = leadnurture("--studio", str(root), *words)
        assert done.returncode == 0, done.stderr
        return done.stdout + done.stderr

    assert date("date", "block", "2099-08-01..2099-08-03", "--reason", "Holiday").startswith(
        "2099-08-01 to 2099-08-03 (3 days): blocked\n"
    )
    words = ("lead", "add", "--email", "ann@example.org", "--wedding-date", "2 August 2099")
    assert "Their date is taken   → leadnurture date check 2099-08-02" in date(*words)
    assert date("date", "check", "2099-08-02") == (
        "Sunday 2 August 2099: taken\n  blocked: Holiday\n  1 open inquiry for that day\n"
    )
    assert "Their date is taken" in date("lead", "show", "ann")
    assert [" ".join(line.split()) for line in date("date", "list").splitlines()] == [
        "When What",
        "Sat 1 Aug 2099 blocked Holiday",
        "Sun 2 Aug 2099 blocked Holiday (1 more ask)",
        "Mon 3 Aug 2099 blocked Holiday",
        "",
        "0 weddings · 3 blocked days",
    ]
    told = json.loads(date("date", "unblock", "2099-08-02", "--json"))["data"]["dates"]
    assert [(one["day"], one["available"], one["inquiries"]) for one in told] == [("2099-08-02", True, 1)]


@pytest.mark.parametrize(
    ("words", "code", "message"),
    [
        (["block", "2099-08-03..2099-08-01"], 10, "2099-08-01 is before 2099-08-03"),
        (["block", "2027-01-01..2099-08-01"], 10, "at most 1,000 go at once"),
        (["block", "someday"], 10, "is no whole date"),
        (["unblock", "2099-08-03"], 11, "2099-08-03 is not blocked"),
        (["import", "nowhere.ics"], 11, "there is no file nowhere.ics"),
        (["import", "bad.ics"], 10, "bad.ics: this is no calendar"),
        (["import", "job.ics", "--until", "2099-01-01"], 10, "is not in the ten years that lie ahead"),
    ],
)
def test_what_cannot_be_is_told(
    leadnurture: Leadnurture, root: Path, words: list[str], code: int, message: str
) -> None:
    (leadnurture.cwd / "bad.ics").write_text("hello")
    (leadnurture.cwd / "job.ics").write_text(JOB)
    done = leadnurture("--studio", str(root), "date", *words)
    assert done.returncode == code
    assert message in done.stderr
    assert "Traceback" not in done.stderr
