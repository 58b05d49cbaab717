"""What an export writes, an import reads back to the same couples; and no cell of it is a formula."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from spreadsheet_fixtures import BRITISH, NOW, bring_in, leads_in, new_book

from leadnurture.crm.fields import STORED_FIELDS, Kind, LeadField
from leadnurture.crm.names import clean
from leadnurture.crm.spreadsheet.cells import means_nothing
from leadnurture.crm.spreadsheet.columns import ColumnKind, match_columns
from leadnurture.crm.spreadsheet.exporting import export_rows
from leadnurture.crm.spreadsheet.meanings import SETTABLE
from leadnurture.crm.spreadsheet.rows import read_row
from leadnurture.crm.spreadsheet.sheet import read_sheet
from leadnurture.crm.spreadsheet.writing import csv_bytes
from leadnurture.crm.values import EARLIEST, LATEST
from leadnurture.store.database import Database
from leadnurture.store.tables.lead import Lead
from leadnurture.store.vocabulary import LeadStatus


@pytest.fixture
def book(tmp_path: Path) -> Iterator[Database]:
    with new_book(tmp_path) as database:
        yield database


def new_lead(**values: Any) -> Lead:
    given_or_usual = {"primary_email": "e@example.org", "lead_source": "website", "inquiry_at": NOW, **values}
    return Lead(**given_or_usual, unsubscribe_token="token", created_at=NOW, updated_at=NOW)


def exported(*leads: Lead, currency: str = "GBP") -> list[dict[str, str]]:
    header, *rows = export_rows(leads, currency=currency)
    return [dict(zip(header, row, strict=True)) for row in rows]


def test_every_stored_field_has_a_column_and_so_has_every_custom_field() -> None:
    couples = [new_lead(custom_fields={"shoes": "flat"}), new_lead(custom_fields={"colour": "red", "a.b": "c"})]
    header, *rows = export_rows(couples, currency="GBP")
    stored = [field.name for field in STORED_FIELDS if field.name != "custom_fields"]
    assert header == [*stored, "custom_fields.a.b", "custom_fields.colour", "custom_fields.shoes"]
    assert [row[-3:] for row in rows] == [["", "", "flat"], ["c", "red", ""]]


def test_values_are_written_so_that_any_program_understands_them() -> None:
    (row,) = exported(
        new_lead(
            wedding_date=date(2027, 6, 14), estimated_budget=240050, conversion_value=240000, tags=["vip", "a, b"],
            consent_marketing=True, lead_status=LeadStatus.WON, source_details={"campaign": "été"}, quality_rating=4.5,
            custom_fields={"count": 3},
        )
    )  # fmt: skip
    assert (row["wedding_date"], row["inquiry_at"]) == ("2027-06-14", "2026-05-01T08:00:00+00:00")
    assert (row["estimated_budget"], row["conversion_value"]) == ("2400.5", "2400")
    assert (row["tags"], row["services_needed"]) == ('vip; "a, b"', "")
    assert (row["consent_marketing"], row["automation_paused"], row["lead_status"]) == ("yes", "no", "won")
    assert (row["source_details"], row["quality_rating"], row["custom_fields.count"]) == (
        '{"campaign": "été"}',
        "4.5",
        "3",
    )
    assert row["secondary_phone"] == ""


def test_money_has_the_decimals_of_its_currency() -> None:
    assert exported(new_lead(estimated_budget=240000), currency="JPY")[0]["estimated_budget"] == "240000"
    assert exported(new_lead(estimated_budget=1234567), currency="BHD")[0]["estimated_budget"] == "1234.567"


def test_nothing_that_a_couple_wrote_is_a_formula() -> None:
    nasty = {
        "couple_name_bride": "=cmd()",
        "wedding_venue": "@x",
        "primary_phone": "+447700900123",
        "additional_notes": "-1\n=2",
    }
    (row,) = exported(new_lead(**nasty, custom_fields={"k": "\t=1"}, tags=["=t"]))
    assert {name: row[name] for name in nasty} == {name: f"'{text}" for name, text in nasty.items()}
    assert (row["custom_fields.k"], row["tags"]) == ("'\t=1", "'=t")


def test_no_couples_are_a_header_alone() -> None:
    assert len(list(export_rows([], currency="GBP"))) == 1


def test_our_own_export_is_read_without_a_word_about_its_computed_columns() -> None:
    header, _ = export_rows([new_lead(custom_fields={"dress colour": "red"})], currency="GBP")
    columns = match_columns(header, {})
    assert {column.target for column in columns if column.target} == SETTABLE | {"custom_fields.dress colour"}
    assert {column.kind for column in columns if column.target is None} == {ColumnKind.OURS}


def test_an_export_imported_into_its_own_studio_changes_nothing_and_into_a_new_one_everything(
    book: Database, tmp_path: Path
) -> None:
    bring_in(book, "Names,Email,Date,Budget,Status,Tags,Notes,Colour,Unsubscribed\n"
        'Emma & Jack Smith,e@example.org,14/06/2027,"2,400.50",Booked,"vip; a","=1\n-2",\'=red,3/2/2026\n'
        "Mia,m@example.org,,,,,,,\n")  # fmt: skip
    file = csv_bytes(export_rows(leads_in(book), currency="GBP"))
    again = bring_in(book, file, now=NOW + timedelta(days=1))
    assert (again.created, again.updated, again.unchanged, again.rejected) == ((), (), 2, ())
    (tmp_path / "new").mkdir()
    with new_book(tmp_path / "new") as new:
        assert len(bring_in(new, file).created) == 2
        assert [_told(lead) for lead in leads_in(new)] == [_told(lead) for lead in leads_in(book)]


def _told(lead: Lead) -> dict[str, Any]:
    return {name: getattr(lead, name) for name in (*SETTABLE, "custom_fields")}


LETTER = st.characters(codec="utf-8", exclude_categories=["Cc", "Cf", "Zl", "Zp", "Cn"])
PHRASE = st.text(LETTER, min_size=1, max_size=30) | st.sampled_from(
    ["=1+1", "'+x", "''-y", 'a "b", c; d', "@me", "'t Hooft"]
)
LINE = PHRASE.map(clean).filter(lambda text: text and not means_nothing(text))
INSTANT = st.timedeltas(timedelta(0), timedelta(days=40_000)).map(datetime(1991, 1, 1, tzinfo=UTC).__add__)
VALUES: dict[Kind, st.SearchStrategy[Any]] = {
    Kind.TEXT: LINE,
    Kind.EMAIL: st.from_regex(r"[a-z][a-z0-9]{0,8}@[a-z]{2,8}\.org", fullmatch=True),
    Kind.PHONE: st.integers(7_400_000_000, 7_999_999_999).map("+44{}".format),
    Kind.DATE: st.dates(EARLIEST, LATEST),
    Kind.INSTANT: INSTANT,
    Kind.NUMBER: st.integers(0, 100_000),
    Kind.RATING: st.integers(10, 50).map(lambda tenths: tenths / 10),
    Kind.MONEY: st.integers(0, 10**12),
    Kind.TRUTH: st.booleans(),
    Kind.ZONE: st.sampled_from(["America/New_York", "Asia/Kolkata", "GMT", "Etc/GMT+1"]),
    Kind.LIST: st.lists(LINE, max_size=4, unique=True),
    Kind.RECORD: st.dictionaries(st.text(LETTER, max_size=5), st.integers() | st.text(LETTER, max_size=5), max_size=3),
}


def _values_of(field: LeadField) -> st.SearchStrategy[Any]:
    if field.name == "lead_source":
        return st.sampled_from(["website", "referral", "aunt_mabel"])
    values = st.sampled_from(list(field.words)) if field.words else VALUES[field.kind]
    if field.longest > 255:
        values = st.lists(LINE, min_size=1, max_size=3).map("\n\n".join)
    return st.none() | values if field.optional else values


LEADS = st.fixed_dictionaries(
    {field.name: _values_of(field) for field in STORED_FIELDS if field.name in SETTABLE}
    | {"custom_fields": st.dictionaries(st.from_regex(r"[a-zA-Z][a-z_. ]{0,8}[a-z]", fullmatch=True), LINE, max_size=3)}
)


@given(couples=st.lists(LEADS, min_size=1, max_size=3))
def test_any_couples_come_back_from_their_export_as_they_were(couples: list[dict[str, Any]]) -> None:
    file = csv_bytes(export_rows([new_lead(**values) for values in couples], currency="GBP"))
    sheet = read_sheet(file, "export.csv")
    columns = match_columns(sheet.headers, {})
    read = [read_row(row, columns, BRITISH) for row in sheet.rows]
    assert [rejections for _, rejections in read] == [[] for _ in couples]
    assert [_without_blanks(values) for values, _ in read] == [_without_blanks(values) for values in couples]


def _without_blanks(values: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in values.items() if value is not None and value not in ([], {})}
