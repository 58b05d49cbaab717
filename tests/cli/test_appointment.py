"""`leadnurture appointment`: the real command in a real process."""

import json
from pathlib import Path
from typing import Any, cast

import pytest
from icalendar import Calendar, Event
from processes import Leadnurture
from studios import studio_with_letters_due

SOON = "2099-07-08 18:00"
SENT_BEFORE = "They were invited by mail, and do not know of this yet: send couple0@example.com the file."
INVITING = """\
name: Letter
enroll: {when: {status: [new]}}
steps:
  - id: meet
    action: schedule_appointment
    title: First call
    start: +3d 18:00
    invite: true
"""


class Book:
    """A studio's commands about its appointments."""

    def __init__(self, leadnurture: Leadnurture, root: Path) -> None:
        self._run, self.root = leadnurture, root

    def __call__(self, *words: str, code: int = 0) -> tuple[str, str]:
        done = self._run("--studio", str(self.root), "appointment", *words)
        assert done.returncode == code, done.stderr
        return done.stdout, done.stderr

    def data(self, *words: str) -> Any:
        return json.loads(self(*words, "--json")[0])["data"]

    def tick(self) -> None:
        assert self._run("--studio", str(self.root), "run", "--once").returncode == 0


@pytest.fixture
def book(leadnurture: Leadnurture, tmp_path: Path) -> Book:
    return Book(leadnurture, studio_with_letters_due(tmp_path / "studio", 2))


@pytest.fixture
def invited(leadnurture: Leadnurture, tmp_path: Path) -> Book:
    """A studio whose one couple got an invitation."""
    book = Book(leadnurture, studio_with_letters_due(tmp_path / "studio", 1, INVITING))
    book.tick()
    return book


def read(text: str) -> tuple[Calendar, list[Event]]:
    calendar = cast("Calendar", Calendar.from_ical(text))
    return calendar, calendar.events


def test_an_appointment_from_its_making_to_its_end(book: Book) -> None:
    made = book.data("add", "emma0", "Phone call", "--at", SOON, "--for", "30m", "--location", "Bath")["appointment"]
    assert (made["id"], made["lead_id"], made["title"], made["location"]) == (1, 1, "Phone call", "Bath")
    assert (made["starts_at"], made["ends_at"]) == ("2099-07-08T18:00:00+01:00", "2099-07-08T18:30:00+01:00")
    assert (made["status"], made["calendar_sequence"], made["invitation"]) == ("scheduled", 0, None)
    moved = book.data("move", "1", "--to", "9 July 2099 10:00")["appointment"]
    assert (moved["starts_at"], moved["ends_at"]) == ("2099-07-09T10:00:00+01:00", "2099-07-09T10:30:00+01:00")
    assert (moved["uid"], moved["calendar_sequence"]) == (made["uid"], 1)
    longer = book.data("move", "1", "--to", "9 July 2099 10:00", "--for", "2h")["appointment"]
    assert longer["ends_at"] == "2099-07-09T12:00:00+01:00"
    assert book.data("done", "1")["appointment"]["status"] == "done"
    assert book.data("list")["appointments"] == []
    assert [one["status"] for one in book.data("list", "--all")["appointments"]] == ["done"]


def test_the_list_shows_when_with_whom_and_what(book: Book) -> None:
    assert "appointment add" in book("list")[1]
    book("add", "emma0", "Phone call", "--at", SOON)
    book("add", "emma1", "Visit [red]x[/red]", "--at", "2099-07-07 09:30")
    out, _ = book("list")
    lines = out.splitlines()
    assert lines[0].split() == ["Id", "Status", "When", "With", "What"]
    assert ["Emma1 & Jack1" in lines[1], "Emma0 & Jack0" in lines[2]] == [True, True]
    assert "Tue 7 Jul 2099 09:30" in lines[1]
    assert "Visit [red]x[/red]" in lines[1]
    assert lines[-1] == "2 appointments"
    assert [one["lead_id"] for one in book.data("list", "--lead", "emma0")["appointments"]] == [1]


