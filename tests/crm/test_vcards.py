"""Cards that any address book reads: the fields of RFC 6350, escaped and folded as it says."""

from datetime import UTC, date, datetime

from hypothesis import given
from hypothesis import strategies as st

from leadnurture.crm.vcards import escaped, folded, vcards
from leadnurture.store.tables.lead import Lead

NOW = datetime(2027, 1, 4, 10, tzinfo=UTC)


def _lead(**facts: object) -> Lead:
    times = {"inquiry_at": NOW, "created_at": NOW, "updated_at": NOW}
    return Lead(id=7, lead_source="website", unsubscribe_token="t", **(times | facts))


def test_a_card_says_all_that_an_address_book_can_keep() -> None:
    lead = _lead(
        primary_email="emma@example.org",
        secondary_email="jack@example.org",
        couple_name_bride="Emma Stone",
        couple_name_groom="Jack O'Neill; Jr., the \\",
        primary_phone="+447700900142",
        wedding_date=date(2027, 6, 12),
        wedding_venue="Barn, Bath",
        additional_notes="One\nBEGIN:VCARD",
        tags=["vip", "a,b"],
    )
    assert vcards([lead]).decode().split("\r\n") == [
        "BEGIN:VCARD",
        "VERSION:4.0",
        "UID:urn:leadnurture:lead:7",
        "FN:Emma Stone & Jack O'Neill\\; Jr.\\, the \\\\",
        "EMAIL;PREF=1:emma@example.org",
        "EMAIL;PREF=2:jack@example.org",
        "TEL;PREF=1;VALUE=uri:tel:+447700900142",
        "ANNIVERSARY:20270612",
        "CATEGORIES:vip,a\\,b",
        "NOTE:Barn\\, Bath\\nOne\\nBEGIN:VCARD",
        "REV:20270104T100000Z",
        "END:VCARD",
        "",
    ]


def test_who_has_no_name_is_called_by_the_address() -> None:
    assert b"\r\nFN:li@example.org\r\n" in vcards([_lead(primary_email="li@example.org")])


TEXT = st.text(st.characters(exclude_categories=("Cs", "Cc")))


@given(TEXT)
def test_no_line_is_longer_than_75_octets_and_unfolding_gives_it_back(line: str) -> None:
    pieces = folded(line).split(b"\r\n")
    assert all(len(piece) <= 75 for piece in pieces)
    assert all(piece.startswith(b" ") for piece in pieces[1:])
    assert folded(line).replace(b"\r\n ", b"").decode() == line
    for piece in pieces:
        piece.decode()  # no character is cut in two


@given(st.text(st.characters(exclude_categories=("Cs",), exclude_characters="\r")))
def test_what_is_escaped_is_one_value_and_can_be_read_back(text: str) -> None:
    value = escaped(text)
    assert "\n" not in value
    read, signs = "", iter(value)
    for sign in signs:
        following = next(signs) if sign == "\\" else ""
        read += ("\n" if following == "n" else following) if following else sign
    assert read == text
