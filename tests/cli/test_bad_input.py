"""Every bad input: one clear message with the place and the next step, its exit code, nothing half done."""

import json
import os
import sqlite3
from pathlib import Path

import pytest
from processes import Leadnurture, Sink
from studios import LETTER, rows, studio_with_letters_due


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return studio_with_letters_due(tmp_path / "studio", 1)


def told(leadnurture: Leadnurture, root: Path, *words: str, code: int, stdin: str = "") -> str:
    done = leadnurture("--studio", str(root), *words, stdin=stdin)
    assert done.returncode == code, (done.returncode, done.stdout, done.stderr)
    assert "Traceback" not in done.stderr
    return done.stderr


@pytest.mark.parametrize(
    ("text", "place", "said"),
    [
        ("name: [unclosed\n", "broken.yaml:2:1", "not YAML"),
        ("name: x\nstpes: []\n", "broken.yaml:2:1", "did you mean 'steps'?"),
        (
            "name: x\nsteps:\n  - {id: a, action: send_email, subject: s, template: nowhere.md}\n",
            "broken.yaml:3:",
            "no such file",
        ),
        (
            "name: x\nsteps:\n  - {id: a, action: send_email, subject: '{{ lead.nmae }}', body: b}\n",
            "broken.yaml:3:",
            "unknown merge field",
        ),
    ],
)
def test_a_broken_sequence_is_not_applied_and_the_last_one_goes_on(
    leadnurture: Leadnurture, root: Path, text: str, place: str, said: str
) -> None:
    (root / "sequences" / "broken.yaml").write_text(text)
    complaint = told(leadnurture, root, "apply", "--yes", code=10)
    assert place in complaint
    assert said in complaint
    assert rows(root, "SELECT id FROM nurture_sequences") == [("letter",)]
    checked = leadnurture("--studio", str(root), "sequence", "check", "broken", "--json")
    assert checked.returncode == 10
    assert json.loads(checked.stdout)["data"]["problems"][0]["file"] == "sequences/broken.yaml"
    assert leadnurture("--studio", str(root), "run", "--once").returncode == 0
    assert rows(root, "SELECT count(*) FROM outbox WHERE state = 'sent'") == [(1,)]


def test_two_files_of_one_sequence_are_told_with_both_names_and_nothing_is_applied(
    leadnurture: Leadnurture, root: Path
) -> None:
    (root / "sequences" / "letter.yml").write_text(LETTER.replace("thank you", "thanks"))
    for words in (["apply", "--yes"], ["plan"]):
        complaint = told(leadnurture, root, *words, code=10)
        assert "would both be the sequence 'letter'" in complaint
        assert "letter.yaml" in complaint
        assert "letter.yml" in complaint
    told(leadnurture, root, "sequence", "toggle", "letter", code=12)
    assert rows(root, "SELECT count(*) FROM sequence_versions") == [(1,)]


def test_what_a_file_holds_cannot_play_with_the_terminal(leadnurture: Leadnurture, root: Path) -> None:
    (root / "sequences" / "red\x1b[31m.yaml").write_text('name: "\\e[31mred"\ncategory: "\\e[31mred"\nsteps: 1\n')
    (root / "sequences" / "red.yaml").write_text('name: "\\e[31mred"\ncategory: "\\e[31mred"\nsteps: 1\n')
    done = leadnurture("--studio", str(root), "sequence", "check")
    assert done.returncode == 10
    assert "the file's name cannot be shown" in done.stdout
    assert "'\\x1b[31mred' is none of" in done.stdout
    assert "\x1b" not in done.stdout + done.stderr


def test_a_pipe_among_the_files_stops_nothing(leadnurture: Leadnurture, root: Path) -> None:
    (root / "sequences" / "letter.yaml").unlink()
    os.mkfifo(root / "sequences" / "letter.yaml")
    assert "it is a pipe, a socket or a device, not a file" in told(leadnurture, root, "apply", "--yes", code=10)
    assert "it is a pipe, a socket or a device, not a file" in told(
        leadnurture, root, "sequence", "toggle", "letter", code=14
    )
    assert leadnurture("--studio", str(root), "run", "--once").returncode == 0
    assert rows(root, "SELECT count(*) FROM outbox WHERE state = 'sent'") == [(1,)]


