"""`lead why` and `sequence show` speak of weddings, of the clocks where the couple lives, and of what is too late."""

from datetime import UTC, date, datetime
from io import StringIO

import pytest
from couples import EMMA, add, happen, only, run
from rich.console import Console

from leadnurture.cli.views.sequences import sequence_view
from leadnurture.clock import VirtualClock
from leadnurture.crm import leads
from leadnurture.reports.sequence_card import sequence_card
from leadnurture.reports.why import why
from leadnurture.reports.why_next import NextStep
from leadnurture.reports.why_walks import WalkStory
from leadnurture.store.tables.lead import Lead
from leadnurture.studio import Studio

HEAD = "name: Welcome\nenroll: {when: {status: [new]}}\nsteps:\n"


def step(keys: str, key: str = "soon") -> str:
    return f"  - {{id: {key}, action: send_email, subject: Soon, body: Soon., {keys}}}\n"


def walk(studio: Studio, lead: int) -> WalkStory:
    with studio.read() as session:
        (story,) = why(session, studio.config, studio.now(), session.get_one(Lead, lead)).walks
    return story


def upcoming(studio: Studio, lead: int) -> NextStep:
    found = walk(studio, lead).next
    assert found is not None
    return found


@pytest.mark.parametrize(
    ("keys", "zone", "because"),
    [
        ("before_wedding: 30d", None, ("30 days before the wedding (Thu 13 May 2027), at 09:00",)),
        (
            "before_wedding: 30d",
            "America/New_York",
            ("30 days before the wedding (Thu 13 May 2027), at 09:00 in America/New_York",),
        ),
        ("after_wedding: 1d", None, ("1 day after the wedding (Sun 13 June 2027), at 09:00",)),
        (
            'after_wedding: 1d, window: {at: "10:30", days: [mon]}',
            "Europe/Rome",
            (
                "1 day after the wedding (Sun 13 June 2027), at 10:30 in Europe/Rome",
                "its window opens Mon 10:30 in Europe/Rome (Mon 10:30–20:00)",
            ),
        ),
        (
            "before_wedding: 30d, late: skip",
            None,
            (
                "30 days before the wedding (Thu 13 May 2027), at 09:00",
                "it is skipped if it has not gone by Fri 14 May 00:00",
            ),
        ),
        (
            'delay: 1d, window: {at: "09:00"}, late: 2d',
            "America/New_York",
            (
                "1 day after they entered (Mon 4 Jan 10:00)",
                "its window opens Tue 09:00 in America/New_York (09:00–20:00)",
                "it is skipped if it has not gone by Thu 7 Jan 14:00",
            ),
        ),
    ],
)
def test_a_step_s_moment_is_told_by_the_clocks_where_they_live(
    studio: Studio, keys: str, zone: str | None, because: tuple[str, ...]
) -> None:
    only(studio, HEAD + step(keys), "welcome")
    emma = add(studio, "emma@example.org", **EMMA | {"time_zone": zone})
    assert upcoming(studio, emma).because == because


def test_a_wedding_whose_date_is_not_known_is_told(studio: Studio) -> None:
    only(studio, HEAD + step("before_wedding: 30d"), "welcome")
    emma = add(studio, "emma@example.org", **EMMA | {"wedding_date": None})
    assert upcoming(studio, emma).because == ("30 days before the wedding, whose date is not known",)
    run(studio)
    assert upcoming(studio, emma).held == "their wedding date is not known"
    assert upcoming(studio, emma).because == (
        "30 days before the wedding, whose date is not known",
        "it waits because their wedding date is not known; it is asked again Tue 5 Jan 10:00",
    )


def test_a_day_that_passed_before_the_step_ahead_was_done_is_told(studio: Studio, clock: VirtualClock) -> None:
    first = "  - {id: first, action: add_lead_tag, tag: first, delay: 134d}\n"
    only(studio, HEAD + first + step("before_wedding: 30d, window: {days: [mon]}"), "welcome")
    emma = add(studio, "emma@example.org", **EMMA)
    clock.set(datetime(2027, 5, 18, 9, tzinfo=UTC))
    run(studio)
    assert upcoming(studio, emma).because == (
        "30 days before the wedding (Thu 13 May 2027), at 00:00, but not before 'first' was done (Tue 18 May 10:00)",
        "its window opens Mon 00:00 (Mon)",
    )


def test_a_step_that_will_be_skipped_says_so_before_it_is(studio: Studio) -> None:
    only(studio, HEAD + step("before_wedding: 200d"), "welcome")
    emma = add(studio, "emma@example.org", **EMMA)
    why_not = "200 days before the wedding was Tue 24 November 2026, before they entered"
    assert upcoming(studio, emma).because[-1] == f"it will be skipped: {why_not}"
    run(studio)
    assert [(one.outcome, one.reason) for one in walk(studio, emma).steps] == [("skipped", why_not)]


def test_a_message_taken_back_because_the_wedding_moved_is_told(studio: Studio, clock: VirtualClock) -> None:
    only(studio, HEAD + step("before_wedding: 30d"), "welcome")
    emma = add(studio, "emma@example.org", **EMMA)
    clock.set(datetime(2027, 5, 13, 8, tzinfo=UTC))
    outbox = studio.folder.root / "outbox"
    outbox.write_text("in the way")
    run(studio)
    happen(studio, emma, lambda change, lead: leads.update(change, lead, {"wedding_date": date(2027, 9, 18)}))
    story = walk(studio, emma)
    assert [(one.step, one.outcome, one.reason) for one in story.steps] == [
        ("soon", "held", "its message 'Soon' was taken back unsent: its day lies ahead")
    ]
    assert upcoming(studio, emma).because == ("30 days before the wedding (Thu 19 August 2027), at 09:00",)


def test_a_sequence_shows_its_days_around_the_wedding_and_what_becomes_of_late_steps(studio: Studio) -> None:
    text = HEAD + step("before_wedding: 2w, late: skip", "a") + step("after_wedding: 1d, late: 36h", "b")
    only(studio, text, "welcome")
    with studio.read() as session:
        card = sequence_card(session, studio.config, studio.now(), studio.folder, "welcome")
    first, second = (one.as_json() for one in card.steps)
    assert (first["delay"], first["wedding"], first["late"]) == (
        "",
        "14 days before the wedding",
        "skipped once its window has closed",
    )
    assert second["late"] == "skipped when more than 36 hours late"
    out = StringIO()
    Console(file=out, width=80, highlight=False).print(sequence_view(card))
    assert "send email 14 days before the wedding" in out.getvalue()
    assert "send email 1 day after the wedding" in out.getvalue()
    assert "    skipped once its window has closed" in out.getvalue()
