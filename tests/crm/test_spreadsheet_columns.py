"""Whatever a photographer calls her columns, each is understood, kept as a field of her own, or asked about."""

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leadnurture.crm.fields import LEAD_FIELDS, SHORT_NAMES
from leadnurture.crm.spreadsheet.columns import ColumnError, ColumnKind, match_columns
from leadnurture.crm.spreadsheet.meanings import SETTABLE, meaning_of, squashed
from leadnurture.crm.spreadsheet.wordings import HEADERS, PARTNERS, SPOKEN


def targets(*headers: str, **maps: str) -> list[str | None]:
    return [column.target for column in match_columns(headers, maps)]


def complaint(headers: list[str], maps: dict[str, str] | None = None) -> tuple[str, str]:
    with pytest.raises(ColumnError) as refused:
        match_columns(headers, maps or {})
    assert refused.value.exit_code == 10
    return refused.value.message, refused.value.hint or ""


@pytest.mark.parametrize(
    ("header", "target"),
    [
        ("Date of enquiry", "inquiry_at"),
        ("Enquiry date", "inquiry_at"),
        ("Inquiry", "inquiry_at"),
        ("Timestamp", "inquiry_at"),
        ("Names", "couple"),
        ("Name", "couple"),
        ("Couple", "couple"),
        ("Your name(s)", "couple"),
        ("couple_names", "couple"),
        ("Bride", "couple_name_bride"),
        ("Bride's name", "couple_name_bride"),
        ("Groom", "couple_name_groom"),
        ("Partner 1", "couple_name_bride"),
        ("Partner 2's full name", "couple_name_groom"),
        ("Fiancé", "couple_name_groom"),
        ("Tel", "primary_phone"),
        ("Tel. No.", "primary_phone"),
        ("Mobile number", "primary_phone"),
        ("Phone 2", "secondary_phone"),
        ("Groom's mobile", "secondary_phone"),
        ("Groom's e-mail", "secondary_email"),
        ("Wedding date", "wedding_date"),
        ("WEDDING_DATE", "wedding_date"),
        ("weddingDate", "wedding_date"),
        ("Date", "wedding_date"),
        ("What is your wedding date?", "wedding_date"),
        ("Venue", "wedding_venue"),
        ("Where", "wedding_venue"),
        ("Your venue (if booked)", "wedding_venue"),
        ("Location", "wedding_location"),
        ("Town/City", "wedding_location"),
        ("Time zone", "time_zone"),
        ("Timezone", "time_zone"),
        ("TZ", "time_zone"),
        ("What time zone are you in?", "time_zone"),
        ("Guests", "estimated_guest_count"),
        ("No. of guests", "estimated_guest_count"),
        ("# guests", "estimated_guest_count"),
        ("Budget (£)", "estimated_budget"),
        ("Where did you hear about us?", "lead_source"),
        ("How did you find me", "lead_source"),
        ("Source", "lead_source"),
        ("Status", "lead_status"),
        ("Notes", "additional_notes"),
        ("Message", "additional_notes"),
        ("Tags", "tags"),
        ("Services", "services_needed"),
        ("Package", "services_needed"),
        ("Unsubscribed?", "opt_out_date"),
        ("Dress code", "custom_fields.dress_code"),
        ("Où?", "custom_fields.où"),
        ("Reason", "custom_fields.reason"),
        ("ID", "custom_fields.id"),
        ("custom_fields.Dress code", "custom_fields.Dress code"),
        ("", "custom_fields.column_2"),
        ("***", "custom_fields.column_2"),
    ],
)
def test_a_header_in_any_spelling_finds_its_field(header: str, target: str) -> None:
    assert targets("Email", header)[1] == target


@pytest.mark.parametrize(
    "header", ["Email", "E-mail address", "email *", "Your e-mail:", "primary_email", "EMAIL 1", "Bride’s email"]
)
def test_the_address_is_found_by_many_names(header: str) -> None:
    assert targets(header) == ["primary_email"]


def test_every_own_name_and_short_name_of_a_field_that_one_may_set_is_a_header() -> None:
    for name in SETTABLE:
        assert meaning_of(name) == (ColumnKind.FIELD, name)
    for short, name in SHORT_NAMES.items():
        assert (meaning_of(short) or (None, None))[1] == (name if name in SETTABLE else None)


