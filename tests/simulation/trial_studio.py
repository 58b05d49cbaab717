"""Couples and sequences to try things with."""

from datetime import date
from typing import Any

from leadnurture.crm import leads
from leadnurture.engine.applying import apply
from leadnurture.sequences.check import check, errors_in
from leadnurture.sequences.folder import Draft
from leadnurture.sequences.versions import compare
from leadnurture.studio import Studio

STORY = """\
name: Story
enroll: {when: {status: [new]}}
window: {at: "09:00", days: [mon, tue, wed, thu, fri]}
steps:
  - id: hello
    action: send_email
    delay: 10m
    window: any
    subject: "Your day{% if lead.wedding_date %}, {{ lead.wedding_date | date }}{% endif %}"
    body: "Dear {{ lead.couple_names or 'both' }}, thank you for writing."
  - id: call
    action: create_task
    window: any
    title: "Call {{ lead.couple_names or 'them' }}"
  - id: only-hot
    action: send_email
    delay: 1d
    when: {score: {min: 90}}
    subject: For the keen
    body: Quick, before the date is gone.
  - id: venue
    action: send_email
    delay: 3d
    subject: "About {{ lead.wedding_venue }}"
    body: I know it well.
"""
EMMA = {
    "couple_name_bride": "Emma Stone",
    "couple_name_groom": "Jack Smith",
    "wedding_date": date(2028, 6, 14),
    "wedding_venue": "Babington House",
}


def only(studio: Studio, **sequences: str) -> None:
    """Leave these sequence files alone in the studio; nothing is applied."""
    for file in studio.folder.files():
        file.unlink()
    for name, text in sequences.items():
        write(studio, name, text)


def write(studio: Studio, name: str, text: str) -> None:
    """Write a sequence file; nothing is applied."""
    (studio.folder.sequences / f"{name}.yaml").write_text(text, encoding="utf-8")


def draft(studio: Studio, name: str) -> Draft:
    """Return a sequence's file as it is now; it must be right."""
    found = studio.folder.draft(studio.folder.named(name), studio.reading())
    assert not errors_in(check(found, studio.folder, studio.config))
    return found


def let_count(studio: Studio) -> None:
    """Apply the files."""
    with studio.change() as change:
        apply(change, studio.engine, compare(change.session, list(studio.folder.drafts(studio.reading()))))


def add(studio: Studio, address: str, *, enrolling: bool = True, **facts: Any) -> int:
    """Add a couple and return its id."""
    with studio.change(enrolling=enrolling) as change:
        return leads.create(change, {"primary_email": address, **facts}, origin="test").id or 0
