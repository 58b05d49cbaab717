"""A sequence's file by the real command: begun, copied, switched, removed, described, carried over. Nothing applies."""

import json
import os
import pty
import subprocess
import sys
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator
from processes import Leadnurture
from studios import ANSWERS, LONG_AGO, rows, studio_with_letters_due

from leadnurture.clock import VirtualClock
from leadnurture.crm import leads, scores
from leadnurture.engine.tick import tick
from leadnurture.founding import found_studio, playbooks
from leadnurture.sequences.file_life.schema import sequence_schema
from leadnurture.studio import Studio

SEED_BODY = Path(__file__).parents[1] / "sequences" / "test_file_seed_body.json"


@pytest.fixture
def studio(tmp_path: Path) -> Path:
    found_studio(tmp_path / "studio", ANSWERS, LONG_AGO, default=False)
    return tmp_path / "studio"


@pytest.fixture
def run(leadnurture: Leadnurture, studio: Path) -> "Run":
    return Run(leadnurture, studio)


class Run:
    """The command, for one studio."""

    def __init__(self, leadnurture: Leadnurture, studio: Path) -> None:
        self.leadnurture, self.studio = leadnurture, studio

    def __call__(self, *words: str, stdin: str = "") -> "subprocess.CompletedProcess[str]":
        return self.leadnurture("--studio", str(self.studio), *words, stdin=stdin)

    def data(self, *words: str, stdin: str = "") -> dict[str, object]:
        done = self(*words, "--json", stdin=stdin)
        assert done.returncode == 0, done.stderr
        found: dict[str, object] = json.loads(done.stdout)["data"]
        return found

    def file(self, name: str) -> Path:
        return self.studio / "sequences" / name


def test_a_new_sequence_is_begun_checked_and_applied(run: Run) -> None:
    done = run("sequence", "new", "winter", "--name", "Winter weddings")
    assert (done.returncode, done.stdout) == (0, "")
    assert done.stderr == (
        "Made sequences/winter.yaml\n\nWrite it, then: leadnurture sequence check winter\n"
        "It counts after: leadnurture apply\n"
    )
    checked = run("sequence", "check", "winter")
    assert (checked.returncode, checked.stdout, checked.stderr) == (0, "", "")
    assert rows(run.studio, "SELECT count(*) FROM nurture_sequences") == [(0,)]
    assert run("apply", "--yes").returncode == 0
    applied = rows(run.studio, "SELECT sequence_name, is_active FROM nurture_sequences WHERE id = 'winter'")
    assert applied == [("Winter weddings", 0)]


def test_a_new_sequence_from_a_playbook_brings_the_letters_that_are_missing(run: Run) -> None:
    (run.studio / "templates" / "quiet-rain.md").unlink()
    told = run.data("sequence", "new", "quiet", "--from", "re-engagement")
    assert told == {
        "sequence": "quiet",
        "file": "sequences/quiet.yaml",
        "templates_made": ["quiet-rain.md"],
        "templates_kept": ["quiet-put-off.md", "quiet-last-letter.md"],
    }
    assert run.file("quiet.yaml").read_bytes() == (playbooks() / "re-engagement.yaml").read_bytes()


def test_nothing_is_begun_over_what_is_there(run: Run) -> None:
    before = run.file("re-engagement.yaml").read_bytes()
    again = run("sequence", "new", "re-engagement")
    assert (again.returncode, again.stdout) == (12, "")
    assert "there is a sequence 're-engagement' already: sequences/re-engagement.yaml" in again.stderr
    assert run("sequence", "new", "Not An Id").returncode == 10
    assert run("sequence", "new", "x", "--from", "no-such").returncode == 11
    assert run.file("re-engagement.yaml").read_bytes() == before


def test_a_duplicate_keeps_every_byte_but_the_name(run: Run) -> None:
    done = run("sequence", "duplicate", "re-engagement", "copy")
    assert done.stderr == "Made sequences/copy.yaml: Quiet couples - Copy\nIt counts after: leadnurture apply\n"
    original = run.file("re-engagement.yaml").read_bytes()
    assert run.file("copy.yaml").read_bytes() == original.replace(b"Quiet couples", b"Quiet couples - Copy", 1)
    assert run.data("sequence", "duplicate", "copy", "third", "--name", "Third") == {
        "sequence": "third",
        "name": "Third",
        "file": "sequences/third.yaml",
        "copied_from": "copy",
    }
    assert run("sequence", "duplicate", "copy", "third").returncode == 12
    assert run("sequence", "duplicate", "nobody", "fourth").returncode == 11


