"""Version 3: what ended long ago is condensed, and when that was; a message's step is found by its execution."""

import sqlite3

STATEMENTS = (
    "ALTER TABLE sequence_executions ADD COLUMN condensed_at DATETIME",
    "CREATE INDEX idx_executions_uncondensed ON sequence_executions (executed_at) WHERE condensed_at IS NULL",
    "CREATE INDEX idx_outbox_execution ON outbox (execution_id)",
)


def apply(connection: sqlite3.Connection) -> None:
    """Add the column and the indexes by which old steps and their messages are found."""
    for statement in STATEMENTS:
        connection.execute(statement)
