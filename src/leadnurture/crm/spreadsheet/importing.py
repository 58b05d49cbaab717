"""Bringing a spreadsheet's rows into the book of business, and giving back those that do not fit."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict, dataclass

from sqlmodel import Session, col, select

from leadnurture.crm import leads
from leadnurture.crm.change import Change
from leadnurture.crm.sources import require_all
from leadnurture.crm.spreadsheet.cells import defused
from leadnurture.crm.spreadsheet.columns import Column
from leadnurture.crm.spreadsheet.meanings import REASON
from leadnurture.crm.spreadsheet.recording import record_known, record_new
from leadnurture.crm.spreadsheet.rows import GoodRow, Rejection, read_rows
from leadnurture.crm.spreadsheet.sheet import Sheet, SheetRow
from leadnurture.crm.spreadsheet.writing import csv_bytes
from leadnurture.crm.values import Reading
from leadnurture.errors import InvalidInputError
from leadnurture.store.rows import in_parts
from leadnurture.store.tables.lead import Lead


class StrictImportError(InvalidInputError):
    """Some rows cannot be read, and the user wants all or nothing; `rejected` says which and why."""

    def __init__(self, rejected: Sequence[Rejection], rows: int) -> None:
        self.rejected = tuple(rejected)
        lines = len({rejection.line for rejection in rejected})
        super().__init__(
            f"{lines:,} of {rows:,} rows cannot be imported, so none was",
            hint="mend them in the file, or import without --strict",
            detail={"rejected": [asdict(rejection) for rejection in rejected]},
        )


@dataclass(frozen=True)
class ImportResult:
    """What an import did: ids of leads created and updated, how many rows said nothing new, and what was rejected."""

    created: tuple[int, ...]
    updated: tuple[int, ...]
    unchanged: int
    rejected: tuple[Rejection, ...]
    columns: tuple[Column, ...]


def import_sheet(
    change: Change,
    sheet: Sheet,
    columns: Sequence[Column],
    reading: Reading,
    *,
    strict: bool,
    on_row: Callable[[], None] | None = None,
) -> ImportResult:
    """Create the leads that are new, add to those that are known, and reject the rows that cannot be read.

    A lead's status, source, inquiry date, pause and opt-out are never overwritten, its tags never removed, and a blank
    cell means nothing. `on_row` is called once per row. Raises StrictImportError if `strict` and a row is rejected, and
    UnknownSourceError for new sources where the change may make none.
    """
    tell = on_row or (lambda: None)
    good, rejected = read_rows(sheet.rows, columns, reading, change.now)
    if strict and rejected:
        raise StrictImportError(rejected, len(sheet.rows))
    for _ in range(len(sheet.rows) - len(good)):
        tell()
    known = _known_leads(change.session, [row.email for row in good])
    named = (row.values.get("lead_source") for row in good if row.email not in known)
    require_all(change, [name for name in named if name])
    created = _create(change, [row for row in good if row.email not in known], tell)
    updated = _update(change, [(known[row.email], row) for row in good if row.email in known], tell)
    unchanged = len(good) - len(created) - len(updated)
    return ImportResult(_ids(created), _ids(updated), unchanged, tuple(rejected), tuple(columns))


def _create(change: Change, rows: Sequence[GoodRow], tell: Callable[[], None]) -> list[Lead]:
    created: list[Lead] = []
    for together in in_parts(rows):
        created += record_new(change, [row.values for row in together])
        for _ in together:
            tell()
    return created


def _update(change: Change, pairs: Iterable[tuple[Lead, GoodRow]], tell: Callable[[], None]) -> list[Lead]:
    """Return those of the known leads that their rows changed."""
    updated = []
    for lead, row in pairs:
        if record_known(change, lead, row.values):
            updated.append(lead)
        tell()
    return updated


def _known_leads(session: Session, emails: Sequence[str]) -> dict[str, Lead]:
    known: dict[str, Lead] = {}
    for together in in_parts(emails):
        asked = col(Lead.primary_email).in_(together)
        known |= leads.merged_by_email(session, together)
        known |= {lead.primary_email: lead for lead in session.exec(select(Lead).where(asked))}
    return known


def _ids(found: Iterable[Lead]) -> tuple[int, ...]:
    return tuple(lead.id for lead in found if lead.id is not None)


def rejected_csv(sheet: Sheet, rejected: Sequence[Rejection]) -> bytes:
    """Return the rejected rows as they were in the file, with a last column that says why; to mend and import again."""
    reasons: dict[int, list[str]] = {}
    for rejection in rejected:
        told = f"{rejection.column}: {rejection.reason}" if rejection.column else rejection.reason
        reasons.setdefault(rejection.line, []).append(told)
    kept = [place for place, header in enumerate(sheet.headers) if header != REASON]  # from the import before
    rows = [_returned(row, sheet, kept, reasons[row.line]) for row in sheet.rows if row.line in reasons]
    return csv_bytes([[*(sheet.headers[place] for place in kept), REASON], *rows], sheet.delimiter)


def _returned(row: SheetRow, sheet: Sheet, kept: Sequence[int], reasons: Sequence[str]) -> list[str]:
    """Return a row with the reason below its header; cells beyond the header stay beyond it and are not lost."""
    width = len(sheet.headers)
    cells = (*row.cells, *[""] * width)
    return [*(cells[place] for place in kept), defused("; ".join(reasons)), *row.cells[width:]]
