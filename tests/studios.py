"""A studio with couples whose first letter is due, for tests of the real command."""

import sqlite3
from datetime import UTC, datetime
from pathlib import Path

from leadnurture.clock import VirtualClock
from leadnurture.crm import leads
from leadnurture.engine.applying import apply
from leadnurture.founding import Answers, found_studio
from leadnurture.sequences.versions import compare
from leadnurture.studio import Studio

ANSWERS = Answers("Hart & Holly", "Holly Hart", "holly@hart.example", "Europe/London", "GB", "GBP", "en_GB")
LONG_AGO = datetime(2026, 1, 5, 10, tzinfo=UTC)
LETTER = """\
name: Letter
enroll: {when: {status: [new]}}
settings: {max_retries: 2, retry_delay: 2h}
steps:
  - id: hello
    action: send_email
    subject: "Your day, {{ lead.couple_names or 'both' }}"
    body: |
      Dear {{ lead.couple_names or "both" }},

      thank you for writing.
  - id: later
    action: create_task
    delay: 3000d
    title: Call them
"""


def studio_with_letters_due(root: Path, couples: int, letter: str = LETTER) -> Path:
    """Make a studio in which `couples` were enrolled long ago, so that their first letter is due now."""
    found_studio(root, ANSWERS, LONG_AGO, default=False)
    for file in (root / "sequences").iterdir():
        file.unlink()
    (root / "sequences" / "letter.yaml").write_text(letter, encoding="utf-8")
    with Studio.open(root, VirtualClock(LONG_AGO)) as studio:
        with studio.change() as change:
            apply(change, studio.engine, compare(change.session, list(studio.folder.drafts(studio.reading()))))
        with studio.change() as change:
            for number in range(couples):
                names = {"couple_name_bride": f"Emma{number}", "couple_name_groom": f"Jack{number}"}
                leads.create(change, {"primary_email": f"couple{number}@example.com", **names}, origin="test")
    return root


def states(root: Path) -> dict[str, int]:
    """Return how many messages the outbox holds in each state."""
    return dict(rows(root, "SELECT state, count(*) FROM outbox GROUP BY state"))


def rows(root: Path, sql: str) -> list[tuple]:  # type: ignore[type-arg]
    """Return what the database says."""
    connection = sqlite3.connect(root / "leadnurture.db")
    try:
        return connection.execute(sql).fetchall()
    finally:
        connection.close()
