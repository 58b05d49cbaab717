"""What today's leads tell of sequence files: fields that are empty for them, and weddings over before a step is due."""

import json
from datetime import date
from pathlib import Path

import pytest
from couples import add, happen
from typer.testing import CliRunner

from leadnurture.cli.main import app
from leadnurture.crm import standing
from leadnurture.reports.sequence_problems import sequence_problems
from leadnurture.reports.todays_leads import TodaysLeads
from leadnurture.sequences.problems import Problem
from leadnurture.store.vocabulary import LeadStatus
from leadnurture.studio import Studio

VENUE = """\
name: Venue
enroll: {when: {status: [new]}}
steps:
  - id: hello
    action: send_email
    subject: "{{ lead.wedding_venue or 'Your venue' }}, {{ wedding_venue }}"
    body: |
      I know {{ lead.wedding_venue }} well.

      In {{ lead.wedding_venue }} the light is from {{ lead.custom_fields.side }}. {{ owner.phone }}
"""
GALLERY = """\
name: Gallery
enroll: {when: {source: [website]}}
steps:
  - id: hello
    action: send_email
    subject: Hello
    body: Hello.
  - id: wait
    action: wait_delay
    delay: 30d
  - id: gallery
    action: send_email
    delay: 10d
    subject: Gallery
    body: Look.
"""
LATE = "the wedding is over before 'gallery' is due, 40 days in"
AHEAD_OF_LATE = date(2027, 2, 13)  # the day on which the step would come, forty days after 4 January


def problems(studio: Studio, text: str) -> tuple[Problem, ...]:
    for path in studio.folder.files():
        path.unlink()
    (studio.folder.sequences / "file.yaml").write_text(text)
    with studio.read() as session:
        today = TodaysLeads.of(session, studio.config, studio.now())
        return sequence_problems(studio.folder.drafts(studio.reading()), studio.folder, studio.config, today)


def messages(studio: Studio, text: str) -> list[str]:
    return [problem.message for problem in problems(studio, text)]


def wed(studio: Studio, *days: date | None, **facts: object) -> list[int]:
    return [add(studio, f"c{day}@example.org", wedding_date=day, **facts) for day in days]


def test_a_field_that_is_empty_for_leads_of_today_is_told_once_per_text_with_how_many(studio: Studio) -> None:
    add(studio, "a@example.org", wedding_venue="Barn Hall", custom_fields={"side": "the east"})
    add(studio, "b@example.org")
    add(studio, "c@example.org")
    assert [(problem.place.line, problem.message) for problem in problems(studio, VENUE)] == [
        (6, "{{ wedding_venue }} can be empty, and is for 2 of 3 open leads"),
        (8, "{{ lead.wedding_venue }} can be empty, and is for 2 of 3 open leads"),
        (10, "{{ lead.custom_fields.side }} can be empty, and is for 2 of 3 open leads"),
        (10, "{{ owner.phone }} can be empty"),
    ]


def test_a_field_that_everybody_has_today_is_told_without_a_number(studio: Studio) -> None:
    add(studio, "a@example.org", wedding_venue="Barn Hall", custom_fields={"side": "the east"})
    assert all(message.endswith("can be empty") for message in messages(studio, VENUE))


def test_leads_that_get_no_letters_any_more_do_not_count(studio: Studio) -> None:
    for name in ("lost", "out", "open"):
        add(studio, f"{name}@example.org")
    happen(studio, 1, lambda change, lead: standing.set_status(change, lead, LeadStatus.LOST, who="me"))
    happen(studio, 2, lambda change, lead: standing.opt_out(change, lead, "asked"))
    assert "{{ wedding_venue }} can be empty, and is for 1 of 1 open lead" in messages(studio, VENUE)


