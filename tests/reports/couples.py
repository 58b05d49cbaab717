"""What the tests of reports share: couples in a studio's book, and sequences that take hours instead of weeks."""

from collections.abc import Callable
from datetime import date
from typing import Any

from leadnurture.crm import leads
from leadnurture.crm.change import Change
from leadnurture.engine.applying import apply
from leadnurture.engine.tick import tick
from leadnurture.sequences.versions import compare
from leadnurture.store.tables.lead import Lead
from leadnurture.studio import Studio

LETTERS = """\
name: Two letters
category: warm_lead
enroll: {when: {status: [new], score: {min: 10}}}
steps:
  - id: hello
    action: send_email
    delay: 10m
    subject: Your wedding
    body: "Dear {{ lead.couple_names or 'both' }}, thank you."
  - id: venue
    action: send_email
    delay: 2d
    subject: "{{ lead.wedding_venue }}"
    body: How lovely.
"""


def add(studio: Studio, email: str, couple: tuple[str | None, str | None] = (None, None), **values: Any) -> int:
    """Enter a lead; return its id."""
    given = {"primary_email": email, "couple_name_bride": couple[0], "couple_name_groom": couple[1]} | values
    with studio.change() as change:
        lead = leads.create(change, given, origin="typed in")
    assert lead.id is not None
    return lead.id


def happen(studio: Studio, lead_id: int, act: Callable[[Change, Lead], object]) -> None:
    """Do something with a lead in a transaction of its own."""
    with studio.change() as change:
        act(change, change.session.get_one(Lead, lead_id))


def only(studio: Studio, text: str, name: str = "letters") -> None:
    """Let one sequence be all that the studio has, applied."""
    for path in studio.folder.sequences.iterdir():
        path.unlink()
    (studio.folder.sequences / f"{name}.yaml").write_text(text, encoding="utf-8")
    apply_files(studio)


def apply_files(studio: Studio) -> None:
    """Apply the sequence files as they are."""
    with studio.read() as session:
        pending = compare(session, studio.folder.drafts(studio.reading()))
    with studio.change() as change:
        apply(change, studio.engine, pending)


def run(studio: Studio) -> None:
    """Do what is due."""
    tick(studio.engine)


EMMA = {
    "couple": ("Emma Stone", "Jack Stone"),
    "wedding_date": date(2027, 6, 12),
    "wedding_venue": "Hollow Ash Barn",
    "estimated_budget": 240_000,
    "lead_source": "instagram",
    "primary_phone": "+447700900142",
    "tags": ["vip"],
}