def test_no_wording_stands_for_two_fields() -> None:
    named = [(squashed(name), name) for name in SETTABLE] + [
        (squashed(short), name) for short, name in SHORT_NAMES.items()
    ]
    told = [
        (squashed(wording), name) for name, wordings in (*HEADERS.items(), *PARTNERS.items()) for wording in wordings
    ]
    meant: dict[str, set[str]] = {}
    for wording, name in named + told:
        meant.setdefault(wording, set()).add(name)
    assert {wording: names for wording, names in meant.items() if len(names) > 1} == {}
    assert set(HEADERS) <= set(SETTABLE)


def test_every_spoken_form_stands_for_a_word_of_its_field_and_for_one_only() -> None:
    for field, words in SPOKEN.items():
        known = LEAD_FIELDS[field].words
        assert known is not None
        assert set(words) <= set(known)
        wordings = [squashed(wording) for listed in words.values() for wording in listed]
        assert len(wordings) == len(set(wordings))


def test_what_leadnurture_computes_itself_is_passed_over() -> None:
    columns = match_columns(["primary_email", "lead_score", "created_at", "Days until wedding", "reason"], {})
    assert [column.kind for column in columns] == [
        ColumnKind.FIELD,
        ColumnKind.OURS,
        ColumnKind.OURS,
        ColumnKind.OURS,
        ColumnKind.IGNORED,
    ]
    assert [column.target for column in columns[1:]] == [None] * 4


def test_a_date_beside_a_wedding_date_is_the_date_of_the_inquiry() -> None:
    assert targets("Date", "Email", "Wedding date") == ["inquiry_at", "primary_email", "wedding_date"]
    assert targets("Date", "Email", "Wedding date", "Enquired") == [
        "custom_fields.date", "primary_email", "wedding_date", "inquiry_at",
    ]  # fmt: skip


def test_a_date_beside_a_column_that_the_user_calls_the_wedding_date_is_the_inquirys() -> None:
    assert targets("Date", "Email", "Hochzeit", Hochzeit="wedding_date")[0] == "inquiry_at"


def test_first_and_last_names_go_together() -> None:
    columns = match_columns(["Bride first name", "Bride surname", "Groom first name", "Groom last name", "Email"], {})
    assert [(column.target, column.kind.value) for column in columns[:4]] == [
        ("couple_name_bride", "first_name"),
        ("couple_name_bride", "last_name"),
        ("couple_name_groom", "first_name"),
        ("couple_name_groom", "last_name"),
    ]
    assert targets("First name", "Last name", "Email")[:2] == ["couple", "couple"]


def test_a_name_beside_a_partners_name_is_the_first_partner() -> None:
    assert targets("Name", "Partner's name", "Email")[:2] == ["couple_name_bride", "couple_name_groom"]
    assert targets("First name", "Surname", "Partner", "Email")[:2] == ["couple_name_bride", "couple_name_bride"]


def test_notes_and_lists_may_stand_in_several_columns() -> None:
    assert targets("Email", "Notes", "Message", "Tags", "Labels")[1:] == ["additional_notes"] * 2 + ["tags"] * 2


def test_unknown_columns_of_one_name_keep_both_their_values() -> None:
    assert targets("Email", "Colour", "colour?", "Colour 2")[1:] == [
        "custom_fields.colour", "custom_fields.colour_2", "custom_fields.colour_2_2",
    ]  # fmt: skip


def test_two_columns_for_one_field_are_named_and_asked_about() -> None:
    assert complaint(["Email", "Wedding date", "Event date"]) == (
        "the columns 'Wedding date' and 'Event date' both hold the wedding_date",
        'say what one of them is: --map "Event date=custom_fields.event_date" or --map "Event date=ignore"',
    )


def test_a_second_phone_is_suggested_where_there_is_none_yet() -> None:
    assert '--map "Mobile=secondary_phone"' in complaint(["Email", "Tel", "Mobile"])[1]
    assert '--map "Mobile=custom_fields.mobile"' in complaint(["Email", "Tel", "Mobile", "Phone 2"])[1]


def test_two_columns_with_the_very_same_header_can_only_be_renamed() -> None:
    assert complaint(["Email", "Email"])[1] == "rename or remove one of them in the file"


@pytest.mark.parametrize(
    "headers",
    [
        ["Couple", "Bride", "Email"],
        ["Names", "Bride first name", "Groom", "Email"],
        ["First name", "Last name", "Surname", "Email"],
        ["Bride", "Bride surname", "Email"],
    ],
)
def test_names_in_two_ways_are_asked_about(headers: list[str]) -> None:
    assert "both hold the couple's names" in complaint(headers)[0]


