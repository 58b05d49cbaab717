"""A file of couples is read whatever program wrote it, or refused with the reason; no row is lost on the way."""

import csv
import io
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leadnurture.crm.spreadsheet.sheet import SheetError, read_sheet
from leadnurture.crm.spreadsheet.writing import csv_bytes

HEADERS = ("Names", "Email", "Notes")
ZOE = "Names,Email,Notes\r\nZoë & Seán,zoe@example.org,“Château”\r\n"


def rows_of(content: str | bytes) -> list[tuple[str, ...]]:
    sheet = read_sheet(content.encode() if isinstance(content, str) else content, "couples.csv")
    return [row.cells for row in sheet.rows]


@pytest.mark.parametrize(
    ("encoding", "told"),
    [("utf-8", "utf-8"), ("utf-8-sig", "utf-8-sig"), ("utf-16", "utf-16"), ("cp1252", "cp1252")],
)
def test_accents_survive_every_encoding(encoding: str, told: str) -> None:
    sheet = read_sheet(ZOE.encode(encoding), "couples.csv")
    assert sheet.headers == HEADERS
    assert [row.cells for row in sheet.rows] == [("Zoë & Seán", "zoe@example.org", "“Château”")]
    assert sheet.encoding == told


def test_big_endian_utf16_is_read() -> None:
    assert rows_of(b"\xfe\xff" + ZOE.encode("utf-16-be"))[0][0] == "Zoë & Seán"


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_the_delimiter_is_found_also_beside_quoted_cells_of_several_lines(delimiter: str) -> None:
    rows = [
        HEADERS,
        ("Emma, Jack; both", "e@example.org", 'They said:\n"yes",\n\tmaybe; or not'),
        ("Mia", "m@example.org", ""),
    ]
    sheet = read_sheet(csv_bytes(rows, delimiter), "couples.csv")
    assert sheet.delimiter == delimiter
    assert [sheet.headers, *(row.cells for row in sheet.rows)] == rows


def test_semicolons_win_where_prices_have_commas() -> None:
    assert rows_of("Name;Email;Budget\nEmma;e@example.org;2.400,00\nMia;m@example.org;1.900,50\n")[0] == (
        "Emma",
        "e@example.org",
        "2.400,00",
    )


def test_a_header_full_of_semicolons_does_not_make_them_the_delimiter() -> None:
    assert rows_of("Names (hers; his; both),Email\nEmma,e@example.org\nMia,m@example.org\n")[0] == (
        "Emma",
        "e@example.org",
    )


def test_excels_own_declaration_of_the_delimiter_is_not_a_header() -> None:
    sheet = read_sheet(b"sep=;\r\nName;Email\r\nEmma;e@example.org\r\n", "couples.csv")
    assert (sheet.headers, sheet.delimiter, sheet.rows[0].line) == (("Name", "Email"), ";", 3)


def test_one_column_is_a_table_too() -> None:
    assert rows_of("Email\ne@example.org\n") == [("e@example.org",)]


def test_blank_lines_are_skipped_and_rows_know_the_line_where_they_start() -> None:
    text = '\n , ,\nNames,Email,Notes\n\n"Emma","e@example.org","one\ntwo\nthree"\n,,\nMia,m@example.org,\n'
    assert [row.line for row in read_sheet(text.encode(), "couples.csv").rows] == [5, 9]


@pytest.mark.parametrize("ending", ["\n", "\r\n", "\r"])
def test_lines_may_end_as_on_any_computer(ending: str) -> None:
    assert len(rows_of(ending.join(["Name,Email", "Emma,e@example.org", "Mia,m@example.org"]))) == 2


