"""A row is read as the photographer means it; what cannot be read is named, all of it at once."""

from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from spreadsheet_fixtures import BRITISH, NOW

from leadnurture.crm.spreadsheet.columns import match_columns
from leadnurture.crm.spreadsheet.rows import Rejection, read_row, read_rows
from leadnurture.crm.spreadsheet.sheet import SheetRow
from leadnurture.crm.values import Reading
from leadnurture.store.vocabulary import BudgetRange, ContactMethod, LeadStatus, Priority

AMERICAN = Reading("USD", "US", ZoneInfo("America/New_York"), "mdy")
UNSURE = Reading("EUR", "DE", ZoneInfo("Europe/Berlin"), None)


def read(reading: Reading = BRITISH, **cells: str) -> dict[str, Any]:
    """Read one row, given by header, that has an address besides."""
    values, rejections = _read(reading, cells)
    assert rejections == []
    assert values.pop("primary_email") == "emma@example.org"
    return values


def reasons(reading: Reading = BRITISH, **cells: str) -> list[str]:
    return [rejection.reason for rejection in _read(reading, cells)[1]]


def _read(reading: Reading, cells: dict[str, str]) -> tuple[dict[str, Any], list[Rejection]]:
    columns = match_columns(["Email", *cells], {})
    return read_row(SheetRow(7, ("Emma@Example.org ", *cells.values())), columns, reading)


@pytest.mark.parametrize(
    ("header", "cell", "values"),
    [
        ("Names", "Emma & Jack Smith", {"couple_name_bride": "Emma Smith", "couple_name_groom": "Jack Smith"}),
        (
            "Names",
            "Emma E Stone and Jack Smith",
            {"couple_name_bride": "Emma E Stone", "couple_name_groom": "Jack Smith"},
        ),
        ("Names", "Emma", {"couple_name_bride": "Emma"}),
        ("Bride", "  Emma   Stone ", {"couple_name_bride": "Emma Stone"}),
        ("Groom", "TBC", {}),
        ("Mobile", "07700 900123", {"primary_phone": "+447700900123"}),
        ("Mobile", "'+44 7700 900123", {"primary_phone": "+447700900123"}),
        ("Mobile", "7700900123", {"primary_phone": "+447700900123"}),
        ("Mobile", "7700900123.0", {"primary_phone": "+447700900123"}),
        ("Mobile", "4.47700900123E+11", {"primary_phone": "+447700900123"}),
        ("Mobile", "447700900123", {"primary_phone": "+447700900123"}),
        ("Wedding date", "03/04/2027", {"wedding_date": date(2027, 4, 3)}),
        ("Wedding date", "2027-04-03", {"wedding_date": date(2027, 4, 3)}),
        ("Wedding date", "2027/04/03", {"wedding_date": date(2027, 4, 3)}),
        ("Wedding date", "3.4.27", {"wedding_date": date(2027, 4, 3)}),
        ("Wedding date", "Sat 3rd April 2027", {"wedding_date": date(2027, 4, 3)}),
        ("Wedding date", "Saturday 03/04/2027", {"wedding_date": date(2027, 4, 3)}),
        ("Wedding date", "03/04/2027 00:00", {"wedding_date": date(2027, 4, 3)}),
        ("Wedding date", "03-Apr-27", {"wedding_date": date(2027, 4, 3)}),
        ("Wedding date", "TBC", {}),
        ("Venue", "n/a", {}),
        ("Venue", "The Barn\nYork", {"wedding_venue": "The Barn York"}),
        ("Guests", "approx 120", {"estimated_guest_count": 120}),
        ("Guests", "1,200", {"estimated_guest_count": 1200}),
        ("Budget", "£2,400.00", {"estimated_budget": 240000}),
        ("Budget", "2.5k", {"estimated_budget": 250000}),
        ("Budget range", "1000-2500", {"budget_range": BudgetRange.FROM_1000}),
        ("Where did you hear about us?", "Google Search", {"lead_source": "seo_organic"}),
        ("Where did you hear about us?", "Aunt Mabel", {"lead_source": "aunt_mabel"}),
        ("Status", "Enquiry", {"lead_status": LeadStatus.NEW}),
        ("Status", "BOOKED!", {"lead_status": LeadStatus.WON}),
        ("Status", "Proposal", {"lead_status": LeadStatus.PROPOSAL_SENT}),
        ("Status", "Quoted", {"lead_status": LeadStatus.PROPOSAL_SENT}),
        ("Status", "Replied", {"lead_status": LeadStatus.CONTACTED}),
        ("Status", "Declined", {"lead_status": LeadStatus.LOST}),
        ("Status", "lost", {"lead_status": LeadStatus.LOST}),
        ("Status", "Proposal sent", {"lead_status": LeadStatus.PROPOSAL_SENT}),
        ("Preferred contact", "E-mail", {"preferred_contact_method": ContactMethod.EMAIL}),
        ("Preferred contact", "WhatsApp", {"preferred_contact_method": ContactMethod.WHATSAPP}),
        ("Priority", "Normal", {"priority_level": Priority.MEDIUM}),
        ("Enquiry date", "01/02/2026", {"inquiry_at": datetime(2026, 2, 1, 9, tzinfo=UTC)}),
        ("Timestamp", "2026/02/01 9:12:33 pm GMT+1", {"inquiry_at": datetime(2026, 2, 1, 20, 12, tzinfo=UTC)}),
        ("Timestamp", "01/02/2026 21:12:33", {"inquiry_at": datetime(2026, 2, 1, 21, 12, tzinfo=UTC)}),
        ("Tags", "VIP, local; VIP", {"tags": ["VIP", "local"]}),
        ("Services", '"Full day, two of us"; album', {"services_needed": ["Full day, two of us", "album"]}),
        ("Newsletter", "yes", {"consent_marketing": True}),
        ("Newsletter", "no", {"consent_marketing": False}),
        ("Unsubscribed", "no", {}),
        ("Unsubscribed", "yes", {"opt_out_date": None}),
        ("Unsubscribed", "01/02/2026", {"opt_out_date": datetime(2026, 2, 1, 9, tzinfo=UTC)}),
        ("Notes", "-", {"additional_notes": "-"}),
        ("Notes", " first\r\n\r\nsecond  line ", {"additional_notes": "first\n\nsecond line"}),
        ("Dress code", "tbc", {"custom_fields": {"dress_code": "tbc"}}),
        ("Dress code", "'=blue", {"custom_fields": {"dress_code": "=blue"}}),
        ("source_details", '{"campaign": "spring"}', {"source_details": {"campaign": "spring"}}),
        ("lead_score", "99", {}),
        ("reason", "no e-mail", {}),
    ],
)
def test_a_cell_means_what_the_photographer_means(header: str, cell: str, values: dict[str, Any]) -> None:
    assert read(**{header: cell}) == values