def test_a_hole_holds_the_letter_and_never_sends_it(leadnurture: Leadnurture, root: Path) -> None:
    step = "  - {id: a, action: send_email, subject: 'At {{ lead.wedding_venue }}', body: b}\n"
    hole = f"name: x\nenroll: {{when: {{status: [new]}}, existing: true}}\nsteps:\n{step}"
    (root / "sequences" / "hole.yaml").write_text(hole)
    warned = leadnurture("--studio", str(root), "sequence", "check", "hole")
    assert warned.returncode == 0
    assert "can be empty" in warned.stdout
    told(leadnurture, root, "apply", "--yes", code=0)
    done = leadnurture("--studio", str(root), "run", "--once", "--json", LEADNURTURE_LIMITS__LEAD_GAP="0s")
    assert json.loads(done.stdout)["data"]["held"] == 1
    assert rows(root, "SELECT count(*) FROM outbox WHERE sequence_id = 'hole'") == [(0,)]
    assert "wedding_venue" in leadnurture("--studio", str(root), "status").stdout


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("Name,Phone\nEmma,07700 900123\n", "no column is known to hold the e-mail address"),
        ("", "empty"),
        ("Email\n", ""),
    ],
)
def test_a_spreadsheet_that_cannot_be_used(leadnurture: Leadnurture, root: Path, content: str, said: str) -> None:
    file = root / "sheet.csv"
    file.write_text(content)
    done = leadnurture("--studio", str(root), "lead", "import", str(file))
    assert "Traceback" not in done.stderr
    assert said in done.stderr
    assert rows(root, "SELECT count(*) FROM leads") == [(1,)]


@pytest.mark.parametrize(("file", "code"), [("nowhere.csv", 11), (".", 10)])
def test_a_file_that_is_not_there_or_a_folder(leadnurture: Leadnurture, root: Path, file: str, code: int) -> None:
    told(leadnurture, root, "lead", "import", file, code=code)


def test_a_folder_in_the_place_of_a_template(leadnurture: Leadnurture, root: Path) -> None:
    (root / "templates" / "letter.md").mkdir()
    (root / "sequences" / "s.yaml").write_text(
        "name: x\nsteps:\n  - {id: a, action: send_email, subject: s, template: letter.md}\n"
    )
    assert "folder" in told(leadnurture, root, "apply", "--yes", code=10)


def test_a_database_of_a_newer_version_or_of_another_kind(leadnurture: Leadnurture, root: Path) -> None:
    connection = sqlite3.connect(root / "leadnurture.db")
    connection.execute("PRAGMA user_version=99")
    connection.close()
    for words in (["run", "--once"], ["status"], ["lead", "list"]):
        assert "upgrade leadnurture" in told(leadnurture, root, *words, code=14)
    (root / "leadnurture.db").write_bytes(b"this is no database" * 300)
    for words in (["run", "--once"], ["status"]):
        assert "not a leadnurture database" in told(leadnurture, root, *words, code=14)
    (root / "leadnurture.db").unlink()
    assert "there is no database" in told(leadnurture, root, "run", "--once", code=14)


def test_a_config_with_a_bad_time_zone_names_its_line(leadnurture: Leadnurture, root: Path) -> None:
    config = root / "leadnurture.toml"
    config.write_text(config.read_text().replace("Europe/London", "Europe/Lndon"))
    assert "leadnurture.toml:5: 'studio.timezone': 'Europe/Lndon' is no time zone" in told(
        leadnurture, root, "status", code=14
    )
    assert "Europe/Lndon" in told(leadnurture, root, "run", "--once", code=14)


