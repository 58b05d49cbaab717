"""Version 4: adjustments that fade, sources paid by the month, and scores that days alone change."""

import sqlite3

STATEMENTS = (
    "ALTER TABLE lead_score_adjustments ADD COLUMN half_life_minutes INTEGER",
    "ALTER TABLE lead_sources ADD COLUMN cost_per_month INTEGER",
    "CREATE TABLE score_look (id INTEGER NOT NULL, next_look_at DATETIME, PRIMARY KEY (id))",
    "INSERT INTO score_look (id) VALUES (1)",
)


def apply(connection: sqlite3.Connection) -> None:
    """Add the columns, and the one row that says when scores are looked at."""
    for statement in STATEMENTS:
        connection.execute(statement)
