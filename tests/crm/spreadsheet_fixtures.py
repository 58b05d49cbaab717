"""What the tests of spreadsheets share: a studio in Leeds, its database in a file, and an import in one call."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from sqlmodel import Session, select

from leadnurture.config import Config
from leadnurture.crm import sources
from leadnurture.crm.change import Change
from leadnurture.crm.spreadsheet.columns import match_columns
from leadnurture.crm.spreadsheet.importing import ImportResult, import_sheet
from leadnurture.crm.spreadsheet.sheet import read_sheet
from leadnurture.crm.values import Reading
from leadnurture.store.database import Database, create_database, open_database
from leadnurture.store.tables.lead import Lead

NOW = datetime(2026, 5, 1, 8, 0, tzinfo=UTC)
CONFIG = Config.model_validate(
    {"studio": {"name": "Light & Lens"}, "owner": {"name": "Ann Lee", "email": "ann@example.org"}}
)
BRITISH = Reading("GBP", "GB", ZoneInfo("Europe/London"), "dmy")


@contextmanager
def new_book(folder: Path) -> Iterator[Database]:
    """Open a new studio's database with the sources that ship."""
    create_database(folder / "studio.db", NOW)
    database = open_database(folder / "studio.db", NOW)
    try:
        with database.write() as session:
            sources.add_shipped(session, NOW)
        yield database
    finally:
        database.close()


def bring_in(
    book: Database,
    text: str | bytes,
    maps: Mapping[str, str] | None = None,
    *,
    strict: bool = False,
    now: datetime = NOW,
    reading: Reading = BRITISH,
) -> ImportResult:
    """Import a spreadsheet in a transaction of its own."""
    sheet = read_sheet(text.encode() if isinstance(text, str) else text, "couples.csv")
    with book.write() as session:
        change = Change(session, now, CONFIG)
        return import_sheet(change, sheet, match_columns(sheet.headers, maps or {}), reading, strict=strict)


def leads_in(book: Database) -> list[Lead]:
    """Return all leads, in the order in which they were created."""
    with book.read() as session:
        return _all(session)


def only_lead(book: Database) -> Lead:
    """Return the one lead that there is."""
    (lead,) = leads_in(book)
    return lead


def _all(session: Session) -> list[Lead]:
    return list(session.exec(select(Lead).order_by("id")).all())
