"""What stands in a cell comes through: defused formulas, lists, numbers that a spreadsheet program has dressed up."""

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from leadnurture.crm.fields import Kind
from leadnurture.crm.spreadsheet.cells import bare, defused, entries, joined, means_nothing, mended, restored
from leadnurture.crm.spreadsheet.sheet import read_sheet
from leadnurture.crm.spreadsheet.writing import csv_bytes
from leadnurture.crm.values import BadValueError

TEXT = st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=40)
DANGEROUS = "=+-@\t\r\n\uff1d\uff0b\uff0d\uff20"


@given(text=TEXT | st.text("'=+-@\t\r\nx", max_size=6))
def test_any_text_is_defused_and_restored(text: str) -> None:
    assert defused(text)[:1] not in set(DANGEROUS)
    assert restored(defused(text)) == text


@given(texts=st.lists(TEXT, min_size=1, max_size=5))
def test_any_text_comes_back_from_a_file(texts: list[str]) -> None:
    headers = [f"column {number}" for number in range(len(texts))]
    row = [defused(text) for text in texts]
    assume(any(cell.strip() for cell in row))
    sheet = read_sheet(csv_bytes([headers, row]), "couples.csv")
    assert [restored(cell) for cell in sheet.rows[0].cells] == texts


@pytest.mark.parametrize(
    ("cell", "text"),
    [
        ("'+44 7700 900123", "+44 7700 900123"),
        ("'=1+1", "=1+1"),
        ("'t Hooft", "'t Hooft"),
        ("'", "'"),
        ("  'x'  ", "'x'"),
        ("\u200b\u202a+447700900123\u202c\u00a0", "+447700900123"),
    ],
)
def test_a_cell_is_read_without_its_protection_and_the_marks_that_one_cannot_see(cell: str, text: str) -> None:
    assert bare(cell) == text


ENTRY = st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Zs", "Zl", "Zp"]), min_size=1, max_size=8)


@given(
    listed=st.lists(
        st.lists(ENTRY | st.sampled_from([",", ";", '"', "a, b", 'say "x"', '"']), min_size=1, max_size=3).map(" ".join)
    )
)
def test_any_list_comes_back_from_its_cell(listed: list[str]) -> None:
    assert entries(joined(listed)) == listed


@pytest.mark.parametrize(
    ("cell", "listed"),
    [
        ("album, second shooter", ["album", "second shooter"]),
        ("album;second shooter\nfilm", ["album", "second shooter", "film"]),
        ('"VIP, gold"; album', ["VIP, gold", "album"]),
        ('6" prints, album', ['6" prints', "album"]),
        ('"Full day" cover, album', ['"Full day" cover', "album"]),
        (" , ;\n", []),
    ],
)
def test_lists_are_parted_as_people_write_them(cell: str, listed: list[str]) -> None:
    assert entries(cell) == listed


@pytest.mark.parametrize("cell", ["TBC", "tba", "n/a", "-", "–", "?", "Not sure"])
def test_a_place_holder_is_no_value(cell: str) -> None:
    assert means_nothing(cell)


@pytest.mark.parametrize(
    ("kind", "cell", "text"),
    [
        (Kind.PHONE, "7700900123.0", "7700900123"),
        (Kind.PHONE, "4.47700900123E+11", "447700900123"),
        (Kind.PHONE, "7,700900123e9", "7700900123"),
        (Kind.PHONE, "07700 900123", "07700 900123"),
        (Kind.DATE, "14/06/2027 00:00:00", "14/06/2027"),
        (Kind.DATE, "14/06/2027 0:00", "14/06/2027"),
        (Kind.NUMBER, "120.0", "120"),
        (Kind.NUMBER, "approx. 80 guests", "80"),
        (Kind.NUMBER, "around 100+", "100"),
        (Kind.NUMBER, "80ish", "80"),
        (Kind.TEXT, "The Barn 00:00", "The Barn 00:00"),
    ],
)
def test_what_a_spreadsheet_program_did_is_undone_where_that_is_certain(kind: Kind, cell: str, text: str) -> None:
    assert mended(cell, kind) == text


@pytest.mark.parametrize("cell", ["7.700900123E+11", "4.47701E+11", "4,47701E+11"])
def test_a_phone_number_without_its_last_digits_is_not_guessed(cell: str) -> None:
    with pytest.raises(BadValueError, match="has cut off its last digits"):
        mended(cell, Kind.PHONE)


@pytest.mark.parametrize("cell", ["#REF!", "#N/A", "#NAME?", "########"])
def test_an_error_of_the_spreadsheet_program_is_no_value(cell: str) -> None:
    with pytest.raises(BadValueError, match="what the spreadsheet program shows instead of the value"):
        mended(cell, Kind.TEXT)