def test_a_map_says_what_a_column_is() -> None:
    assert targets("Mail to", "Wie?", "Farbe", "Paar", "Egal", **{
        "Mail to": "email", "wie": "lead_source", "Farbe": "custom_fields.colour", "Paar": "couple", "Egal": "ignore",
    }) == ["primary_email", "lead_source", "custom_fields.colour", "couple", None]  # fmt: skip


def test_a_map_goes_before_what_another_header_says() -> None:
    assert targets("Email", "Phone", "Mobile", Mobile="phone") == [
        "primary_email",
        "custom_fields.phone",
        "primary_phone",
    ]
    assert targets("Email", "Tel", "Mobile", Tel="ignore") == ["primary_email", None, "primary_phone"]
    assert targets("Email", "Colour", "Farbe", Farbe="custom_fields.colour")[1:] == [
        "custom_fields.colour_2", "custom_fields.colour",
    ]  # fmt: skip


def test_a_map_understands_names_in_two_columns_too() -> None:
    columns = match_columns(["Vorname", "Nachname", "Email"], {"Vorname": "first name", "Nachname": "last name"})
    assert [column.kind for column in columns[:2]] == [ColumnKind.FIRST_NAME, ColumnKind.LAST_NAME]


def test_a_map_prefers_the_header_as_it_is_written() -> None:
    assert targets("Email", "E-mail", **{"E-mail": "secondary_email"}) == ["primary_email", "secondary_email"]


@pytest.mark.parametrize(
    ("maps", "told", "hint"),
    [
        (
            {"Budget": "estimted_budget"},
            "--map: a lead has no field 'estimted_budget'",
            "did you mean 'estimated_budget'?",
        ),
        ({"Budget": "zzz"}, "--map: a lead has no field 'zzz'", "a field of your own is written custom_fields.NAME"),
        ({"Budgit": "budget"}, "--map: the file has no column 'Budgit'", "did you mean 'Budget'?"),
        ({"Xyz": "budget"}, "--map: the file has no column 'Xyz'", "its columns are: Email, Budget"),
        ({"Budget": "lead_score"}, "--map: 'lead_score' is kept by leadnurture and cannot come from a spreadsheet", ""),
    ],
)
def test_a_map_that_fits_nothing_says_what_would(maps: dict[str, str], told: str, hint: str) -> None:
    assert complaint(["Email", "Budget"], maps) == (told, hint)


def test_two_maps_to_one_field_are_refused() -> None:
    assert "both hold the wedding_venue" in complaint(["Email", "A", "B"], {"A": "venue", "B": "venue"})[0]


def test_without_an_address_the_headers_are_listed_with_the_way_out() -> None:
    assert complaint(["Names", "Contact", "Date"]) == (
        "no column is known to hold the e-mail address; the columns are: Names, Contact, Date",
        'say which it is: --map "HEADER=primary_email"',
    )
    assert complaint(["Email"], {"Email": "ignore"})[0].startswith("no column is known to hold the e-mail address")


def test_a_file_without_a_header_is_recognised() -> None:
    told, hint = complaint(["Emma & Jack", "emma@example.org", "14/06/2027"])
    assert told == "the first line is no header, it is a couple already: Emma & Jack, emma@example.org, 14/06/2027"
    assert hint.startswith("put a line above it")


HEADER = st.text(max_size=20) | st.sampled_from(
    ["Email", "Date", "Notes", "Name", "Groom", "Surname", "Colour", "reason"]
)


@given(headers=st.lists(HEADER, max_size=8))
def test_any_headers_match_without_two_columns_in_one_place_or_are_an_error(headers: list[str]) -> None:
    with suppress(ColumnError):
        columns = match_columns(headers, {})
        assert [column.header for column in columns] == headers
        custom = [column.target for column in columns if column.kind is ColumnKind.CUSTOM]
        assert len(custom) == len(set(custom))


def test_where_beside_a_venue_is_the_location() -> None:
    columns = match_columns(["Email", "Venue", "Where"], {})
    assert [column.target for column in columns] == ["primary_email", "wedding_venue", "wedding_location"]
    alone = match_columns(["Email", "Where"], {})
    assert alone[1].target == "wedding_venue"