@pytest.mark.parametrize("blank", ["", "   ", "\u00a0"])
def test_a_blank_cell_means_nothing_in_any_column(blank: str) -> None:
    headers = [
        "Names",
        "Mobile",
        "Wedding date",
        "Guests",
        "Budget",
        "Status",
        "Newsletter",
        "Tags",
        "Colour",
        "Source",
    ]
    assert read(**dict.fromkeys(headers, blank)) == {}


def test_dates_follow_the_order_that_the_file_is_said_to_have() -> None:
    assert read(AMERICAN, Date="03/04/2027") == {"wedding_date": date(2027, 3, 4)}
    assert read(UNSURE, Date="13/04/2027") == {"wedding_date": date(2027, 4, 13)}


def test_a_phone_number_without_its_area_code_cannot_be_dialled() -> None:
    assert reasons(AMERICAN, Mobile="555-1234") == ["'555-1234' is no phone number (US numbers are of another length)"]


@pytest.mark.parametrize("cell", ["03/04/2027", "Sat 03/04/2027"])
def test_a_date_that_could_be_two_is_not_guessed(cell: str) -> None:
    assert reasons(UNSURE, Date=cell) == ["'03/04/2027' could be two dates; say which with --dates dmy or --dates mdy"]


@pytest.mark.parametrize(
    ("header", "cell", "told"),
    [
        (
            "Mobile",
            "7.700900123E+11",
            "'7.700900123E+11' was a phone number, but the spreadsheet program has cut off its last",
        ),
        ("Mobile", "12", "'12' is no phone number"),
        ("Mobile", "#REF!", "'#REF!' is what the spreadsheet program shows instead of the value"),
        ("Wedding date", "Summer 2027", "'Summer 2027' is no whole date"),
        ("Wedding date", "46187", "'46187' is no whole date"),
        ("Wedding date", "31/02/2027", "'31/02/2027' is no date"),
        ("Budget", "$2,400", "'$2,400' is not an amount of money: that is USD, the studio counts in GBP"),
        ("Budget", "£2,000 - £3,000", "'£2,000 - £3,000' is not an amount of money"),
        ("Guests", "80-100", "estimated_guest_count: '80-100' is no whole number"),
        ("Status", "Nearly", "lead_status: 'Nearly' is none of new, contacted"),
        ("Unsubscribed", "perhaps", "'perhaps' is no whole date"),
        ("Tags", "x" * 101, "tags: an entry is longer than 100 characters"),
        ("Venue", "x" * 256, "wedding_venue is 256 characters long; at most 255 are kept"),
        ("Notes", "x" * 10_001, "this is 10,001 characters long; at most 10,000 are kept"),
        ("Colour", "x" * 10_001, "this is 10,001 characters long; at most 10,000 are kept"),
        ("Names", f"Emma & {'x' * 256}", "couple_name_groom is 256 characters long"),
        ("source_details", "spring", "source_details: 'spring' is no JSON object"),
    ],
)
def test_what_cannot_be_read_is_rejected_with_the_reason(header: str, cell: str, told: str) -> None:
    (reason,) = reasons(**{header: cell})
    assert reason.startswith(told)


