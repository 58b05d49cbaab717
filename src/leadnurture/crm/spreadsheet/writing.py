"""Rows of text as the bytes of a CSV file that spreadsheet programs and `read_sheet` both understand. Pure."""

import csv
import io
from collections.abc import Iterable, Sequence


def csv_bytes(rows: Iterable[Sequence[str]], delimiter: str = ",") -> bytes:
    """Return the file: UTF-8 with a byte-order mark, without which Excel takes it for Windows-1252."""
    text = io.StringIO(newline="")
    csv.writer(text, delimiter=delimiter).writerows(rows)
    return text.getvalue().encode("utf-8-sig")
