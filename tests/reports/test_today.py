"""What the day holds: nothing that waits for the owner is missing, and all of it fits the screen."""

from datetime import date, timedelta
from io import StringIO

import pytest
from couples import EMMA, LETTERS, add, happen, only, run
from rich.console import Console

from leadnurture.cli.views.today import TodayView
from leadnurture.clock import VirtualClock
from leadnurture.crm import appointments, blocking, leads, standing, tasks, timeline
from leadnurture.reports.today import Today, today
from leadnurture.studio import Studio

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
OFF = LETTERS + "active: false\n"


def day_of(studio: Studio) -> Today:
    with studio.read() as session:
        return today(session, studio.config, studio.now())


def shown(report: Today, width: int = 80, height: int | None = 24) -> list[str]:
    console = Console(
        file=StringIO(), width=width, height=height or 25, force_terminal=height is not None, color_system=None
    )
    console.print(TodayView(report))
    assert isinstance(console.file, StringIO)
    return [line.rstrip() for line in console.file.getvalue().splitlines()]


@pytest.fixture
def quiet(studio: Studio) -> Studio:
    only(studio, OFF)
    return studio


def test_an_empty_studio_says_where_to_begin(quiet: Studio) -> None:
    assert shown(day_of(quiet)) == [
        "Monday 4 January 2027 · nothing waits for you",
        "Next: leadnurture lead add --email …, or lead import FILE.csv",
    ]


def test_whoever_asked_this_minute_has_not_waited(quiet: Studio, clock: VirtualClock) -> None:
    add(quiet, "emma@example.org", **EMMA)
    assert "just now" in shown(day_of(quiet))[2]
    clock.advance(timedelta(minutes=1))
    assert "for 1 min" in shown(day_of(quiet))[2]


def test_a_day_of_another_year_is_shown_whole(quiet: Studio) -> None:
    for name in ("emma", "zoe"):
        booked = add(quiet, f"{name}@example.org", (name.title(), None), wedding_date=date(2028, 9, 30))
        happen(quiet, booked, lambda change, lead: standing.convert(change, lead, 100_000))
    (line,) = [line for line in shown(day_of(quiet)) if line.startswith("Double-booked")]
    assert "30 Sep 2028     Emma · Zoe" in line


def test_who_waits_for_an_answer_and_for_how_long(quiet: Studio, clock: VirtualClock) -> None:
    old = add(quiet, "old@example.org", inquiry_at=quiet.now() - 60 * DAY)
    emma = add(quiet, "emma@example.org", **EMMA)
    ann = add(quiet, "ann@example.org", ("Ann", None))
    add(quiet, "known@example.org", lead_status="contacted")
    add(quiet, "over@example.org", inquiry_at=quiet.now() - 60 * DAY, wedding_date=quiet.now().date() - DAY)
    gone = add(quiet, "gone@example.org")
    happen(quiet, gone, lambda change, lead: standing.opt_out(change, lead, "they said so"))
    clock.advance(2 * HOUR)
    happen(quiet, ann, lambda change, lead: timeline.reply(change, lead, "Hello?"))
    clock.advance(HOUR)
    waiting = day_of(quiet).unanswered
    assert (waiting.total, [one.lead_id for one in waiting.items]) == (3, [emma, ann, old])
    (first, second, _) = waiting.as_json()["items"]
    assert (first["since"], first["replied"]) == ("2027-01-04T10:00:00+00:00", False)
    assert (second["since"], second["replied"]) == ("2027-01-04T12:00:00+00:00", True)
    assert (second["next_recommended_action"], second["date_taken"]) == ("answer", False)
    happen(quiet, ann, lambda change, lead: timeline.note(change, lead, "phone_call", "Called"))  # type: ignore[arg-type]
    assert [one.lead_id for one in day_of(quiet).unanswered.items] == [emma, old]