def test_all_that_is_wrong_with_a_row_is_told_at_once() -> None:
    columns = match_columns(["Email", "Mobile", "Date"], {})
    _, rejections = read_row(SheetRow(7, ("emma", "12", "soon", "", "surplus")), columns, BRITISH)
    assert [(rejection.line, rejection.column, rejection.value) for rejection in rejections] == [
        (7, None, "surplus"),
        (7, "Email", "emma"),
        (7, "Mobile", "12"),
        (7, "Date", "soon"),
    ]
    assert rejections[0].reason.startswith("the row has 5 cells, the header only 3")


@pytest.mark.parametrize("cells", [("",), (), ("TBC",)])
def test_a_row_without_an_address_is_rejected(cells: tuple[str, ...]) -> None:
    assert read_row(SheetRow(7, cells), match_columns(["Email"], {}), BRITISH) == (
        {},
        [Rejection(7, "Email", None, "there is no e-mail address")],
    )


def test_blank_cells_beyond_the_header_and_missing_ones_at_the_end_are_no_fault() -> None:
    columns = match_columns(["Email", "Names"], {})
    assert read_row(SheetRow(7, ("e@example.org", "", " ", "")), columns, BRITISH)[1] == []
    assert read_row(SheetRow(7, ("e@example.org",)), columns, BRITISH)[1] == []


def test_a_rejection_repeats_only_the_beginning_of_a_huge_cell() -> None:
    (rejection,) = _read(BRITISH, {"Notes": "x" * 20_000})[1]
    assert rejection.value == "x" * 199 + "…"


def test_a_name_in_two_columns_is_one_name_in_whatever_order_they_stand() -> None:
    assert read(
        **{"Bride surname": "Stone", "Bride first name": "Emma", "Groom first name": "Jack", "Groom surname": ""}
    ) == {
        "couple_name_bride": "Emma Stone",
        "couple_name_groom": "Jack",
    }
    assert read(Surname="Smith", **{"First name": "Emma & Jack"}) == {
        "couple_name_bride": "Emma Smith",
        "couple_name_groom": "Jack Smith",
    }


def test_notes_of_several_columns_are_joined_in_their_order() -> None:
    assert read(Notes="Called", Message="We love dogs", Comments="") == {"additional_notes": "Called\nWe love dogs"}
    assert read(Tags="a, b", Labels="b; c") == {"tags": ["a", "b", "c"]}


def test_the_second_row_with_an_address_is_rejected_with_the_line_of_the_first() -> None:
    columns = match_columns(["Email", "Date"], {})
    rows = [
        SheetRow(2, ("emma@example.org", "soon")),
        SheetRow(3, ("EMMA@example.org", "")),
        SheetRow(9, ("emma@Example.org", "14/06/2027")),
    ]
    good, rejected = read_rows(rows, columns, BRITISH, NOW)
    assert [row.line for row in good] == [3]
    assert [(rejection.line, rejection.reason) for rejection in rejected][1:] == [(9, "same e-mail as line 3")]


def test_an_inquiry_that_is_yet_to_come_is_no_inquiry_date() -> None:
    columns = match_columns(["Email", "Enquiry date"], {})
    tomorrow, later = ((NOW + timedelta(days=days)).date().isoformat() for days in (1, 2))
    _, rejected = read_rows(
        [SheetRow(2, ("a@example.org", tomorrow)), SheetRow(3, ("b@example.org", later))], columns, BRITISH, NOW
    )
    assert [(rejection.line, rejection.column) for rejection in rejected] == [(3, "Enquiry date")]
    assert rejected[0].reason == f"{later} is the date of the inquiry, but it is yet to come"
