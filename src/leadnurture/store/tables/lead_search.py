"""The index of words by which leads are found: SQLite's FTS5, kept in step by triggers, so by whoever writes a lead.

It holds no copy of the texts (its content is a view of the leads). Another database brings its own way to answer
`store.search.matches`; nothing else knows of this one.
"""

from sqlalchemy import DDL, event

from leadnurture.store.tables.lead import Lead

_COLUMNS = {
    "names": ("couple_name_bride", "couple_name_groom"),
    "addresses": ("primary_email", "secondary_email"),
    "phones": ("primary_phone", "secondary_phone"),
    "places": ("wedding_venue", "wedding_location"),
    "notes": ("specific_requirements", "additional_notes"),
}
_NAMES = ", ".join(_COLUMNS)
_COUNTRY_CODES = (3, 4, 5)  # where the number without its country code may begin: codes have one to three digits


def _text(row: str, field: str) -> str:
    bare = f"{row}.{field}" if field == "primary_email" else f"coalesce({row}.{field}, '')"
    if not field.endswith("_phone"):
        return bare
    return " || ' ' || ".join([bare, *(f"coalesce(substr({row}.{field}, {at}), '')" for at in _COUNTRY_CODES)])


def _words(row: str, *, named: bool = False) -> str:
    """Return a row's words in SQL, one expression for each column of the index."""
    texts = {name: " || ' ' || ".join(_text(row, field) for field in fields) for name, fields in _COLUMNS.items()}
    return ", ".join(f"{sql} AS {name}" if named else sql for name, sql in texts.items())


_ADD = f"INSERT INTO lead_search (rowid, {_NAMES}) VALUES (new.id, {_words('new')})"
_TAKE = f"INSERT INTO lead_search (lead_search, rowid, {_NAMES}) VALUES ('delete', old.id, {_words('old')})"
_FIELDS = ", ".join(field for fields in _COLUMNS.values() for field in fields)
_HOW = "columnsize=0, tokenize='unicode61 remove_diacritics 2'"
STATEMENTS = (
    f"CREATE VIEW lead_words AS SELECT id, {_words('leads', named=True)} FROM leads",
    f"CREATE VIRTUAL TABLE lead_search USING fts5({_NAMES}, content='lead_words', content_rowid='id', {_HOW})",
    f"CREATE TRIGGER lead_search_added AFTER INSERT ON leads BEGIN {_ADD}; END",
    f"CREATE TRIGGER lead_search_erased AFTER DELETE ON leads BEGIN {_TAKE}; END",
    f"CREATE TRIGGER lead_search_changed AFTER UPDATE OF {_FIELDS} ON leads BEGIN {_TAKE}; {_ADD}; END",
)

for _statement in STATEMENTS:
    event.listen(Lead.__table__, "after_create", DDL(_statement).execute_if(dialect="sqlite"))  # type: ignore[attr-defined, no-untyped-call]
