"""All tables, for whoever has to do with each of them: a writer (in which order?), merging, forgetting, the schema."""

from sqlalchemy import Table
from sqlmodel import SQLModel

from leadnurture.store.tables import (  # noqa: F401 - importing them is what makes them known
    appointment,
    blocked_day,
    channel_rest,
    conversion,
    lead,
    lead_book,
    lead_search,
    outbox,
    privacy,
    scoring,
    sequence,
    source,
    task,
    timeline,
)


def every_table() -> list[Table]:
    """Return the tables, each after those that its foreign keys point at."""
    return SQLModel.metadata.sorted_tables