def test_a_disk_that_is_full_in_the_middle_sends_nothing_without_its_row(
    leadnurture: Leadnurture, sink: Sink, tmp_path: Path
) -> None:
    long_letter = LETTER.replace("thank you for writing.", "thank you for writing. " * 4000)
    root = studio_with_letters_due(tmp_path / "full", 20, long_letter)
    room = (root / "leadnurture.db").stat().st_size + 500_000  # enough to begin, not for all of it
    done = leadnurture("run", "--once", **sink.settings(LEADNURTURE_STUDIO=str(root)), room=room)
    assert done.returncode == 14
    assert "Traceback" not in done.stderr
    assert "nothing was changed" in done.stderr
    recorded = {row[0] for row in rows(root, "SELECT message_id FROM outbox WHERE state != 'queued'")}
    assert set(sink.ids()) <= recorded
    assert rows(root, "PRAGMA integrity_check") == [("ok",)]
    again = leadnurture("run", "--once", **sink.settings(LEADNURTURE_STUDIO=str(root)))
    assert again.returncode == 0, again.stderr
    assert len(set(sink.ids())) == len(sink.ids()) == 20


def test_typos_are_met_with_suggestions(leadnurture: Leadnurture, root: Path) -> None:
    assert "lead" in told(leadnurture, root, "laed", "list", code=2)
    assert "--email" in told(leadnurture, root, "lead", "add", "--emial", "a@example.com", code=2)
    assert "did you mean 'wedding_venue'" in told(leadnurture, root, "lead", "set", "1", "weding_venue=x", code=2)
    assert "did you mean 'contacted'" in told(leadnurture, root, "lead", "set", "1", "lead_status=contcted", code=10)
    assert "no lead 'nobody'" in told(leadnurture, root, "lead", "show", "nobody", code=11)


def test_errors_are_json_when_asked_for(leadnurture: Leadnurture, root: Path) -> None:
    error = json.loads(told(leadnurture, root, "lead", "show", "nobody", "--json", code=11))
    assert error["success"] is False
    assert error["code"] == "NOT_FOUND"
    assert set(error) == {"success", "message", "error", "code"}


@pytest.mark.parametrize(
    ("assignment", "said"),
    [
        ("wedding_date=14/06/1823", "1823"),
        ("guests=-4", "guest"),
        ("budget=lots", "not an amount of money"),
        ("status=maybe", "none of"),
        ("phone=12", "no phone number"),
        ("time_zone=new york", "no time zone; did you mean 'America/New_York'?"),
        ("email=nobody", "no e-mail address"),
        (f"venue={'x' * 10_000}", "at most 255"),
        ("lead_score=70", "cannot be set by hand"),
        ("nonsense", "FIELD=VALUE"),
    ],
)
def test_values_that_do_not_fit_store_nothing(leadnurture: Leadnurture, root: Path, assignment: str, said: str) -> None:
    before = rows(root, "SELECT * FROM leads")
    code = 2 if assignment == "nonsense" else 10
    assert said in told(leadnurture, root, "lead", "set", "1", "notes=changed", assignment, code=code)
    assert rows(root, "SELECT * FROM leads") == before


def test_an_address_that_is_known_is_a_conflict(leadnurture: Leadnurture, root: Path) -> None:
    complaint = told(leadnurture, root, "lead", "add", "--email", " Couple0@EXAMPLE.com ", code=12)
    assert "is lead 1" in complaint


def test_a_name_that_fits_several_lists_them(leadnurture: Leadnurture, root: Path) -> None:
    for number in (7, 8):
        leadnurture(
            "--studio", str(root), "lead", "add", "--email", f"x{number}@example.com", "--couple", "Emma & Jack"
        )
    complaint = told(leadnurture, root, "lead", "show", "emma", code=12)
    assert "fits 3 leads" in complaint


def test_control_characters_and_emoji_in_names_do_no_harm(leadnurture: Leadnurture, root: Path) -> None:
    told(leadnurture, root, "lead", "set", "1", "couple=Zoë\x1b[31m\r\nBcc: x@y.z & Jack 💍", code=0)
    assert leadnurture("--studio", str(root), "run", "--once").returncode == 0
    (file,) = (root / "outbox").glob("*.eml")
    head = file.read_bytes().partition(b"\r\n\r\n")[0]
    assert b"\nBcc:" not in head
    shown = leadnurture("--studio", str(root), "lead", "show", "1").stdout
    assert "\x1b" not in shown
