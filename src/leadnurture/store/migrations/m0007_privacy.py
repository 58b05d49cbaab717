"""Version 7: consents with their history, opt-outs by channel, suppressed addresses, and what forgetting leaves behind."""

import hmac
import secrets
import sqlite3
from hashlib import sha256

SCHEMA = """
CREATE TABLE lead_consents (
    id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    lead_id INTEGER NOT NULL,
    consent_kind VARCHAR(40) NOT NULL,
    given BOOLEAN NOT NULL,
    origin VARCHAR(40) NOT NULL,
    consent_text VARCHAR,
    said_at DATETIME NOT NULL,
    created_at DATETIME NOT NULL,
    FOREIGN KEY(lead_id) REFERENCES leads (id) ON DELETE CASCADE,
    CONSTRAINT known_consentkind CHECK (consent_kind IN ('marketing', 'processing')),
    CONSTRAINT known_consentorigin CHECK (origin IN ('form', 'mail', 'spreadsheet', 'by_word'))
);
CREATE INDEX idx_lead_consents_lead ON lead_consents (lead_id);
CREATE TABLE lead_opt_outs (
    id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    lead_id INTEGER NOT NULL,
    channel VARCHAR(40) NOT NULL,
    address VARCHAR(255),
    reason VARCHAR NOT NULL,
    created_at DATETIME NOT NULL,
    FOREIGN KEY(lead_id) REFERENCES leads (id) ON DELETE CASCADE,
    CONSTRAINT known_contactchannel CHECK (channel IN ('email', 'sms', 'phone', 'all'))
);
CREATE INDEX idx_lead_opt_outs_lead ON lead_opt_outs (lead_id);
CREATE TABLE suppressions (
    id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    digest BLOB NOT NULL,
    salt BLOB NOT NULL,
    channel VARCHAR(40) NOT NULL,
    reason VARCHAR NOT NULL,
    created_at DATETIME NOT NULL,
    UNIQUE (digest, salt, channel),
    CONSTRAINT known_contactchannel CHECK (channel IN ('email', 'sms', 'phone', 'all'))
);
CREATE TABLE erasures (
    token_digest VARCHAR(64) NOT NULL,
    erased_at DATETIME NOT NULL,
    PRIMARY KEY (token_digest)
);
CREATE TABLE erased_figures (
    id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    kind VARCHAR(40) NOT NULL,
    day DATE NOT NULL,
    source_name VARCHAR(100) NOT NULL,
    sequence_id VARCHAR(100) NOT NULL,
    detail VARCHAR(40) NOT NULL,
    number INTEGER NOT NULL,
    amount INTEGER NOT NULL,
    UNIQUE (kind, day, source_name, sequence_id, detail),
    CONSTRAINT known_figurekind CHECK (kind IN ('inquiry', 'booking', 'enrollment', 'message'))
);
CREATE TABLE forgetting_rules (
    months INTEGER NOT NULL,
    agreed_at DATETIME NOT NULL,
    PRIMARY KEY (months)
)
"""
_OPTED_OUT = """
SELECT opt_out_date, primary_email, secondary_email, primary_phone, secondary_phone FROM leads
WHERE opt_out_date IS NOT NULL
"""
_SUPPRESS = "INSERT OR IGNORE INTO suppressions (digest, salt, channel, reason, created_at) VALUES (?, ?, 'all', ?, ?)"


def apply(connection: sqlite3.Connection) -> None:
    """Create the tables; who has opted out is suppressed by address."""
    for statement in SCHEMA.split(";\n"):
        connection.execute(statement)
    salt = secrets.token_bytes(32)
    for opted_out, *addresses in connection.execute(_OPTED_OUT).fetchall():
        for address in filter(None, addresses):
            digest = hmac.digest(salt, address.encode(), sha256)
            connection.execute(_SUPPRESS, (digest, salt, "they opted out", opted_out))