def test_toggling_changes_one_word_and_counts_only_after_apply(run: Run) -> None:
    assert run("apply", "--yes").returncode == 0
    before = run.file("re-engagement.yaml").read_bytes()
    done = run("sequence", "toggle", "re-engagement")
    assert (done.returncode, done.stderr) == (
        0,
        "re-engagement is off in sequences/re-engagement.yaml\nIt counts after: leadnurture apply\n",
    )
    assert run.file("re-engagement.yaml").read_bytes() == before.replace(b"active: true", b"active: false", 1)
    query = "SELECT is_active FROM nurture_sequences WHERE id = 're-engagement'"
    assert rows(run.studio, query) == [(1,)]
    assert run("apply", "--yes").returncode == 0
    assert rows(run.studio, query) == [(0,)]
    already = run("sequence", "toggle", "re-engagement", "--off")
    assert "already; nothing was changed" in already.stderr
    told = {"sequence": "re-engagement", "is_active": True, "changed": True, "file": "sequences/re-engagement.yaml"}
    assert run.data("sequence", "toggle", "re-engagement", "--on") == told
    assert run.file("re-engagement.yaml").read_bytes() == before


def test_a_file_that_cannot_be_switched_is_told_and_left(run: Run) -> None:
    run.file("odd.yaml").write_text("name: [\n")
    done = run("sequence", "toggle", "odd")
    assert done.returncode == 10
    assert "the file cannot be changed in place: line 2" in done.stderr
    assert run.file("odd.yaml").read_text() == "name: [\n"


def test_deleting_says_who_leaves_and_asks(leadnurture: Leadnurture, tmp_path: Path) -> None:
    run = Run(leadnurture, studio_with_letters_due(tmp_path / "studio", 3))
    unasked = run("sequence", "delete", "letter")
    assert unasked.returncode == 2
    assert "3 couples half way through will leave it at the next apply." in unasked.stderr
    assert run.file("letter.yaml").exists()
    done = run("sequence", "delete", "letter", "--yes")
    assert done.stderr == (
        "Removed sequences/letter.yaml. 3 couples half way through will leave it at the next apply.\n"
        "It counts after: leadnurture apply\n"
    )
    assert not run.file("letter.yaml").exists()
    active = "SELECT count(*) FROM lead_nurture_enrollments WHERE status = 'active'"
    assert rows(run.studio, active) == [(3,)]
    assert run("apply", "--yes").returncode == 0
    assert rows(run.studio, active) == [(0,)]


def test_deleting_names_the_letters_that_nobody_uses_any_more(run: Run) -> None:
    told = run.data("sequence", "delete", "re-engagement", "--yes")
    assert told == {
        "sequence": "re-engagement",
        "file": "sequences/re-engagement.yaml",
        "leads_leaving": 0,
        "unused_templates": ["quiet-rain.md", "quiet-put-off.md", "quiet-last-letter.md"],
    }
    assert (run.studio / "templates" / "quiet-rain.md").exists()


def test_a_file_that_is_saved_while_its_owner_is_asked_is_not_removed(run: Run) -> None:
    main, side = pty.openpty()
    words = [sys.executable, "-m", "leadnurture", "--studio", str(run.studio), "sequence", "delete", "re-engagement"]
    asked = subprocess.Popen(words, stdin=side, stderr=side, stdout=side, env=run.leadnurture.environment)
    os.close(side)
    told = b""
    while b"[y/N]" not in told:
        told += os.read(main, 1000)
    run.file("re-engagement.yaml").write_text("name: theirs\n")
    os.write(main, b"y\n")
    assert asked.wait(timeout=30) == 12
    os.close(main)
    assert run.file("re-engagement.yaml").read_text() == "name: theirs\n"