def test_nameless_columns_at_the_end_vanish_only_if_they_are_empty() -> None:
    assert read_sheet(b"Name,Email,,\nEmma,e@example.org,,\n", "couples.csv").headers == ("Name", "Email")
    assert read_sheet(b"Name,Email,,\nEmma,e@example.org,blue,\n", "couples.csv").headers == ("Name", "Email", "")


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"", "couples.csv is empty"),
        (b"\xef\xbb\xbf\r\n \r\n", "couples.csv is empty"),
        (b"sep=;\r\n", "couples.csv is empty"),
        (b"Name,Email\n\n,\n", "couples.csv has a header line but no rows below it"),
        (b"PK\x03\x04\x14\x00", "couples.csv is an Excel workbook (or another zipped document), not a CSV file"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1", "couples.csv is an old Excel workbook (.xls), not a CSV file"),
        (b"%PDF-1.7", "couples.csv is a PDF document, not a CSV file"),
        (b"Name,Email\nEm\0ma,e@example.org", "couples.csv is a binary file, or UTF-16 without its byte-order mark"),
        ("Name,Email\nEmma,e@example.org".encode("utf-16-le"), "couples.csv is a binary file, or UTF-16 without"),
        (
            b"Name,Email\nEmma,e@example.org\nMi\x81,m@example.org",
            "couples.csv, line 3: a character is neither UTF-8 nor",
        ),
        (b"\xef\xbb\xbfName,Email\nZo\xeb,z@example.org", "couples.csv starts like UTF-8, but byte 13 is not"),
        (b"\xff\xfeN\x00\xd8", "couples.csv starts like UTF-16, but byte"),
        (b"x" * 50_000_001, "couples.csv has 50 MB; at most 50 MB can be imported"),
    ],
)
def test_what_is_no_table_is_refused_by_what_it_is(content: bytes, told: str) -> None:
    with pytest.raises(SheetError) as refused:
        read_sheet(content, "couples.csv")
    assert refused.value.message.startswith(told)
    assert refused.value.exit_code == 10


def test_an_excel_workbook_says_what_to_do() -> None:
    with pytest.raises(SheetError) as refused:
        read_sheet(b"PK\x03\x04", "couples.xlsx")
    assert "save it as CSV" in (refused.value.hint or "")


def test_utf8_with_one_foreign_byte_is_an_error_and_not_a_file_of_garbled_names() -> None:
    with pytest.raises(SheetError, match="line 3: a character is not UTF-8"):
        read_sheet(
            "Name,Email\nZoë,z@example.org\n".encode() + "Chloë & Söhne,c@example.org".encode()[:-1] + b"\xe9", "c.csv"
        )


@pytest.mark.parametrize(
    ("row", "told"),
    [
        ('"The Barn,e@example.org', "a quotation mark opens a cell and is never closed"),
        ('"The Barn" near York,e@example.org', "there is text after the quotation mark that closes a cell"),
        (f"{'x' * 140_000},e@example.org", "a cell is longer than 131,072 characters"),
    ],
)
def test_a_row_that_cannot_be_read_stops_the_import_with_its_line(row: str, told: str) -> None:
    text = f"Venue,Email\nThe Mill,m@example.org\n{row}\nThe Hall,h@example.org\n"
    with pytest.raises(SheetError) as refused:
        read_sheet(text.encode(), "couples.csv")
    assert refused.value.message == f"couples.csv: in the row that starts in line 3, {told}"


def test_two_stray_quotation_marks_never_swallow_the_couples_between_them() -> None:
    lines = [
        "Venue,Email",
        '"The Barn,a@example.org',
        "The Mill,b@example.org",
        '"The Hall,c@example.org',
        "X,d@example.org",
    ]
    with pytest.raises(SheetError, match="line 2"):
        read_sheet("\n".join(lines).encode(), "couples.csv")


def test_quotation_marks_inside_a_cell_are_text() -> None:
    assert rows_of('Venue,Email\nThe 5" Barn,e@example.org\n') == [('The 5" Barn', "e@example.org")]


TEXT = st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=30)


@given(
    rows=st.lists(
        st.tuples(TEXT, TEXT, TEXT).filter(lambda row: any(cell.strip() for cell in row)), min_size=1, max_size=8
    ),
    delimiter=st.sampled_from([",", ";", "\t"]),
    encoding=st.sampled_from(["utf-8", "utf-8-sig", "utf-16"]),
    ending=st.sampled_from(["\n", "\r\n"]),
)
def test_any_table_in_any_dialect_is_read_as_it_was_written(
    rows: list[tuple[str, ...]], delimiter: str, encoding: str, ending: str
) -> None:
    text = io.StringIO(newline="")
    # All quoted: Python's own writer leaves a lone carriage return bare when lines end otherwise.
    csv.writer(text, delimiter=delimiter, lineterminator=ending, quoting=csv.QUOTE_ALL).writerows([HEADERS, *rows])
    sheet = read_sheet(text.getvalue().encode(encoding), "couples.csv")
    assert (sheet.headers, sheet.delimiter, sheet.encoding) == (HEADERS, delimiter, encoding)
    assert [row.cells for row in sheet.rows] == rows


@given(content=st.binary(max_size=300) | st.text('",;\t\r\n é', max_size=60).map(str.encode))
def test_any_bytes_are_a_table_or_an_error_for_people(content: bytes) -> None:
    with suppress(SheetError):
        sheet = read_sheet(content, "couples.csv")
        assert sheet.rows
        assert any(sheet.headers)
