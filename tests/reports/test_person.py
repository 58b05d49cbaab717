"""`lead export LEAD`: whatever table speaks of a couple, its rows are in the export; nobody else's are."""

import json
import sqlite3
import subprocess
import sys
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest

from leadnurture.crm import appointments, consents, leads, opt_outs, standing, tasks, timeline
from leadnurture.crm.consents import Said
from leadnurture.engine.applying import apply
from leadnurture.engine.events import ignore
from leadnurture.engine.tick import tick
from leadnurture.reports.person import Person, person
from leadnurture.sequences.versions import compare
from leadnurture.store.tables.lead_book import MergedLead
from leadnurture.store.tables.scoring import ScoreAdjustment
from leadnurture.store.tables.sequence import PassedOver
from leadnurture.store.vocabulary import ConsentKind, ConsentOrigin, ContactChannel
from leadnurture.studio import Studio

EMMA, ZOE = "emma@example.org", "zoe@example.org"
SEQUENCE = """\
name: Hello
enroll: {when: {status: [new]}}
steps:
  - id: hello
    action: send_email
    subject: "For {{ lead.couple_names or 'both' }}"
    body: "How lovely, {{ lead.couple_names or 'both' }}."
  - {id: tagged, action: add_lead_tag, tag: seen}
"""


def live(studio: Studio, address: str, name: str) -> None:
    """Let all kinds of things happen to a couple."""
    now = studio.now()
    with studio.change() as change:
        lead = leads.create(change, {"primary_email": address, "couple_name_bride": name}, origin="typed")
    tick(studio.engine, ignore)
    with studio.change() as change:
        lead = leads.find(change.session, address)
        assert lead.id is not None
        timeline.reply(change, lead, f"{name} here, could we talk?")
        consents.record(change, lead, ConsentKind.MARKETING, Said(given=True, origin=ConsentOrigin.MAIL))
        opt_outs.opt_out(change, lead, ContactChannel.SMS, "by phone")
        tasks.create(change, lead, f"Call {name}")
        meeting = appointments.Plan(f"Tea with {name}", now + timedelta(days=2), now + timedelta(days=2, hours=1))
        appointments.schedule(change, lead, meeting)
        standing.convert(change, lead, 240_000, notes=f"{name} paid")
        change.session.add(ScoreAdjustment(lead_id=lead.id, adjustment=5, reason=f"{name} is kind", created_at=now))
        standing.opt_out(change, lead, "by phone")
    with studio.database.write() as session:  # past the engine, which would look whether that is so
        lead_id = leads.find(session, address).id or 0
        session.add(PassedOver(lead_id=lead_id, sequence_id="hello", reason=f"{name} was late", created_at=now))
        merged = {"merged_id": lead_id + 100, "primary_email": f"old-{address}", "unsubscribe_token": f"t{lead_id}"}
        session.add(MergedLead(lead_id=lead_id, merged_at=now, **merged))


@pytest.fixture
def lived(studio: Studio) -> Studio:
    for path in (*(studio.root / "sequences").iterdir(),):
        path.unlink()
    (studio.root / "sequences/hello.yaml").write_text(SEQUENCE)
    with studio.change() as change:
        drafts = list(studio.folder.drafts(studio.reading()))
        apply(change, studio.engine, compare(change.session, drafts))
    live(studio, EMMA, "Emma Stone")
    live(studio, ZOE, "Zoe Reed")
    return studio


def exported(studio: Studio, reference: str) -> Person:
    with studio.read() as session:
        return person(session, studio.config, leads.find(session, reference))


def rows_that_name_the_lead(path: Path, lead_id: int) -> dict[str, int]:
    """How many rows each table has that names a lead: by its foreign keys, and by what its columns are called."""
    counts = {"leads": 1}
    with closing(sqlite3.connect(path)) as connection:
        names = "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'"
        for (table,) in connection.execute(names).fetchall():
            keys = connection.execute(f"PRAGMA foreign_key_list({table})").fetchall()
            columns = {row[3] for row in keys if row[2] == "leads"}
            columns |= {row[1] for row in connection.execute(f"PRAGMA table_info({table})") if "lead_id" in row[1]}
            for column in columns:
                found = connection.execute(f"SELECT count(*) FROM {table} WHERE {column} = ?", (lead_id,))
                counts[table] = counts.get(table, 0) + found.fetchone()[0]
    return counts


def test_every_row_of_every_table_that_speaks_of_the_couple_is_there(lived: Studio) -> None:
    held = rows_that_name_the_lead(lived.root / "leadnurture.db", 1)
    assert len(held) >= 13
    assert [table for table, count in held.items() if count == 0 and table != "lead_touches"] == []
    tables = exported(lived, EMMA).tables
    assert {name: len(rows) for name, rows in tables.items() if name != "suppressions"} == held
    assert {row["address"] for row in tables["suppressions"]} == {EMMA}


def test_nothing_of_anybody_else_is_there(lived: Studio) -> None:
    told = json.dumps(exported(lived, EMMA).as_json(), ensure_ascii=False)
    assert "Emma Stone" in told
    assert "How lovely, Emma" in told
    assert "Zoe" not in told
    assert ZOE not in told


def test_it_can_be_read_by_anybody(lived: Studio) -> None:
    text = exported(lived, EMMA).readable()
    for words in ("couple name bride: Emma Stone", "How lovely, Emma.", "interaction content: Emma Stone here,"):
        assert words in text
    assert "Message-ID:" not in text
    assert "digest" not in text
    assert "None" not in text


def test_what_somebody_wrote_does_nothing_to_a_terminal_and_money_is_money(lived: Studio) -> None:
    with lived.change() as change:
        timeline.reply(change, leads.find(change.session, EMMA), "Hello\x1b[2J\nthere\x07")
    text = exported(lived, EMMA).readable()
    assert "interaction content: Hello [2J\n    there" in text
    assert "conversion value: £2,400\n" in text
    assert {sign for sign in text if ord(sign) < 32} == {"\n"}


def test_the_command_writes_json_or_text_to_a_file_or_stdout(lived: Studio, tmp_path: Path) -> None:
    command = [sys.executable, "-m", "leadnurture", "--studio", str(lived.root), "lead", "export"]

    def run(*words: str) -> "subprocess.CompletedProcess[str]":
        return subprocess.run([*command, *words], capture_output=True, text=True, check=False)

    assert json.loads(run("emma").stdout)["leads"][0]["primary_email"] == EMMA
    assert json.loads(run("emma", "--json").stdout)["data"]["leads"][0]["primary_email"] == EMMA
    done = run("emma", "--readable", "-o", str(tmp_path / "emma.txt"))
    assert done.stderr == f"everything about lead 1 (Emma Stone) written to {tmp_path / 'emma.txt'}\n"
    assert "Emma Stone here" in (tmp_path / "emma.txt").read_text()
    assert run("--readable").returncode == 2
    assert run("nobody").returncode == 11
