"""Studios in which many couples' first letter is due, and the same letters as plain texts.

`python -m benchmarks.due_studio FOLDER COUPLES` makes three studios with the same couples: FOLDER/last (a letter is due
for all of them, and ends their sequence), FOLDER/first (another step follows it) and FOLDER/idle (nothing is due). The
letters, for the plain loop, are in FOLDER/letters.jsonl.

It is a process of its own so that the measuring process stays small: what Linux calls the peak memory of a child is at
least its parent's at the moment it was started.
"""

import json
import shutil
import sys
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from email import message_from_bytes, policy
from pathlib import Path
from typing import Any

from sqlmodel import col, select

from leadnurture.clock import VirtualClock
from leadnurture.crm import leads
from leadnurture.engine.applying import apply
from leadnurture.engine.decide import decide
from leadnurture.engine.events import ignore
from leadnurture.founding import Answers, found_studio
from leadnurture.sequences.versions import compare
from leadnurture.store.tables.outbox import OutboxMessage
from leadnurture.studio import Studio

ANSWERS = Answers("Hart & Holly", "Holly Hart", "holly@hart.example", "Europe/London", "GB", "GBP", "en_GB")
INQUIRY = datetime.now(UTC) - timedelta(hours=1)
SEQUENCE = """\
name: First answer
enroll: {when: {status: [new]}}
steps:
  - id: first-answer
    action: send_email
    window: any
    delay: DELAY
    subject: "Your wedding{% if lead.wedding_date %} on {{ lead.wedding_date | date }}{% endif %}"
    template: welcome-first-answer.md
"""
ANOTHER_STEP = """\
  - id: call
    action: create_task
    delay: 2d
    title: "Call {{ lead.couple_names }}"
"""
NAMES = ("Emma", "Zoë", "Priya", "Holly", "Grace", "Aisha", "Megan", "Kate"), ("Jack", "Tom", "Siôn", "Sam", "Ben")
VENUES = ("Babington House", "Kew Gardens", "St Mary's, Bruton", "The Orangery")


def make(folder: Path, couples: int) -> None:
    """Make the studios and the letters."""
    _studio(folder / "idle", couples, SEQUENCE.replace("DELAY", "3000d"))
    _studio(folder / "first", couples, SEQUENCE.replace("DELAY", "0m") + ANOTHER_STEP)
    _studio(folder / "last", couples, SEQUENCE.replace("DELAY", "0m"))
    with (folder / "letters.jsonl").open("w", encoding="utf-8") as file:
        file.writelines(json.dumps(letter) + "\n" for letter in _letters(folder / "last", folder / "decided"))


def _studio(root: Path, couples: int, sequence: str) -> None:
    found_studio(root, ANSWERS, INQUIRY, default=False)
    for file in (root / "sequences").iterdir():
        file.unlink()
    (root / "sequences" / "first-answer.yaml").write_text(sequence, encoding="utf-8")
    with Studio.open(root, VirtualClock(INQUIRY)) as studio:
        with studio.change() as change:
            apply(change, studio.engine, compare(change.session, list(studio.folder.drafts(studio.reading()))))
        with studio.change() as change:
            leads.create_new(change, map(_couple, range(couples)), origin="benchmark")


def _couple(number: int) -> dict[str, Any]:
    brides, grooms = NAMES
    return {
        "primary_email": f"couple{number}@example.com",
        "couple_name_bride": f"{brides[number % len(brides)]} Stone",
        "couple_name_groom": f"{grooms[number % len(grooms)]} Smith",
        "wedding_date": INQUIRY.date() + timedelta(days=200 + number % 150),
        "wedding_venue": VENUES[number % len(VENUES)],
        "estimated_budget": 150_000 + 1_000 * (number % 200),
        "tags": ["spring-fair"] if number % 3 else [],
    }


def _letters(due: Path, scratch: Path) -> Iterator[dict[str, Any]]:
    """Let the engine write the letters in a copy of the studio, and yield what is in them."""
    shutil.copytree(due, scratch)
    with Studio.open(scratch) as studio:
        decide(studio.engine, studio.now(), ignore)
        with studio.read() as session:
            contents = session.exec(select(OutboxMessage.content).order_by(col(OutboxMessage.id))).all()
    shutil.rmtree(scratch)
    for content in contents:
        message: Any = message_from_bytes(content, policy=policy.default)
        heads = {name: str(message[name]) for name in ("From", "Reply-To", "To", "Subject", "List-Unsubscribe")}
        bodies = {kind: _text(message.get_body((kind,))) for kind in ("plain", "html")}
        yield {"heads": heads, **bodies}


def _text(part: Any) -> str:
    return str(part.get_content()).replace("\r\n", "\n")


if __name__ == "__main__":
    make(Path(sys.argv[1]), int(sys.argv[2]))
