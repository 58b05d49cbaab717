"""Words about a couple that is forgotten in rows that are no couple's, and in what the program itself wrote of others.

What the owner wrote about them in another couple's notes is the owner's; `rows.mentions` finds it.
"""

from collections.abc import Callable, Collection, Iterable, Sequence
from typing import Any, NamedTuple

from leadnurture.engine.forgetting.traces import Traces

Execute = Callable[[str, tuple[Any, ...]], Iterable[Sequence[Any]]]


class _Place(NamedTuple):
    """A column that holds words, and for which rows: all of them if nothing is said."""

    table: str
    column: str
    which: str = "1 = 1"


_PLACES = (
    _Place("blocked_days", "reason"),
    _Place("channel_rests", "reason"),
    _Place("suppressions", "reason"),
    _Place("lead_views", "filters"),
    _Place("tasks", "title", "lead_id IS NULL"),
    _Place("tasks", "description", "lead_id IS NULL"),
    _Place("lead_interactions", "interaction_subject", "user_id = 'leadnurture' AND interaction_type = 'lead_updated'"),
)


def erase_passages(execute: Execute, tables: Collection[str], traces: Traces) -> None:
    """Take a couple's words out of those of the `tables` that hold such words; `execute` runs one statement."""
    for place in _PLACES:
        if place.table in tables:
            _erase(execute, place, traces)


def _erase(execute: Execute, place: _Place, traces: Traces) -> None:
    table, column, which = place
    texts = execute(f"SELECT DISTINCT {column} FROM {table} WHERE {column} IS NOT NULL AND {which}", ())  # noqa: S608 - names of ours
    for (text,) in list(texts):
        if traces.are_in(text):
            update = f"UPDATE {table} SET {column} = ? WHERE {column} = ? AND {which}"  # noqa: S608 - the same
            execute(update, (traces.erased_from(text), text))
