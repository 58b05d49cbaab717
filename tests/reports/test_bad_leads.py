"""What people and spreadsheets get wrong about a couple: told clearly, with the place; nothing is stored by half."""

import json
from pathlib import Path

import pytest
from commands import data, do
from couples import EMMA, add

from leadnurture.errors import ConflictError, InvalidInputError
from leadnurture.studio import Studio

BAD = [
    ("primary_phone", "ask me", "'ask me' is no phone number"),
    ("primary_phone", "12", "'12' is no phone number"),
    ("secondary_phone", "💍", "'💍' is no phone number"),
    ("wedding_date", "12 June 1823", "'12 June 1823' is the year 1823; dates lie between 1990 and 2100"),
    ("wedding_date", "2027-02-30", "'2027-02-30' is no date in any calendar"),
    ("inquiry_at", "2099-01-01", "inquiry_at: 2099-01-01 is yet to come"),
    ("estimated_guest_count", "-4", "estimated_guest_count: -4 is not between 0 and 100,000"),
    ("estimated_guest_count", "many", "estimated_guest_count: 'many' is no"),
    ("estimated_budget", "lots", "'lots'"),
    ("estimated_budget", "-5", "-5"),
    ("lead_status", "maybe", "lead_status: 'maybe' is none of new, contacted"),
    ("priority_level", "yesterday", "priority_level: 'yesterday' is none of"),
    ("quality_rating", "11", "quality_rating: 11 is not between 1.0 and 5.0"),
    ("couple_name_bride", "E" * 10_000, "couple_name_bride is 10,000 characters long; at most 255 are kept"),
    ("couple", "E" * 10_000 + " & Bo", "couple_name_bride is 10,000 characters long; at most 255 are kept"),
    ("custom_fields.dog", "D" * 10_001, "custom_fields.dog is 10,001 characters long; at most 10,000 are kept"),
    ("wedding_venue", "V" * 10_000, "wedding_venue is 10,000 characters long"),
    ("additional_notes", "N" * 10_001, "additional_notes is 10,001 characters long; at most 10,000 are kept"),
    ("secondary_email", "not an address", "'not an address' is no e-mail address"),
    ("time_zone", "Mars", "time_zone: 'Mars' is no time zone"),
    ("custom_fields", "x", "custom_fields is kept by leadnurture"),
]
ODD = [
    ("couple_name_bride", "Zoë 💍 Müller", "Zoë 💍 Müller"),
    ("couple_name_bride", "محمد علي", "محمد علي"),
    ("couple_name_groom", "王小明", "王小明"),
    ("wedding_venue", "Barn\x07\x1b[31m red\x00", "Barn [31m red"),
    ("couple_name_bride", "Emma\tStone\r\n", "Emma Stone"),
    ("couple_name_bride", "=HYPERLINK(1)", "=HYPERLINK(1)"),
]


@pytest.fixture
def book(studio: Studio, root: Path) -> Path:
    add(studio, "emma@example.org", **EMMA)
    return root


def _all(root: Path) -> str:
    return json.dumps([data(root, "lead", "show", str(lead["id"])) for lead in data(root, "lead", "list")["leads"]])


def test_a_bad_value_is_refused_with_its_field_and_nothing_else_is_stored(book: Path) -> None:
    before = _all(book)
    for field, text, said in BAD:
        for words in (
            ("lead", "add", "--email", "zoe@example.org", "--set", f"{field}={text}"),
            ("lead", "set", "emma", "wedding_venue=Mill", f"{field}={text}"),
        ):
            refused = do(book, *words).exception
            assert isinstance(refused, InvalidInputError), (words, refused)
            assert said in refused.message
    assert _all(book) == before


def test_a_spreadsheet_says_line_and_column_and_takes_the_good_rows(book: Path, tmp_path: Path) -> None:
    header = "Email,Name,Phone,Wedding date,Guests,Budget,Status"
    rows = [
        "a@example.org,Ann & Bo,ask me,,,,",
        "b@example.org,Ann & Bo,,12 June 1823,,,",
        "c@example.org,Ann & Bo,,,-4,,",
        "d@example.org,Ann & Bo,,,,lots,",
        "e@example.org,Ann & Bo,,,,,maybe",
        f"f@example.org,{'E' * 10_000} & Bo,,,,,",
        "good@example.org,💍 Zoë & محمد,,,,,",
    ]
    sheet = tmp_path / "couples.csv"
    sheet.write_text("\n".join([header, *rows]) + "\n", encoding="utf-8")
    told = data(book, "lead", "import", str(sheet))
    assert [(one["line"], one["column"]) for one in told["rejected"]] == [
        (2, "Phone"),
        (3, "Wedding date"),
        (4, "Guests"),
        (5, "Budget"),
        (6, "Status"),
        (7, "Name"),
    ]
    assert told["created"] == 1
    assert {lead["primary_email"] for lead in data(book, "lead", "list")["leads"]} == {
        "emma@example.org",
        "good@example.org",
    }
    strict = do(book, "lead", "import", str(sheet), "--strict").exception
    assert isinstance(strict, InvalidInputError)


def test_odd_signs_are_kept_where_they_are_text_and_dropped_where_they_steer(book: Path) -> None:
    for field, text, kept in ODD:
        assert data(book, "lead", "set", "emma@example.org", f"{field}={text}")["lead"][field] == kept
        shown = do(book, "lead", "show", "emma@example.org")
        assert shown.exception is None
        assert "\x1b" not in shown.stdout
    assert data(book, "lead", "list", "--search", "王小")["pagination"]["total"] == 1


def test_no_cell_of_an_export_is_a_formula(book: Path, tmp_path: Path) -> None:
    target = tmp_path / "couples.csv"
    for start in ("=", "+", "-", "@"):
        do(
            book,
            "lead",
            "set",
            "emma@example.org",
            f"wedding_venue={start}cmd|' /C calc'!A0",
            f"custom_fields.x={start}1+1",
        )
        do(book, "lead", "export", "-o", str(target))
        text = target.read_text(encoding="utf-8-sig")
        assert f"'{start}cmd|" in text
        assert f",{start}" not in text


def test_two_couples_with_one_address_are_told_who_has_it(book: Path) -> None:
    before = _all(book)
    refused = do(book, "lead", "add", "--email", "EMMA@example.org", "--couple", "Zoë & Max").exception
    assert isinstance(refused, ConflictError)
    assert "is lead 1 (Emma & Jack Stone) already" in refused.message
    assert refused.hint == "see it with: leadnurture lead show 1"
    assert _all(book) == before
