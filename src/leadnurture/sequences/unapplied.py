"""Which sequence files are not what runs, by their fingerprints alone: nothing is parsed, nothing heavy is imported.

Attachments that have their size and time still are not even read.
"""

import json
import sqlite3
from contextlib import closing, suppress
from dataclasses import dataclass
from pathlib import Path

from leadnurture.locate import DATABASE_NAME
from leadnurture.sequences.attachments import Attached, contents, is_still, recorded
from leadnurture.sequences.fingerprint import ENDINGS, fingerprint
from leadnurture.sequences.plain_files import inside
from leadnurture.sequences.text_file import read_text
from leadnurture.store.files import connect, translated

_CURRENT = """
SELECT s.id, v.content_hash, v.templates, v.attachments
FROM nurture_sequences s JOIN sequence_versions v ON v.sequence_id = s.id AND v.number = s.current_version
WHERE s.deleted_at IS NULL
"""


def unapplied(root: Path) -> list[str]:
    """Return the ids of the sequences in a studio's folder whose files differ from what was applied last.

    Templates and attachments are named by the version: where the file itself is the same, so are the names in it.
    Nothing if the folder cannot be read; raises the errors of `store.errors`.
    """
    try:
        files = {path.stem: path for path in sorted((root / "sequences").iterdir()) if _is_sequence(path)}
    except OSError:
        return []
    applied = {one.identity: one for one in _applied(root / DATABASE_NAME)}
    differing = {name for name in files.keys() & applied.keys() if _differs(root, files[name], applied[name])}
    return sorted(differing | (files.keys() ^ applied.keys()))


def _is_sequence(path: Path) -> bool:
    return path.suffix in ENDINGS and not path.name.startswith(".")


@dataclass(frozen=True)
class _Applied:
    identity: str
    fingerprint: str
    templates: list[str]
    attachments: dict[str, Attached]


def _applied(database: Path) -> list[_Applied]:
    with closing(connect(database)) as connection, translated(database):
        rows: list[sqlite3.Row] = connection.execute(_CURRENT).fetchall()
    return [
        _Applied(name, found, list(json.loads(templates)), recorded(json.loads(attachments)))
        for name, found, templates, attachments in rows
    ]


def _differs(root: Path, file: Path, applied: _Applied) -> bool:
    words: dict[str, str] = {}
    with suppress(OSError, ValueError):
        text = read_text(file)
        for name in applied.templates:
            with suppress(OSError, ValueError):
                words[name] = read_text(root / "templates" / name)
        same = fingerprint(text, words, contents(applied.attachments)) == applied.fingerprint
        attachments = applied.attachments.items()
        return not (same and all(is_still(inside(root / "templates", name), known) for name, known in attachments))
    return True
