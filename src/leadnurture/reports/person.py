"""Everything that the database holds about one couple, row by row: what they may ask to see.

Which tables speak of a lead is read from the tables themselves, so a table that comes later is in it by itself.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from enum import Enum
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Table, select
from sqlmodel import Session

from leadnurture.config import Config
from leadnurture.crm.names import clean_lines
from leadnurture.crm.suppression import addresses_of, suppressed
from leadnurture.money import format_money
from leadnurture.store.tables.every import every_table
from leadnurture.store.tables.lead import Lead
from leadnurture.store.tables.privacy import Suppression

Row = Mapping[str, Any]
_SUPPRESSIONS = str(Suppression.__tablename__)
_MONEY = {"estimated_budget", "conversion_value", "attributed_revenue", "commission_amount"}  # in minor units
_SECRET = {"digest", "salt"}  # they say nothing about a person, and much about the list


@dataclass(frozen=True)
class Person:
    """What we hold about a couple, by table: the lead's own row, and every row that hangs on it."""

    lead_id: int
    currency: str
    tables: Mapping[str, Sequence[Row]]

    def as_json(self) -> dict[str, Any]:
        """Return the documented keys: the tables' names, each with its rows."""
        return {name: list(rows) for name, rows in self.tables.items()}

    def readable(self) -> str:
        """Return it as text that anybody can read: what is empty is left out, letters are their words, money is money.

        Whatever somebody wrote does nothing to a terminal: control characters are blanks.
        """
        parts = [
            f"{_title(name)}\n{'=' * len(_title(name))}\n\n{_rows(rows, self.currency)}"
            for name, rows in self.tables.items()
            if rows
        ]
        return "\n\n".join(parts) + "\n"


def person(session: Session, config: Config, lead: Lead) -> Person:
    """Return everything about a lead; instants carry the offset of the studio's zone."""
    assert lead.id is not None
    zone, leads = config.studio.zone, Lead.__table__  # type: ignore[attr-defined]
    tables = {leads.name: _found(session, leads, leads.c.id == lead.id, zone)}
    for table, columns in speaking_of_leads():
        for column in columns:
            tables.setdefault(table.name, []).extend(_found(session, table, column == lead.id, zone))
    listed = suppressed(session, addresses_of(lead))
    tables[_SUPPRESSIONS] = [
        {"address": address} | {name: _plain(value, zone) for name, value in row.model_dump(exclude=_SECRET).items()}
        for address, rows in listed.items()
        for row in rows
    ]
    return Person(lead.id, config.studio.currency, tables)


def speaking_of_leads() -> Iterator[tuple[Table, list[Any]]]:
    """Yield each table that hangs on the leads' table, with the columns that name a lead."""
    for table in every_table():
        columns = [key.parent for key in table.foreign_keys if key.column.table is Lead.__table__]  # type: ignore[attr-defined]
        if columns:
            yield table, columns


def _found(session: Session, table: Table, condition: Any, zone: ZoneInfo) -> list[dict[str, Any]]:
    found = session.execute(select(table).where(condition).order_by(*table.primary_key.columns)).mappings()
    return [{name: _plain(value, zone) for name, value in row.items()} for row in found]


def _plain(value: Any, zone: ZoneInfo) -> Any:
    if isinstance(value, bytes):
        return value.decode("utf-8", "replace")
    if isinstance(value, datetime):
        return value.astimezone(zone).isoformat()
    if isinstance(value, date):
        return value.isoformat()
    return value.value if isinstance(value, Enum) else value


def _title(table: str) -> str:
    words = table.removeprefix("lead_").removeprefix("nurture_").replace("_", " ")
    return words.capitalize()


def _rows(rows: Sequence[Row], currency: str) -> str:
    return "\n\n".join("\n".join(_lines(row, currency)) for row in rows)


def _lines(row: Row, currency: str) -> Iterator[str]:
    """Yield what a row says, a line each; further lines of a text are moved in."""
    for name, value in row.items():
        if value not in (None, "", [], {}):
            told = clean_lines(_told(name, value, currency)).strip()
            yield f"{name.replace('_', ' ')}: {told}".replace("\n", "\n    ")


def _told(name: str, value: Any, currency: str) -> str:
    if name == "content":
        return _words(value)
    return format_money(value, currency) if name in _MONEY else str(value)


def _words(content: str) -> str:
    """Return the words of a mail, without its headers and its other forms; a text is its words."""
    body = message_from_bytes(content.encode(), _class=EmailMessage, policy=default).get_body(("plain",))
    return str(body.get_content()) if body is not None and "Message-ID:" in content[:2000] else content