def test_the_schema_is_printed_written_and_kept_by_init_and_apply(run: Run, tmp_path: Path) -> None:
    schema = json.loads(run("sequence", "schema").stdout)
    assert schema == sequence_schema()
    Draft202012Validator.check_schema(schema)
    assert run.data("sequence", "schema") == schema
    run("sequence", "schema", "-o", str(tmp_path / "mine.json"))
    assert json.loads((tmp_path / "mine.json").read_text(encoding="utf-8")) == schema
    kept = run.studio / ".leadnurture" / "sequence.schema.json"
    first = run.file("re-engagement.yaml").read_text(encoding="utf-8").splitlines()[0]
    assert (run.studio / "sequences" / first.partition("$schema=")[2]).resolve() == kept
    assert json.loads(kept.read_text(encoding="utf-8")) == schema
    kept.unlink()
    assert run("apply", "--yes").returncode == 0
    assert json.loads(kept.read_text(encoding="utf-8")) == schema


def test_the_seeds_example_is_imported_checked_applied_and_run(run: Run) -> None:
    for file in (run.studio / "sequences").iterdir():
        file.unlink()
    done = run("sequence", "import", str(SEED_BODY))
    assert done.returncode == 0, done.stderr
    assert "Made sequences/barn-weddings-follow-up.yaml" in done.stderr
    assert "Made templates/welcome_email.md\nMade templates/success_story.md\n" in done.stderr
    assert "write them before you apply" in done.stderr
    checked, applied = run("sequence", "check"), run("apply", "--yes")
    assert (checked.returncode, applied.returncode) == (0, 0)
    assert "this letter is as `leadnurture sequence import` began it" in " ".join(checked.stdout.split())
    assert "warning: templates/welcome_email.md is not finished" in applied.stderr
    start = (datetime.now(UTC) + timedelta(days=1)).replace(hour=10)
    assert live(run.studio, start) == [
        ("mail", 0, "Hello from the barn door"),
        ("mail", 2, "Rain, twenty umbrellas and a cow"),
        ("task", 7, "Ring Emma & Jack"),
    ]
    letter = " ".join(path.read_text(encoding="utf-8") for path in (run.studio / "outbox").rglob("*.eml"))
    assert "a calm day" in letter
    assert "{{" not in letter
    (task,) = rows(run.studio, "SELECT description, priority, due_at FROM tasks")
    assert task[:2] == ("Ask about the light in the barn", "high")
    assert task[2].startswith((start + timedelta(days=8)).date().isoformat())


def live(root: Path, start: datetime) -> list[tuple[str, int, str]]:
    """Let a couple whom the sequence fits enter, and nine days pass; return what happened, and after how many days."""
    clock = VirtualClock(start)
    with Studio.open(root, clock) as studio:
        with studio.change() as change:
            known = {"couple_name_bride": "Emma Stone", "couple_name_groom": "Jack Smith", "lead_source": "website"}
            lead = leads.create(change, known | {"primary_email": "emma@example.com"}, origin="test")
            lead.custom_fields = {"healthGoal": "a calm day", "age": "31"}
            scores.adjust(change, lead, 60 - lead.lead_score, reason="a test")
        for _ in range(36):
            tick(studio.engine)
            clock.advance(timedelta(hours=6))
    mails = rows(root, "SELECT 'mail', sent_at, subject FROM outbox ORDER BY sent_at")
    tasks = rows(root, "SELECT 'task', created_at, title FROM tasks")
    return [(kind, (date.fromisoformat(at[:10]) - start.date()).days, told) for kind, at, told in (*mails, *tasks)]


def test_what_was_exported_is_imported_again_from_standard_input(run: Run) -> None:
    told = run("sequence", "export", "inquiry-welcome")
    assert run.data("sequence", "export", "inquiry-welcome") == json.loads(told.stdout)
    imported = run("sequence", "import", "-", "--id", "again", "--json", stdin=told.stdout)
    assert imported.returncode == 0, imported.stderr
    assert json.loads(imported.stdout)["data"]["problems"] == []
    assert json.loads(run("sequence", "export", "again").stdout) == json.loads(told.stdout)


def test_what_is_wrong_in_the_json_is_told_with_its_path(run: Run, tmp_path: Path) -> None:
    body = json.loads(SEED_BODY.read_text(encoding="utf-8"))
    body["steps"][1]["actionType"] = "send_fax"
    done = run("sequence", "import", "-", "--json", stdin=json.dumps(body))
    assert (done.returncode, done.stdout) == (10, "")
    error = json.loads(done.stderr)
    assert [problem["path"] for problem in error["error"]["problems"]] == ["steps[1].actionType"]
    assert run("sequence", "import", str(tmp_path / "nowhere.json")).returncode == 11
    run.file("odd.yaml").write_text("name: x\n")
    assert run("sequence", "export", "odd").returncode == 10
