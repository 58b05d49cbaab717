"""A row of a spreadsheet as a lead's values, or all that is wrong with it at once. Pure."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from leadnurture.crm.spreadsheet.cells import bare
from leadnurture.crm.spreadsheet.columns import Column, ColumnKind
from leadnurture.crm.spreadsheet.sheet import SheetRow
from leadnurture.crm.spreadsheet.values import read_cells
from leadnurture.crm.values import Reading
from leadnurture.errors import InvalidInputError

_SHOWN = 200  # characters of a cell that a rejection repeats
_ONE_DAY = timedelta(days=1)


@dataclass(frozen=True)
class Rejection:
    """Why a row is not imported: the line (from 1) where it starts, the column's header, its cell, what is wrong."""

    line: int
    column: str | None
    value: str | None
    reason: str


@dataclass(frozen=True)
class GoodRow:
    """A row that can be imported: the line where it starts, and its values by field name."""

    line: int
    values: dict[str, Any]

    @property
    def email(self) -> str:
        """The address that the row is about."""
        return str(self.values["primary_email"])


def read_rows(
    rows: Sequence[SheetRow], columns: Sequence[Column], reading: Reading, now: datetime
) -> tuple[list[GoodRow], list[Rejection]]:
    """Return the rows that can be imported at the instant `now`, one for each address, and why the others cannot."""
    good: dict[str, GoodRow] = {}
    rejected: list[Rejection] = []
    for row in rows:
        values, rejections = read_row(row, columns, reading)
        read = GoodRow(row.line, values)
        rejections = rejections or _impossible(read, good, columns, now)
        if not rejections:
            good[read.email] = read
        rejected += rejections
    return list(good.values()), rejected


def _impossible(
    row: GoodRow, before: Mapping[str, GoodRow], columns: Sequence[Column], now: datetime
) -> list[Rejection]:
    """Return what is wrong with a row that reads well, seen beside the rows before it and the present instant."""
    wrong = []
    if first := before.get(row.email):
        header = _header_of("primary_email", columns)
        wrong.append(Rejection(row.line, header, row.email, f"same e-mail as line {first.line}"))
    inquiry: datetime | None = row.values.get("inquiry_at")
    if inquiry and inquiry - now > _ONE_DAY:  # days and months confused, or not the date of the inquiry at all
        header, value = _header_of("inquiry_at", columns), inquiry.date().isoformat()
        wrong.append(Rejection(row.line, header, value, f"{value} is the date of the inquiry, but it is yet to come"))
    return wrong


def _header_of(target: str, columns: Sequence[Column]) -> str:
    return next(column.header for column in columns if column.target == target)


def read_row(row: SheetRow, columns: Sequence[Column], reading: Reading) -> tuple[dict[str, Any], list[Rejection]]:
    """Return the values by field name of the cells that are not blank, and everything that is wrong with the row.

    Custom fields are gathered under `custom_fields`; `opt_out_date` may be None, see `values.read_cells`.
    """
    values: dict[str, Any] = {}
    rejections = list(_surplus(row, columns))
    for column, texts in _filled(row, columns):
        try:
            read = read_cells(column, texts, reading)
        except InvalidInputError as error:
            rejections.append(_rejection(row, column.header, " ".join(texts), error.message))
            continue
        custom = {**values.get("custom_fields", {}), **read.get("custom_fields", {})}
        values |= {**read, "custom_fields": custom} if custom else read
    email = _header_of("primary_email", columns)
    if "primary_email" not in values and email not in {rejection.column for rejection in rejections}:
        rejections.append(Rejection(row.line, email, None, "there is no e-mail address"))
    return values, rejections


def _filled(row: SheetRow, columns: Sequence[Column]) -> Iterator[tuple[Column, list[str]]]:
    """Yield each field's (first) column with its texts; of a name in two columns the first name comes first."""
    together: dict[str, tuple[Column, list[str]]] = {}
    cells = [(column, bare(cell)) for column, cell in zip(columns, row.cells, strict=False) if column.target]
    for column, text in sorted(cells, key=lambda cell: cell[0].kind is ColumnKind.LAST_NAME):
        if text:
            together.setdefault(column.target or "", (column, []))[1].append(text)
    yield from together.values()


def _surplus(row: SheetRow, columns: Sequence[Column]) -> Iterator[Rejection]:
    surplus = [cell for cell in row.cells[len(columns) :] if cell.strip()]
    if surplus:
        told = f"the row has {len(row.cells)} cells, the header only {len(columns)}"
        reason = f"{told}: a text that has the delimiter in it needs quotation marks"
        yield _rejection(row, None, " ".join(surplus), reason)


def _rejection(row: SheetRow, header: str | None, text: str, reason: str) -> Rejection:
    shown = text if len(text) <= _SHOWN else text[: _SHOWN - 1] + "…"
    return Rejection(row.line, header, shown, reason)
