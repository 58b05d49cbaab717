"""Sources and touches in a real process: links, figures, and names that nobody knows yet."""

import json
import os
import pty
import subprocess
import sys
from pathlib import Path

import pytest
from processes import Leadnurture
from studios import ANSWERS, LONG_AGO, rows

from leadnurture.founding import found_studio

SHEET = "Name,Email,How did you hear about us?,Landing page\nA & B,a@example.com,Aunt Mabel,\nC & D,c@example.com,,{}\n"
LANDED = "https://www.example.com/?utm_source=instagram&utm_campaign=spring"


@pytest.fixture
def root(tmp_path: Path) -> Path:
    folder = tmp_path / "studio"
    found_studio(folder, ANSWERS, LONG_AGO, default=False)
    (tmp_path / "sheet.csv").write_text(SHEET.format(LANDED))
    return folder


def sources_of(root: Path) -> dict[str, str]:
    return dict(rows(root, "SELECT primary_email, lead_source FROM leads"))


def test_a_source_has_a_link_to_paste_and_its_leads_are_taken_in_by_it(leadnurture: Leadnurture, root: Path) -> None:
    in_studio = ("--studio", str(root))
    given = ("--category", "directory", "--url", "www.example.com/contact", "--utm", "medium=referral")
    more = ("--priority", "high", "--assign", "Ann", "--cost-per-month", "£45")
    made = leadnurture(*in_studio, "source", "add", "Bridal Book", *given, *more, "--json")
    told = json.loads(made.stdout)["data"]["source"]
    link = "https://www.example.com/contact?utm_source=bridal_book&utm_medium=referral"
    assert (told["source_name"], told["tracking_link"]) == ("bridal_book", link)
    added = leadnurture(*in_studio, "lead", "add", "--email", "e@example.com", "--landing-url", link, "--json")
    lead = json.loads(added.stdout)["data"]["lead"]
    assert (lead["lead_source"], lead["priority_level"], lead["assigned_to_user_id"]) == ("bridal_book", "high", "Ann")
    assert lead["source_details"]["utm_medium"] == "referral"
    assert link in leadnurture(*in_studio, "source", "show", "bridal book").stdout
    listed = json.loads(leadnurture(*in_studio, "source", "list", "--json").stdout)["data"]
    assert listed["sources"][0]["source_name"] == "bridal_book"
    assert listed["sources"][0]["total_leads"] == 1
    assert listed["sources"][0]["price_per_month"] == {"amount": 4500, "currency": "GBP"}
    changed = leadnurture(*in_studio, "source", "set", "bridal book", "--inactive", "--assign", "", "--json")
    after = json.loads(changed.stdout)["data"]["source"]
    assert (after["is_active"], after["auto_assign_to_user_id"]) == (False, None)


def test_what_is_wrong_with_a_source_is_told(leadnurture: Leadnurture, root: Path) -> None:
    in_studio = ("--studio", str(root), "source")
    assert leadnurture(*in_studio, "add", "Bridal Book").returncode == 2
    again = leadnurture(*in_studio, "add", "Instagram", "--category", "directory")
    assert (again.returncode, "already" in again.stderr) == (12, True)
    assert leadnurture(*in_studio, "set", "instagram").returncode == 2
    unknown = leadnurture(*in_studio, "show", "instgram")
    assert (unknown.returncode, "did you mean 'instagram'?" in unknown.stderr) == (11, True)
    bad = leadnurture(*in_studio, "set", "instagram", "--cost-per-lead", "lots")
    assert (bad.returncode, "--cost-per-lead" in bad.stderr) == (10, True)


