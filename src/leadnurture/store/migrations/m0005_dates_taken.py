"""Days that are blocked, and whether a lead's wedding date is free. One wedding a day is what a studio begins with."""

import sqlite3

STATEMENTS = (
    """
    CREATE TABLE blocked_days (
        id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
        day DATE NOT NULL,
        reason VARCHAR(255),
        uid VARCHAR(255),
        created_at DATETIME NOT NULL
    )
    """,
    "CREATE INDEX idx_blocked_days_day ON blocked_days (day)",
    "CREATE INDEX idx_blocked_days_uid ON blocked_days (uid)",
    "ALTER TABLE leads ADD COLUMN date_available BOOLEAN",
    """
    UPDATE leads SET date_available = NOT EXISTS (
        SELECT 1 FROM leads other
        WHERE other.wedding_date = leads.wedding_date AND other.lead_status = 'won' AND other.id <> leads.id
    ) WHERE wedding_date IS NOT NULL
    """,
)


def apply(connection: sqlite3.Connection) -> None:
    """Add the table and the column, and say of each wedding date whether it is free."""
    for statement in STATEMENTS:
        connection.execute(statement)
