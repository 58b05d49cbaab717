"""Leads are found by their words, lists have names, and who was merged into whom is known."""

import sqlite3


def _words(row: str) -> str:
    """Return the words of one row of `leads` as the index has them, by column; `row` is the row's name in SQL."""
    phone = "coalesce({0}, '') || ' ' || coalesce(substr({0}, 3), '') || ' ' || coalesce(substr({0}, 4), '') || ' ' || coalesce(substr({0}, 5), '')"
    columns = {
        "names": f"coalesce({row}.couple_name_bride, '') || ' ' || coalesce({row}.couple_name_groom, '')",
        "addresses": f"{row}.primary_email || ' ' || coalesce({row}.secondary_email, '')",
        "phones": f"{phone.format(f'{row}.primary_phone')} || ' ' || {phone.format(f'{row}.secondary_phone')}",
        "places": f"coalesce({row}.wedding_venue, '') || ' ' || coalesce({row}.wedding_location, '')",
        "notes": f"coalesce({row}.specific_requirements, '') || ' ' || coalesce({row}.additional_notes, '')",
    }
    return ", ".join(f"{sql} AS {name}" if row == "leads" else sql for name, sql in columns.items())


_ADD = f"INSERT INTO lead_search (rowid, names, addresses, phones, places, notes) VALUES (new.id, {_words('new')})"
_TAKE = (
    "INSERT INTO lead_search (lead_search, rowid, names, addresses, phones, places, notes) "
    f"VALUES ('delete', old.id, {_words('old')})"
)
SEARCH = (
    f"CREATE VIEW lead_words AS SELECT id, {_words('leads')} FROM leads",
    "CREATE VIRTUAL TABLE lead_search USING fts5(names, addresses, phones, places, notes, content='lead_words', content_rowid='id', columnsize=0, tokenize='unicode61 remove_diacritics 2')",
    f"CREATE TRIGGER lead_search_added AFTER INSERT ON leads BEGIN {_ADD}; END",
    f"CREATE TRIGGER lead_search_erased AFTER DELETE ON leads BEGIN {_TAKE}; END",
    f"CREATE TRIGGER lead_search_changed AFTER UPDATE OF couple_name_bride, couple_name_groom, primary_email, secondary_email, primary_phone, secondary_phone, wedding_venue, wedding_location, specific_requirements, additional_notes ON leads BEGIN {_TAKE}; {_ADD}; END",
)
TABLES = (
    """
CREATE TABLE lead_views (
    name VARCHAR(100) NOT NULL,
    filters JSON NOT NULL,
    sort_by VARCHAR(40) NOT NULL,
    sort_order VARCHAR(4),
    page_limit INTEGER NOT NULL,
    created_at DATETIME NOT NULL,
    PRIMARY KEY (name)
)
""",
    """
CREATE TABLE merged_leads (
    merged_id INTEGER NOT NULL,
    lead_id INTEGER NOT NULL,
    primary_email VARCHAR(255) NOT NULL,
    unsubscribe_token VARCHAR(40) NOT NULL,
    merged_at DATETIME NOT NULL,
    PRIMARY KEY (merged_id),
    FOREIGN KEY(lead_id) REFERENCES leads (id) ON DELETE CASCADE,
    UNIQUE (unsubscribe_token)
)
""",
    "CREATE INDEX idx_merged_leads_lead ON merged_leads (lead_id)",
    "CREATE INDEX idx_merged_leads_email ON merged_leads (primary_email)",
)
INDEXES = (
    "CREATE INDEX idx_leads_inquiry ON leads (inquiry_at)",
    "CREATE INDEX idx_leads_updated ON leads (updated_at)",
    "CREATE INDEX idx_leads_second_email ON leads (secondary_email)",
    "CREATE INDEX idx_leads_phone ON leads (primary_phone)",
    "CREATE INDEX idx_leads_second_phone ON leads (secondary_phone)",
    "CREATE INDEX idx_leads_standing ON leads (lead_status, lead_score, lead_source, priority_level, lead_temperature, inquiry_at, wedding_date)",
)


def apply(connection: sqlite3.Connection) -> None:
    """Create the index of words with what there is in it, the two tables, and the indexes of lists and look-ups."""
    for statement in (*SEARCH, *TABLES, *INDEXES):
        connection.execute(statement)
    connection.execute("INSERT INTO lead_search (lead_search) VALUES ('rebuild')")