def test_a_new_source_in_a_spreadsheet_is_refused_with_its_name_and_nothing_is_imported(
    leadnurture: Leadnurture, root: Path
) -> None:
    imported = ("--studio", str(root), "lead", "import", str(root.parent / "sheet.csv"))
    refused = leadnurture(*imported)
    assert (refused.returncode, "no source 'aunt_mabel'" in refused.stderr) == (10, True)
    assert "--create-sources" in refused.stderr
    assert sources_of(root) == {}
    assert leadnurture(*imported, "--create-sources").returncode == 0
    assert sources_of(root) == {"a@example.com": "aunt_mabel", "c@example.com": "instagram"}
    details = json.loads(rows(root, "SELECT details FROM lead_touches WHERE source_name = 'instagram'")[0][0])
    assert (details["landing_url"], details["utm_campaign"]) == (LANDED, "spring")
    assert leadnurture(*imported).returncode == 0


@pytest.mark.parametrize(("answer", "code", "found"), [(b"n\n", 1, 0), (b"y\n", 0, 2)])
def test_on_a_terminal_a_new_source_is_asked_about(
    leadnurture: Leadnurture, root: Path, answer: bytes, code: int, found: int
) -> None:
    main, side = pty.openpty()
    command = ("lead", "import", str(root.parent / "sheet.csv"))
    words = [sys.executable, "-m", "leadnurture", "--studio", str(root), *command]
    asked = subprocess.Popen(words, stdin=side, stderr=side, stdout=subprocess.PIPE, env=leadnurture.environment)
    os.close(side)
    told = b""
    while b"[y/N]" not in told:
        told += os.read(main, 1000)
    assert b"aunt_mabel" in told
    os.write(main, answer)
    asked.communicate(timeout=60)
    os.close(main)
    assert (asked.returncode, len(sources_of(root))) == (code, found)


def test_a_lead_is_entered_with_a_known_source_or_one_that_may_be_made(leadnurture: Leadnurture, root: Path) -> None:
    add = ("--studio", str(root), "lead", "add", "--email", "e@example.com", "--source")
    refused = leadnurture(*add, "instgram")
    assert (refused.returncode, "did you mean 'instagram'?" in refused.stderr) == (10, True)
    assert leadnurture(*add, "instgram", "--create-sources").returncode == 0
    corrected = leadnurture("--studio", str(root), "lead", "set", "e@example.com", "source=instagrm")
    assert (corrected.returncode, "did you mean 'instagram'?" in corrected.stderr) == (10, True)
    assert leadnurture("--studio", str(root), "lead", "set", "e@example.com", "source=instagram").returncode == 0
    bad = leadnurture("--studio", str(root), "lead", "add", "--email", "f@example.com", "--landing-url", "contact")
    assert bad.returncode == 10
    assert sources_of(root) == {"e@example.com": "instagram"}


def test_touches_are_noted_with_their_date_and_shown(leadnurture: Leadnurture, root: Path) -> None:
    in_studio = ("--studio", str(root), "lead")
    leadnurture(*in_studio, "add", "--email", "e@example.com", "--source", "website")
    noted = leadnurture(*in_studio, "touch", "e@example.com", "wedding show", "--at", "2026-01-03", "--json")
    told = json.loads(noted.stdout)["data"]
    assert (told["first_touch"]["source"], told["last_touch"]["source"]) == ("wedding_show", "website")
    assert leadnurture(*in_studio, "touch", "e@example.com", "insta", "--landing-url", LANDED).returncode == 0
    shown = json.loads(leadnurture(*in_studio, "show", "e@example.com", "--json").stdout)["data"]
    assert [one["source"] for one in shown["touches"]] == ["wedding_show", "website", "instagram"]
    assert shown["last_touch"]["details"]["utm_campaign"] == "spring"
    assert "3 touches: first wedding show" in leadnurture(*in_studio, "show", "e@example.com").stdout
    assert leadnurture(*in_studio, "touch", "e@example.com", "instgram").returncode == 11
    late = leadnurture(*in_studio, "touch", "e@example.com", "instagram", "--at", "2090-01-03")
    assert (late.returncode, "yet to come" in late.stderr) == (10, True)
    assert rows(root, "SELECT count(*) FROM lead_touches") == [(3,)]
