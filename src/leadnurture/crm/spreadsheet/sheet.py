"""The bytes of a CSV file as a table: delimiter, header, and rows that know their line. Pure."""

import csv
import io
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice

from leadnurture.crm.spreadsheet.decoding import SheetError, decode

__all__ = ["Sheet", "SheetError", "SheetRow", "read_sheet"]

_DELIMITERS = (",", ";", "\t")
_SAMPLE = 200  # rows that decide on the delimiter
_DECLARED = re.compile(r"\s*\"?sep=([,;\t])\"?\r?\n")  # Excel's own way to say it, in the first line


@dataclass(frozen=True)
class SheetRow:
    """The cells of one row as they are in the file; `line` is the physical line (from 1) where it starts."""

    line: int
    cells: tuple[str, ...]


@dataclass(frozen=True)
class Sheet:
    """A spreadsheet's header and rows, without its blank ones, and how the file was written."""

    headers: tuple[str, ...]
    rows: tuple[SheetRow, ...]
    delimiter: str
    encoding: str


def read_sheet(content: bytes, name: str) -> Sheet:
    """Return the table in the bytes of the file called `name`; its first line that is not blank is the header.

    Raises SheetError for a file that is empty, has a header only, is no text, or whose quotation marks don't match.
    """
    text, encoding = decode(content, name)
    declared = _DECLARED.match(text)
    delimiter = declared[1] if declared else _likely_delimiter(text)
    rows = list(_rows(text, delimiter, name))[1 if declared else 0 :]
    if not rows:
        raise SheetError(f"{name} is empty")
    if len(rows) == 1:
        raise SheetError(f"{name} has a header line but no rows below it")
    return Sheet(_headers(rows), tuple(rows[1:]), delimiter, encoding)


def _likely_delimiter(text: str) -> str:
    """Return the delimiter that cuts the header into most cells and the most rows into as many."""
    return max(_DELIMITERS, key=lambda delimiter: _fit(text, delimiter))


def _fit(text: str, delimiter: str) -> float:
    widths = []
    try:
        for row in islice(_rows(text, delimiter, ""), _SAMPLE):
            widths.append(len(row.cells))  # noqa: PERF401 - what came before an error counts
    except SheetError:
        pass  # by a wrong delimiter, quotation marks hardly ever match
    if not widths:
        return 0
    return (widths[0] - 1) * widths.count(widths[0]) / len(widths)


def _rows(text: str, delimiter: str, name: str) -> Iterator[SheetRow]:
    """Yield the rows that are not blank; raises SheetError with the line where a row cannot be read."""
    # Strict: a forgiving reader lets one stray quotation mark swallow all couples up to the next.
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    line = 1
    try:
        for cells in reader:
            if any(cell.strip() for cell in cells):
                yield SheetRow(line, tuple(cells))
            line = reader.line_num + 1
    except csv.Error as error:
        raise _unreadable(name, line, str(error)) from None


def _unreadable(name: str, line: int, complaint: str) -> SheetError:
    if "limit" in complaint:
        what = f"a cell is longer than {csv.field_size_limit():,} characters"
    elif "end of data" in complaint:
        what = "a quotation mark opens a cell and is never closed"
    else:
        what = "there is text after the quotation mark that closes a cell"
    return SheetError(
        f"{name}: in the row that starts in line {line}, {what}",
        hint='a cell with quotation marks in its text is written "so, with ""two"" of each"',
    )


def _headers(rows: Sequence[SheetRow]) -> tuple[str, ...]:
    """Return the header without the nameless columns at its end that no row uses."""
    header = rows[0].cells
    width = max(_width(row.cells) for row in rows)
    return tuple(cell.strip() for cell in header[:width])


def _width(cells: Sequence[str]) -> int:
    return max(place for place, cell in enumerate(cells, start=1) if cell.strip())
