"""A booking by hand: its value, when it was, what is owed for it, and what led to it."""

import json
import sqlite3
from pathlib import Path

import pytest
from processes import Leadnurture
from studios import rows, studio_with_letters_due


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return studio_with_letters_due(tmp_path / "studio", 1)


def test_a_booking_is_told_with_what_led_to_it(leadnurture: Leadnurture, root: Path) -> None:
    words = ("--studio", str(root), "lead")
    for source, day in (("instagram", "2026-01-20"), ("referral", "2026-03-02")):
        assert leadnurture(*words, "touch", "emma0", source, "--at", day).returncode == 0
    booked = ("--value", "£2,400", "--date", "2026-02-01 12:00", "--commission", "£120", "--type", "deposit_paid")
    done = leadnurture(*words, "convert", "emma0", *booked, "--json")
    told = json.loads(done.stdout)["data"]
    assert told["conversion"] | {"id": 1, "created_at": ""} == {
        "id": 1,
        "lead_id": 1,
        "conversion_type": "deposit_paid",
        "conversion_value": {"amount": 240_000, "currency": "GBP"},
        "conversion_date": "2026-02-01T12:00:00+00:00",
        "first_touch_source": "website",
        "last_touch_source": "instagram",  # who met them again a month later did not bring them
        "touch_points_count": 2,
        "attribution_model": "last_touch",
        "days_to_conversion": 27,
        "total_interactions": 0,
        "nurture_sequences_completed": 0,
        "attributed_revenue": {"amount": 240_000, "currency": "GBP"},
        "commission_amount": {"amount": 12_000, "currency": "GBP"},
        "notes": None,
        "created_at": "",
    }
    assert told["lead"]["converted_at"] == "2026-02-01T12:00:00+00:00"
    shown = json.loads(leadnurture(*words, "show", "emma0", "--json").stdout)["data"]
    assert shown["conversions"] == [told["conversion"]]
    screen = leadnurture(*words, "show", "emma0").stdout
    assert "Booked 1 Feb 2026: £2,400, deposit paid; £120 owed for it" in screen


def test_who_books_again_was_won_by_the_first_booking(leadnurture: Leadnurture, root: Path) -> None:
    words = ("--studio", str(root), "lead")
    for value, day in (("£300", "2026-03-01"), ("£500", "2026-02-01"), ("£100", "2026-04-01")):
        assert leadnurture(*words, "convert", "emma0", "--value", value, "--date", day).returncode == 0
    told = json.loads(leadnurture(*words, "show", "emma0", "--json").stdout)["data"]
    assert told["lead"]["converted_at"] == "2026-02-01T09:00:00+00:00"
    assert told["lead"]["conversion_value"]["amount"] == 90_000
    assert [one["conversion_value"]["amount"] for one in told["conversions"]] == [50_000, 30_000, 10_000]
    assert "Booked 1 Apr 2026: £100, booking confirmed" in leadnurture(*words, "show", "emma0").stdout


def test_a_sequence_that_they_finished_after_they_booked_did_not_lead_to_it(
    leadnurture: Leadnurture, root: Path
) -> None:
    connection = sqlite3.connect(root / "leadnurture.db")
    with connection:
        connection.execute("UPDATE lead_nurture_enrollments SET status = 'completed', ended_at = '2026-02-01 12:00:00'")
    connection.close()
    for day in ("2026-01-31", "2026-02-02"):
        words = ("convert", "emma0", "--value", "100", "--date", day)
        assert leadnurture("--studio", str(root), "lead", *words).returncode == 0
    assert rows(root, "SELECT nurture_sequences_completed FROM lead_conversions ORDER BY id") == [(0,), (1,)]


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--date", "2090-01-03"), "--date: '2090-01-03' is yet to come"),
        (("--date", "soon"), "'soon'"),
        (("--commission", "lots"), "'lots' is not an amount of money"),
    ],
)
def test_what_makes_no_sense_books_nothing(
    leadnurture: Leadnurture, root: Path, words: tuple[str, ...], said: str
) -> None:
    done = leadnurture("--studio", str(root), "lead", "convert", "emma0", "--value", "£2,400", *words)
    assert (done.returncode, said in done.stderr) == (10, True), done.stderr
    assert rows(root, "SELECT count(*) FROM lead_conversions") == [(0,)]