def test_a_calendar_file_for_oneself(book: Book, tmp_path: Path) -> None:
    book("add", "emma0", "Phone call", "--at", SOON)
    book("add", "emma1", "Visit", "--at", SOON)
    book("cancel", "2")
    calendar, events = read(book("list", "--ics", "-")[0])
    assert (calendar["METHOD"], [str(event["SUMMARY"]) for event in events]) == ("PUBLISH", ["Phone call"])
    file = tmp_path / "all.ics"
    out, told = book("list", "--all", "--ics", str(file))
    assert (out, told) == ("", f"wrote {file}\n")
    assert [event["STATUS"] for event in read(file.read_text())[1]] == ["CONFIRMED", "CANCELLED"]
    assert "exclude each other" in book("list", "--ics", "-", "--json", code=2)[1]


def test_a_file_for_the_couple_follows_the_appointment(book: Book) -> None:
    book("add", "emma0", "Phone call", "--at", SOON)
    asked, (first,) = read(book("export", "1")[0])
    assert (asked["METHOD"], first["ATTENDEE"], first["SEQUENCE"]) == ("REQUEST", "mailto:couple0@example.com", 0)
    book("cancel", "1")
    told = book.data("export", "1")
    gone, (last,) = read(told["ics"])
    assert told["method"] == gone["METHOD"] == "CANCEL"
    assert (last["UID"], last["SEQUENCE"], last["STATUS"]) == (first["UID"], 1, "CANCELLED")


def test_a_couple_that_was_invited_is_not_forgotten_when_it_changes(invited: Book) -> None:
    (made,) = invited.data("list")["appointments"]
    assert (made["invite"], made["invitation"]) == (True, "sent")
    assert "(invitation sent)" in invited("list")[0]
    told = invited("move", "1", "--to", SOON)[1]
    assert SENT_BEFORE in told
    assert "leadnurture appointment export 1 invite.ics" in told
    assert SENT_BEFORE in invited("cancel", "1")[1]
    (mail,) = (invited.root / "outbox").glob("*.eml")
    assert made["uid"] in mail.read_text()


def test_one_that_the_couple_knows_nothing_of_is_cancelled_without_a_word_about_it(book: Book) -> None:
    told = book("add", "emma0", "Phone call", "--at", SOON)[1]
    assert told.startswith("Appointment 1 with Emma0 & Jack0: Phone call, Wed 8 Jul 2099 18:00 (in ")
    assert "export" not in book("cancel", "1")[1]


@pytest.mark.parametrize(
    ("words", "code", "message"),
    [
        (["add", "emma0", "Call", "--at", "2099-07-08"], 10, "says no time of day"),
        (["add", "emma0", "Call", "--at", "someday 18:00"], 10, "is no whole date"),
        (["add", "emma0", "Call", "--at", "2020-07-08 18:00"], 10, "has passed"),
        (["add", "emma0", " ", "--at", SOON], 10, "needs a title"),
        (["add", "emma0", "Call", "--at", SOON, "--for", "soon"], 10, "--for: 'soon' is no length of time"),
        (["add", "emma0", "Call", "--at", SOON, "--for", "2d"], 10, "is no length of a meeting"),
        (["add", "nobody", "Call", "--at", SOON], 11, "there is no lead 'nobody'"),
        (["move", "7", "--to", SOON], 11, "there is no appointment 7"),
        (["export", "7"], 11, "there is no appointment 7"),
        (["list", "--ics", "/nowhere/x.ics"], 14, "/nowhere/x.ics"),
    ],
)
def test_what_cannot_be_is_told(book: Book, words: list[str], code: int, message: str) -> None:
    assert message in book(*words, code=code)[1]
    assert book.data("list", "--all")["appointments"] == []


def test_what_is_settled_stays_so(book: Book) -> None:
    book("add", "emma0", "Phone call", "--at", SOON)
    book("cancel", "1")
    assert "is cancelled, so it cannot be moved" in book("move", "1", "--to", SOON, code=12)[1]