def test_a_step_after_the_wedding_of_leads_of_today_is_told_with_how_many(studio: Studio) -> None:
    wed(studio, date(2027, 1, 20), date(2027, 2, 12), AHEAD_OF_LATE, date(2028, 6, 3), None)
    wed(studio, date(2027, 1, 21), lead_source="instagram")
    (problem,) = problems(studio, GALLERY)
    assert problem.message == f"for 2 of 5 leads that this sequence would take, {LATE}"
    assert (problem.file, problem.place.line, problem.severity.value) == ("sequences/file.yaml", 13, "warning")
    assert "{wedding: {beyond: 2w}}" in (problem.hint or "")


def test_a_wedding_that_is_over_already_is_not_the_steps_fault(studio: Studio) -> None:
    wed(studio, date(2027, 1, 3))
    assert messages(studio, GALLERY) == []
    wed(studio, date(2027, 1, 4))
    assert messages(studio, GALLERY) == [f"for 1 of 2 leads that this sequence would take, {LATE}"]


@pytest.mark.parametrize(
    ("given", "instead"),
    [
        ("delay: 10d", "delay: 10d\n    when: {any: [{wedding: {known: false}}, {wedding: {beyond: 2w}}]}"),
        ("name: Gallery", "name: Gallery\ntype: post_wedding"),
        ("enroll: {when: {source: [website]}}\n", ""),
        ("delay: 10d", "delay: 10d\n    active: false"),
        ("delay: 30d", "delay: 1d"),
        (
            "action: send_email\n    delay: 10d\n    subject: Gallery\n    body: Look.",
            "action: create_task\n    delay: 10d\n    title: Look",
        ),
    ],
    ids=["a condition", "meant for afterwards", "nobody enters", "switched off", "early enough", "for the owner"],
)
def test_a_step_that_is_not_late_for_anybody_is_right(given: str, instead: str, studio: Studio) -> None:
    wed(studio, date(2027, 1, 20))
    assert len(messages(studio, GALLERY)) == 1
    assert given in GALLERY
    assert messages(studio, GALLERY.replace(given, instead)) == []


def test_who_would_leave_at_once_is_not_taken(studio: Studio) -> None:
    wed(studio, date(2027, 1, 20), date(2027, 1, 21), consent_marketing=False)
    text = GALLERY.replace("name: Gallery", "name: Gallery\npurpose: marketing").replace("Hello.", "Unsubscribe.")
    assert messages(studio, text.replace("Look.", "Unsubscribe.")) == []


def check(root: Path, *words: str) -> tuple[int, list[dict[str, object]], str]:
    done = CliRunner().invoke(app, ["--studio", str(root), "sequence", "check", "--json", *words])
    return done.exit_code, json.loads(done.stdout)["data"]["problems"], done.stderr


def test_the_command_tells_numbers_where_there_are_leads(studio: Studio, root: Path) -> None:
    problems(studio, VENUE)
    add(studio, "a@example.org")
    code, told, _ = check(root, "file")
    assert code == 0
    assert told[0] == {
        "file": "sequences/file.yaml",
        "line": 6,
        "column": 14,
        "severity": "warning",
        "message": "{{ wedding_venue }} can be empty, and is for 1 of 1 open lead",
        "hint": 'give it a fallback: {{ wedding_venue or "…" }}; without one the step is held for such a lead',
    }


def test_without_a_database_the_command_checks_what_it_can_and_says_nothing_of_it(studio: Studio, root: Path) -> None:
    problems(studio, VENUE)
    studio.database.close()
    (root / "leadnurture.db").unlink()
    code, told, said = check(root)
    assert (code, said) == (0, "")
    assert [problem["message"] for problem in told] == [
        "{{ wedding_venue }} can be empty",
        "{{ lead.wedding_venue }} can be empty",
        "{{ lead.custom_fields.side }} can be empty",
        "{{ owner.phone }} can be empty",
    ]
    assert not (root / "leadnurture.db").exists()


def test_without_leads_nothing_is_told_of_them(studio: Studio) -> None:
    assert all("open lead" not in message for message in messages(studio, VENUE))
    assert messages(studio, GALLERY) == []
