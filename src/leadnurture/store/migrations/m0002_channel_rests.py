"""Version 2: a channel in trouble rests, and is known to."""

import sqlite3

SCHEMA = """
CREATE TABLE channel_rests (
    channel VARCHAR(40) NOT NULL,
    trouble VARCHAR(40) NOT NULL,
    reason VARCHAR NOT NULL,
    failures INTEGER NOT NULL,
    since DATETIME NOT NULL,
    until DATETIME NOT NULL,
    configuration VARCHAR(40) NOT NULL,
    PRIMARY KEY (channel),
    CONSTRAINT known_outboxchannel CHECK (channel IN ('email', 'sms', 'notification')),
    CONSTRAINT known_trouble CHECK (trouble IN ('unreachable', 'login', 'quota', 'postponed'))
)
"""


def apply(connection: sqlite3.Connection) -> None:
    """Create the table of channels that rest."""
    connection.execute(SCHEMA)
