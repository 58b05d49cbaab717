"""A timeline by kind and by time, and couples as vCards."""

from datetime import timedelta
from pathlib import Path

import pytest
from commands import data, do
from couples import EMMA, add, happen

from leadnurture.clock import VirtualClock
from leadnurture.crm import timeline
from leadnurture.errors import InvalidInputError, UsageError
from leadnurture.store.vocabulary import InteractionType
from leadnurture.studio import Studio

CALL, NOTE = InteractionType.PHONE_CALL, InteractionType.NOTE_ADDED


@pytest.fixture
def book(studio: Studio, clock: VirtualClock, root: Path) -> Path:
    emma = add(studio, "emma@example.org", **EMMA)
    for number, kind in enumerate((CALL, NOTE, CALL), start=1):
        clock.advance(timedelta(days=1))
        happen(studio, emma, lambda change, lead, k=kind, n=number: timeline.note(change, lead, k, f"No. {n}"))
    return root


def _subjects(root: Path, *words: str) -> list[str]:
    entries = data(root, "lead", "timeline", "emma", *words)["timeline"]
    return [entry["subject"] for entry in entries if str(entry["subject"]).startswith("No.")]


def test_entries_are_chosen_by_kind_and_day_the_newest_of_them_in_order(book: Path) -> None:
    assert _subjects(book) == ["No. 1", "No. 2", "No. 3"]
    assert _subjects(book, "--type", "phone_call") == ["No. 1", "No. 3"]
    assert _subjects(book, "--type", "phone-call", "--type", "note_added", "--limit", "2") == ["No. 2", "No. 3"]
    assert _subjects(book, "--since", "2027-01-06") == ["No. 2", "No. 3"]
    assert _subjects(book, "--since", "6 January 2027", "--until", "2027-01-06") == ["No. 2"]
    told = data(book, "lead", "timeline", "emma", "--limit", "1")
    assert (told["lead_id"], told["couple"], len(told["timeline"])) == (1, "Emma & Jack Stone", 1)
    assert told["total"] > 3
    shown = do(book, "lead", "timeline", "emma", "--type", "note_added").stdout
    assert "note added  No. 2" in shown
    assert "No. 1" not in shown
    assert do(book, "lead", "timeline", "emma", "--type", "website_visit").stderr.startswith("Nothing of that kind")


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--type", "fone_call"), "--type: 'fone_call' is none of"),
        (("--since", "1823-01-01"), "is the year 1823"),
        (("--since", "soon"), "is no whole date"),
        (("--since", "2027-02-01", "--until", "2027-01-01"), "swap the two"),
    ],
)
def test_what_makes_no_sense_is_refused(book: Path, words: tuple[str, ...], said: str) -> None:
    refused = do(book, "lead", "timeline", "emma", *words).exception
    assert isinstance(refused, InvalidInputError)
    assert said in f"{refused.message} {refused.hint}"


def test_all_couples_are_exported_as_cards(book: Path, tmp_path: Path) -> None:
    target = tmp_path / "couples.vcf"
    assert "1 couples written" in do(book, "lead", "export", "--format", "vcard", "-o", str(target)).stderr
    assert b"FN:Emma & Jack Stone\r\n" in target.read_bytes()
    assert isinstance(do(book, "lead", "export", "--format", "pdf").exception, UsageError)
    assert isinstance(do(book, "lead", "export", "--format", "vcard", "--json").exception, UsageError)
