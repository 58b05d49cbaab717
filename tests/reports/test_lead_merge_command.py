"""`lead merge` shows what it would do, asks, makes a backup first and says how to take it back."""

from pathlib import Path

import pytest
from commands import data, do
from couples import EMMA, LETTERS, add, only

from leadnurture.cli import terminal
from leadnurture.errors import ConflictError, NotFoundError, UsageError
from leadnurture.studio import Studio


@pytest.fixture
def book(studio: Studio, root: Path) -> Path:
    only(studio, LETTERS)
    add(studio, "emma@example.org", **EMMA)
    add(studio, "e.stone@example.org", ("Emma S.", None), wedding_venue="Corn Mill", tags=["fair"])
    return root


def _everything(root: Path) -> object:
    return [data(root, "lead", "show", str(lead["id"])) for lead in data(root, "lead", "list")["leads"]]


def test_it_is_shown_and_asked_first_and_a_no_changes_nothing(book: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before = _everything(book)
    monkeypatch.setattr(terminal, "is_interactive", lambda: True)
    refused = do(book, "lead", "merge", "1", "2", stdin="n\n")
    assert refused.exit_code == 1
    assert refused.stderr.splitlines()[:2] == [
        "Lead 2 (Emma S.) → lead 1 (Emma & Jack Stone)",
        "  secondary_email: nothing → e.stone@example.org",
    ]
    assert "  wedding_venue: stays as it is; 'Corn Mill' is kept as a note" in refused.stderr.splitlines()
    assert refused.stderr.endswith("Merge them? [y/N] nothing was changed\n")
    assert _everything(book) == before
    assert not (book / "backups").exists()


def test_a_yes_merges_and_the_backup_takes_it_back(book: Path) -> None:
    told = data(book, "lead", "merge", "emma@example.org", "2", "--yes")
    assert told["merged"] == {"id": 2, "couple": "Emma S.", "primary_email": "e.stone@example.org"}
    assert told["lead"]["tags"] == ["vip", "fair"]
    assert told["aside"]["wedding_venue"] == "Corn Mill"
    assert [lead["id"] for lead in data(book, "lead", "list")["leads"]] == [1]
    assert data(book, "lead", "show", "2")["lead"]["id"] == 1
    assert do(book, "restore", told["backup"], "--confirm", "Hart & Holly").exit_code == 0
    assert [lead["id"] for lead in data(book, "lead", "list")["leads"]] == [2, 1]


def test_a_spreadsheet_from_before_brings_the_other_lead_not_back(book: Path, tmp_path: Path) -> None:
    sheet = tmp_path / "old.csv"
    sheet.write_text("Email,Venue\ne.stone@example.org,Another Barn\n", encoding="utf-8")
    do(book, "lead", "merge", "1", "2", "--yes")
    before = _everything(book)
    told = data(book, "lead", "import", str(sheet), "--enroll")
    assert (told["created"], told["updated"], told["unchanged"], told["rejected"]) == (0, 0, 1, [])
    assert _everything(book) == before


def test_what_cannot_be_merged_is_refused(book: Path) -> None:
    assert isinstance(do(book, "lead", "merge", "1", "1", "--yes").exception, ConflictError)
    assert isinstance(do(book, "lead", "merge", "1", "nobody", "--yes").exception, NotFoundError)
    asked = do(book, "lead", "merge", "1", "2", "--json").exception
    assert isinstance(asked, UsageError)
    assert "needs --yes" in asked.message
    assert len(data(book, "lead", "list")["leads"]) == 2
