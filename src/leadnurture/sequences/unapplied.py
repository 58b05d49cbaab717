"""Which sequence files are not what runs, by their fingerprints alone: nothing is parsed, nothing heavy is imported."""

import json
import sqlite3
from collections.abc import Iterable
from contextlib import closing, suppress
from pathlib import Path

from leadnurture.locate import DATABASE_NAME
from leadnurture.sequences.fingerprint import ENDINGS, fingerprint
from leadnurture.sequences.text_file import read_text
from leadnurture.store.files import connect, translated

_CURRENT = """
SELECT s.id, v.content_hash, v.templates
FROM nurture_sequences s JOIN sequence_versions v ON v.sequence_id = s.id AND v.number = s.current_version
WHERE s.deleted_at IS NULL
"""


def unapplied(root: Path) -> list[str]:
    """Return the ids of the sequences in a studio's folder whose files differ from what was applied last.

    Templates are named by the version: where the file itself is the same, so are the names in it. Nothing if the
    folder cannot be read; raises the errors of `store.errors`.
    """
    try:
        files = {path.stem: path for path in sorted((root / "sequences").iterdir()) if _is_sequence(path)}
    except OSError:
        return []
    applied = {name: (found, templates) for name, found, templates in _applied(root / DATABASE_NAME)}
    differing = {name for name in files.keys() & applied.keys() if _differs(root, files[name], *applied[name])}
    return sorted(differing | (files.keys() ^ applied.keys()))


def _is_sequence(path: Path) -> bool:
    return path.suffix in ENDINGS and not path.name.startswith(".")


def _applied(database: Path) -> list[tuple[str, str, list[str]]]:
    with closing(connect(database)) as connection, translated(database):
        rows: list[sqlite3.Row] = connection.execute(_CURRENT).fetchall()
    return [(name, found, list(json.loads(templates))) for name, found, templates in rows]


def _differs(root: Path, file: Path, applied: str, templates: Iterable[str]) -> bool:
    words: dict[str, str] = {}
    with suppress(OSError, ValueError):
        text = read_text(file)
        for name in templates:
            with suppress(OSError, ValueError):
                words[name] = read_text(root / "templates" / name)
        return fingerprint(text, words) != applied
    return True
