"""The rows of a couple that is forgotten: gone with all that hangs on them, and no byte of them left in the file."""

import sqlite3
from contextlib import closing
from dataclasses import replace
from datetime import datetime
from hashlib import sha256
from pathlib import Path
from typing import Any

from sqlalchemy import ColumnElement, and_, or_, text
from sqlmodel import Session, SQLModel, col, select

from leadnurture.crm.names import first_name
from leadnurture.engine.forgetting.passages import erase_passages
from leadnurture.engine.forgetting.traces import Traces
from leadnurture.store.files import connect, translated
from leadnurture.store.tables.every import every_table
from leadnurture.store.tables.lead import Lead
from leadnurture.store.tables.lead_book import MergedLead
from leadnurture.store.tables.privacy import Erasure

_LEAVES_NOTHING = "DELETE FROM leads WHERE unsubscribe_token = ?"


def erase(session: Session, traces: Traces, now: datetime) -> None:
    """Delete a lead with all that hangs on it, and remember by a digest alone that it was forgotten."""
    for token in traces.tokens:
        session.merge(Erasure(token_digest=digest(token), erased_at=now))
    session.flush()
    session.execute(text("DELETE FROM leads WHERE id = :id"), {"id": traces.lead_ids[0]})
    erase_passages(session.connection().exec_driver_sql, SQLModel.metadata.tables.keys(), traces.own)
    session.expire_all()


def traces_of(session: Session, lead: Lead) -> Traces:
    """Return by what a lead can be known, and those that were merged into it; and what of it is another lead's, too."""
    traces = Traces.of(lead, session.exec(select(MergedLead).where(MergedLead.lead_id == lead.id)).all())
    others = session.exec(select(Lead).where(Lead.id != lead.id, or_(*_is_alike(lead, traces)))).all()
    return replace(traces, shared=frozenset(word for other in others for word in Traces.of(other, ()).words))


def _is_alike(lead: Lead, traces: Traces) -> list[ColumnElement[bool]]:
    """Hold for who has an address, a number, a name, or both first names of a lead."""
    names = (Lead.couple_name_bride, Lead.couple_name_groom)
    columns = (Lead.primary_email, Lead.secondary_email, Lead.primary_phone, Lead.secondary_phone, *names)
    firsts = [first_name(name) for name in (lead.couple_name_bride, lead.couple_name_groom)]
    namesakes = [
        or_(col(column) == first, col(column).startswith(f"{first} ", autoescape=True))
        for column, first in zip(names, firsts, strict=True)
    ]
    return [*(col(column).in_(traces.words) for column in columns), *([and_(*namesakes)] if all(firsts) else [])]


def digest(token: str) -> str:
    """Return by what a couple that was forgotten is known again in a backup; the token is nothing but chance."""
    return sha256(token.encode()).hexdigest()


def forget_again(session: Session, newer: Session) -> int:
    """Erase from a backup that is being restored who was forgotten since; return how many that were."""
    erasures = newer.exec(select(Erasure)).all()
    forgotten = {row.token_digest: row.erased_at for row in erasures}
    everybody = session.exec(select(Lead)).all() if forgotten else ()
    leads = [lead for lead in everybody if digest(lead.unsubscribe_token) in forgotten]
    for lead in leads:
        erase(session, traces_of(session, lead), forgotten[digest(lead.unsubscribe_token)])
    for row in erasures:
        session.merge(Erasure(**row.model_dump()))
    session.flush()
    return len(leads)


def mentions(session: Session, traces: Traces) -> list[str]:
    """Return where the database still names them: a table, and the other lead that the row belongs to."""
    found: dict[str, None] = {}
    for table in every_table():
        for row in session.execute(table.select()).mappings():
            if any(traces.are_in(_told(value)) for value in row.values()):
                owner = row.get("lead_id") or (row["id"] if table.name == Lead.__tablename__ else None)
                found[f"{table.name} of lead {owner}" if owner else table.name] = None
    return list(found)


def _told(value: Any) -> str:
    return value.decode("utf-8", "replace") if isinstance(value, bytes) else str(value)


def compact(path: Path) -> None:
    """Write the database file anew, without what was deleted; raises the errors of `store.errors`."""
    with closing(connect(path)) as connection, translated(path):
        _drop_dead_words(connection)
        connection.execute("VACUUM")


def erase_from_file(path: Path, traces: Traces) -> None:
    """Delete leads from a database of any schema of ours, such as a copy of a backup, and write the file anew."""
    with closing(connect(path)) as connection, translated(path):
        connection.executemany(_LEAVES_NOTHING, [(token,) for token in traces.tokens])
        tables = {name for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
        erase_passages(connection.execute, tables, traces.own)
        _drop_dead_words(connection)
        connection.execute("VACUUM")


def _drop_dead_words(connection: sqlite3.Connection) -> None:
    """Merge full-text indexes: until then they keep the words of rows that are gone."""
    indexes = "SELECT name FROM sqlite_master WHERE sql LIKE 'CREATE VIRTUAL TABLE%USING fts5%'"
    for (name,) in connection.execute(indexes).fetchall():
        connection.execute(f"INSERT INTO {name} ({name}) VALUES ('optimize')")  # noqa: S608 - a table of ours