def test_a_day_with_everything_on_one_screen(quiet: Studio, clock: VirtualClock) -> None:
    emma = add(quiet, "emma@example.org", **EMMA)
    for name in ("Bea", "Cleo"):
        won = add(quiet, f"{name.lower()}@example.org", (name, "Smith"), wedding_date=date(2027, 1, 9))
        happen(quiet, won, lambda change, lead: standing.convert(change, lead, 100))
    happen(quiet, emma, lambda change, lead: tasks.create(change, lead, "Call", due_at=quiet.now() + HOUR))
    happen(quiet, emma, lambda change, lead: tasks.create(change, lead, "Later", due_at=quiet.now() + 3 * DAY))
    happen(quiet, emma, lambda change, lead: leads.update(change, lead, {"next_follow_up_at": quiet.now() + DAY}))
    plan = appointments.Plan("Viewing", quiet.now() + 25 * HOUR, quiet.now() + 26 * HOUR, location="Kew")
    happen(quiet, emma, lambda change, lead: appointments.schedule(change, lead, plan))
    clock.advance(DAY)
    report = day_of(quiet)
    assert report.waits == 4
    assert shown(report) == [
        "Tuesday 5 January 2027 · 4 things wait for you",
        "",
        "Double-booked  Sat 9 Jan       Bea & Smith · Cle…  more weddings than you take",
        "",
        "Tasks          4 Jan 11:00     Emma & Jack Stone   task 1: Call",
        "",
        "Follow up      10:00           Emma & Jack Stone   do task: 'Call' was due yest…",
        "",
        "Meetings       11:00           Emma & Jack Stone   Viewing, Kew",
        "",
        "Weddings       Sat 9 Jan       Bea & Smith",
        "               Sat 9 Jan       Cleo & Smith",
        "Next: leadnurture date check 2027-01-09",
    ]
    told = report.as_json()
    assert {name: part["total"] for name, part in told.items() if isinstance(part, dict)} == {
        "double_booked": 1,
        "in_doubt": 0,
        "held": 0,
        "unanswered": 0,
        "tasks": 1,
        "follow_ups": 1,
        "appointments": 1,
        "weddings": 2,
        "sending": 0,
    }


def test_an_inquiry_for_a_taken_date_says_so_at_once(quiet: Studio) -> None:
    with quiet.change() as change:
        blocking.block(change, [EMMA["wedding_date"]], "Holiday")
    add(quiet, "emma@example.org", **EMMA)
    assert any("To answer" in line and "date taken" in line for line in shown(day_of(quiet)))


def test_what_run_sends_today_and_what_is_held(studio: Studio, clock: VirtualClock) -> None:
    only(studio, LETTERS)
    emma = add(studio, "emma@example.org", **EMMA | {"wedding_venue": None})
    paused = add(studio, "ann@example.org", **EMMA | {"wedding_venue": "Kew"})
    happen(studio, paused, standing.pause)
    sending = day_of(studio).as_json()["sending"]
    assert (sending["messages"], sending["due_now"], sending["letters_left"]) == (1, 0, None)
    assert sending["items"][0] == {
        "sequence": "Two letters",
        "step": "Hello",
        "count": 1,
        "due_now": 0,
        "first_at": "2027-01-04T10:10:00+00:00",
        "last_at": "2027-01-04T10:10:00+00:00",
    }
    clock.advance(HOUR)
    assert "Next: leadnurture run --once" not in shown(day_of(studio))  # Ann waits for an answer first
    assert any(
        "now" in line and "1 message " in line and "Two letters: Hello" in line for line in shown(day_of(studio))
    )
    run(studio)
    assert day_of(studio).sending.messages == 0  # the next letter is in two days
    clock.advance(3 * DAY)
    run(studio)
    (held,) = day_of(studio).held.items
    assert (held.count, held.lead_id) == (1, emma)


def test_a_cap_that_will_be_felt_is_said(studio: Studio, monkeypatch: pytest.MonkeyPatch, clock: VirtualClock) -> None:
    only(studio, LETTERS)
    for name in ("emma", "ann", "zoe"):
        add(studio, f"{name}@example.org", **EMMA)
    monkeypatch.setenv("LEADNURTURE_LIMITS__PER_DAY", "2")
    with Studio.open(studio.root, clock) as capped:
        report = day_of(capped)
    assert (report.sending.messages, report.sending.letters_left) == (3, 2)
    assert any("run sends      today           at most 2 letters " in line for line in shown(report))


@pytest.mark.parametrize(("width", "height"), [(80, 24), (200, 50)])
def test_a_crowded_day_fits_the_screen_and_counts_what_it_leaves_out(quiet: Studio, width: int, height: int) -> None:
    for number in range(60):
        lead_id = add(quiet, f"c{number}@example.org", (f"Couple{number}", "Smith" * 20))
        happen(quiet, lead_id, lambda change, lead: tasks.create(change, lead, "Call" * 50, due_at=quiet.now()))
    lines = shown(day_of(quiet), width, height)
    assert len(lines) == height - 1
    assert max(map(len, lines)) <= width
    left_out = [line.split() for line in lines if "more" in line]
    rows = [line for line in lines[1:-1] if line and "more" not in line]
    assert sum(int(words[2]) for words in left_out) + len(rows) == 120


def test_where_there_is_no_screen_each_part_shows_ten(quiet: Studio) -> None:
    for number in range(12):
        add(quiet, f"c{number}@example.org")
    lines = shown(day_of(quiet), 100, None)
    assert [line.strip() for line in lines if "more" in line] == ["… and 2 more"]
