"""Many rows: asked for in parts, and written straight away, past the session's unit of work.

A flush costs several times what SQLite needs for the row. Where the engine writes thousands of rows that nothing else
in the transaction looks at, it writes them like this: within the transaction and its savepoints all the same.
"""

from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from typing import Any, TypeVar

from sqlalchemy import Delete, Insert, Update, bindparam, delete, insert, update
from sqlmodel import Session, SQLModel

_AT_ONCE = 500  # values in one statement
_Item = TypeVar("_Item")


def in_parts(items: Sequence[_Item]) -> Iterator[Sequence[_Item]]:
    """Cut a list into parts for one statement each."""
    yield from (items[start : start + _AT_ONCE] for start in range(0, len(items), _AT_ONCE))


def write_row(session: Session, row: SQLModel) -> None:
    """Insert a row, which gets its id and stays outside the session; raises sqlalchemy's IntegrityError."""
    given = vars(row)
    values = {name: given.get(name) for name in _columns(type(row)) if name != "id"}
    written = session.connection().execute(_insert(type(row)), values)
    (row.id,) = written.inserted_primary_key or (None,)


def rewrite_rows(session: Session, kind: type[SQLModel], rows: Mapping[int, Mapping[str, Any]]) -> None:
    """Set columns of rows that the session does not hold: `rows` are the new values by id, of the same columns each."""
    session.connection().execute(_update(kind), [{"identity": key, **values} for key, values in rows.items()])


def erase_row(session: Session, row: SQLModel) -> None:
    """Delete a row that `write_row` wrote."""
    session.connection().execute(_delete(type(row)), {"identity": row.id})  # type: ignore[attr-defined]


@cache
def _columns(kind: type[SQLModel]) -> tuple[str, ...]:
    return tuple(kind.__table__.columns.keys())  # type: ignore[attr-defined]


@cache
def _insert(kind: type[SQLModel]) -> Insert:
    return insert(kind.__table__)  # type: ignore[attr-defined]


@cache
def _update(kind: type[SQLModel]) -> Update:
    table = kind.__table__  # type: ignore[attr-defined]
    return update(table).where(table.c.id == bindparam("identity"))


@cache
def _delete(kind: type[SQLModel]) -> Delete:
    table = kind.__table__  # type: ignore[attr-defined]
    return delete(table).where(table.c.id == bindparam("identity"))
