"""`plan` and `apply` as a user runs them: what is shown, saved, refused, gone back to, and reminded of."""

import json
import os
import pty
import subprocess
import sys
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from processes import Leadnurture
from studios import LETTER, rows, studio_with_letters_due

from leadnurture.sequences.folder import Folder
from leadnurture.sequences.unapplied import unapplied

EDITED = (
    LETTER.replace("name: Letter", "name: First letter")
    .replace("delay: 3000d", "delay: 2000d")
    .replace("thank you for writing.", "how good of you to write.")
    + "  - id: last\n    action: add_lead_tag\n    tag: done\n"
)


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """Return a studio with two couples half way: their letter is sent, the call waits."""
    return studio_with_letters_due(tmp_path / "studio", 2)


@pytest.fixture
def half_way(leadnurture: Leadnurture, root: Path) -> Path:
    """Return the studio when the letters are sent and the file is edited."""
    assert leadnurture("--studio", str(root), "run", "--once").returncode == 0
    (root / "sequences/letter.yaml").write_text(EDITED)
    return root


def done(leadnurture: Leadnurture, root: Path, *words: str, code: int = 0) -> "subprocess.CompletedProcess[str]":
    told = leadnurture("--studio", str(root), *words)
    assert told.returncode == code, (told.stdout, told.stderr)
    assert "Traceback" not in told.stderr
    return told


def data(leadnurture: Leadnurture, root: Path, *words: str) -> Any:
    return json.loads(done(leadnurture, root, *words, "--json").stdout)["data"]


def versions(root: Path) -> list[int]:
    return [number for (number,) in rows(root, "SELECT number FROM sequence_versions ORDER BY id")]


def test_a_sequence_is_named_by_the_path_that_messages_show(leadnurture: Leadnurture, half_way: Path) -> None:
    path = "sequences/letter.yaml"
    assert data(leadnurture, half_way, "plan", path) == data(leadnurture, half_way, "plan", "letter")
    assert data(leadnurture, half_way, "sequence", "show", path) == data(
        leadnurture, half_way, "sequence", "show", "letter"
    )
    assert [one["sequence"] for one in data(leadnurture, half_way, "apply", "--only", path, "--yes")["sequences"]] == [
        "letter"
    ]


def test_a_plan_is_shown_step_by_step_and_couple_by_couple(leadnurture: Leadnurture, half_way: Path) -> None:
    told = leadnurture("--studio", str(half_way), "plan", COLUMNS="200")
    assert told.returncode == 0, told.stderr
    lines = [line.strip() for line in told.stdout.splitlines()]
    assert lines[:3] == ["letter has changed (version 1 runs)", "name: Letter → First letter", "~ hello: changed"]
    assert {
        "-thank you for writing.",
        "+how good of you to write.",
        "delay: 3000 days → 2000 days",
        "+ last: added",
    } <= set(lines)
    couples = [line for line in lines if line.startswith("Emma")]
    assert [line.split(" comes ")[0] for line in couples] == ["Emma0 & Jack0: 'later'", "Emma1 & Jack1: 'later'"]
    assert all(line.endswith("; 'last' will come, too") for line in couples)
    assert lines[-1] == "2 couples go over to other steps or times"
    assert "Next: leadnurture apply" in told.stderr
    assert versions(half_way) == [1]


def test_the_json_says_what_apply_then_does(leadnurture: Leadnurture, half_way: Path) -> None:
    (planned,) = data(leadnurture, half_way, "plan")["sequences"]
    assert (planned["sequence"], planned["change"]) == ("letter", "changed")
    assert [(step["step"], step["changes"]) for step in planned["steps"]] == [
        ("hello", ["changed"]),
        ("later", ["changed"]),
        ("last", ["added"]),
    ]
    (applied,) = data(leadnurture, half_way, "apply", "--yes")["sequences"]
    assert (applied["version"], applied["moved"]) == (2, 2)
    query = "SELECT lead_id, current_step, next_at FROM lead_nurture_enrollments ORDER BY lead_id"
    there = [(lead, step, datetime.fromisoformat(f"{at[:19]}+00:00")) for lead, step, at in rows(half_way, query)]
    told = [(one["lead_id"], one["to"]["step"], datetime.fromisoformat(one["to"]["at"])) for one in planned["leads"]]
    assert told == there
    assert [(one["from"]["step"], one["added"], one["skipped"]) for one in planned["leads"]] == [
        ("later", ["last"], []),
        ("later", ["last"], []),
    ]


def test_unchanged_files_are_nothing_to_apply(leadnurture: Leadnurture, root: Path) -> None:
    assert "Nothing to apply" in done(leadnurture, root, "plan").stderr
    (one,) = data(leadnurture, root, "plan")["sequences"]
    assert (one["change"], one["steps"], one["leads"]) == ("unchanged", [], [])


def test_a_broken_file_is_told_with_its_place(leadnurture: Leadnurture, root: Path) -> None:
    (root / "sequences/broken.yaml").write_text("name: x\nstpes: []\n")
    assert "broken.yaml:2:1" in done(leadnurture, root, "plan", code=10).stderr
    done(leadnurture, root, "plan", "letter")


def test_an_unknown_sequence_is_not_found(leadnurture: Leadnurture, root: Path) -> None:
    assert "did you mean 'letter'?" in done(leadnurture, root, "plan", "leter", code=11).stderr


def test_a_saved_plan_is_applied_or_refused(leadnurture: Leadnurture, half_way: Path, tmp_path: Path) -> None:
    saved = str(tmp_path / "plan.json")
    done(leadnurture, half_way, "plan", "--out", saved)
    (half_way / "sequences/letter.yaml").write_text(EDITED + "# more\n")
    refused = leadnurture("--studio", str(half_way), "apply", saved, "--yes", "--json")
    assert (refused.returncode, json.loads(refused.stderr)["code"]) == (12, "CONFLICT")
    moved = json.loads(refused.stderr)["error"]["moved"]
    assert moved == [{"sequence": "letter", "what": "sequences/letter.yaml was edited", "lead_id": None}]
    assert versions(half_way) == [1]
    (half_way / "sequences/letter.yaml").write_text(EDITED)
    assert "letter: version 2" in done(leadnurture, half_way, "apply", saved, "--yes").stderr
    assert "version 2 runs" in done(leadnurture, half_way, "apply", saved, "--yes", code=12).stderr
    assert versions(half_way) == [1, 2]


def test_a_lead_that_entered_since_is_told_by_name(leadnurture: Leadnurture, half_way: Path, tmp_path: Path) -> None:
    saved = str(tmp_path / "plan.json")
    done(leadnurture, half_way, "plan", "--out", saved)
    done(leadnurture, half_way, "lead", "add", "--email", "eve@example.com", "--couple", "Eve Hill & Tom Ray")
    told = done(leadnurture, half_way, "apply", saved, "--yes", code=12).stderr
    assert "Eve Hill & Tom Ray has entered it" in told


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (["apply", "nowhere.json", "--yes"], 11, "no saved plan"),
        (["apply", "letter", "--yes"], 11, "apply --only letter"),
        (["apply", "--version", "1", "--yes"], 2, "apply SEQ --version 1"),
        (["apply", "letter", "--version", "7", "--yes"], 11, "no version 7"),
        (["apply", "letter", "--version", "1", "--yes"], 12, "is what runs"),
        (["apply", "letter", "--version", "1", "--only", "letter"], 2, "--only"),
        (["apply", "leadnurture.toml", "--yes"], 10, "is no plan"),
        (["apply"], 2, "--yes"),
    ],
)
def test_what_apply_cannot_do_says_what_to_do(
    leadnurture: Leadnurture, root: Path, words: list[str], code: int, said: str
) -> None:
    if words == ["apply"]:
        (root / "sequences/letter.yaml").write_text(EDITED)
    words = [str(root / word) if word.endswith(".toml") else word for word in words]
    assert said in done(leadnurture, root, *words, code=code).stderr
    assert versions(root) == [1]


def test_only_those_that_are_named_are_applied(leadnurture: Leadnurture, half_way: Path) -> None:
    (half_way / "sequences/broken.yaml").write_text("name: x\n")
    (half_way / "sequences/more.yaml").write_text(LETTER.replace("Letter", "More"))
    applied = data(leadnurture, half_way, "apply", "--only", "letter", "--yes")["sequences"]
    assert [one["sequence"] for one in applied] == ["letter"]


def test_going_back_makes_a_new_version_and_leaves_the_file(leadnurture: Leadnurture, half_way: Path) -> None:
    done(leadnurture, half_way, "apply", "--yes")
    told = done(leadnurture, half_way, "apply", "letter", "--version", "1", "--yes").stderr
    assert "goes back to version 1" in told
    assert versions(half_way) == [1, 2, 3]
    ((first,), _, (third,)) = rows(half_way, "SELECT source FROM sequence_versions ORDER BY id")
    assert first == third
    assert (half_way / "sequences/letter.yaml").read_text() == EDITED
    status = data(leadnurture, half_way, "status")
    assert [(file["id"], file["state"]) for file in status["sequences"]] == [("letter", "changed")]
    shown = data(leadnurture, half_way, "sequence", "show", "letter", "--version", "2")["sequence"]
    assert (shown["version"], shown["name"]) == (2, "First letter")
    assert data(leadnurture, half_way, "sequence", "show", "letter")["sequence"]["name"] == "Letter"


def test_the_commit_is_that_of_the_applied_words(leadnurture: Leadnurture, half_way: Path) -> None:
    def git(*words: str) -> str:
        who = ["-c", "user.name=Holly", "-c", "user.email=holly@hart.example"]
        told = subprocess.run(["git", *who, *words], cwd=half_way, check=True, capture_output=True, text=True)
        return told.stdout.strip()

    def applied() -> object:
        done(leadnurture, half_way, "apply", "--yes")
        return rows(half_way, "SELECT commit_id FROM sequence_versions ORDER BY id DESC LIMIT 1")[0][0]

    git("init", "--quiet")
    git("add", "sequences")
    git("commit", "--quiet", "-m", "Letters")
    assert applied() == git("rev-parse", "HEAD")
    (half_way / "sequences/letter.yaml").write_text(EDITED + "# not committed\n")
    assert applied() is None
    git("commit", "--quiet", "-am", "A remark")
    (half_way / "templates/new.md").write_text("Dear both,\n")
    letter = EDITED.replace(
        "    tag: done\n", "    tag: done\n  - {id: t, action: send_email, subject: s, template: new.md}\n"
    )
    (half_way / "sequences/letter.yaml").write_text(letter)
    git("commit", "--quiet", "-am", "A letter whose template is forgotten")
    assert applied() is None
    done(leadnurture, half_way, "apply", "letter", "--version", "2", "--yes")
    ((first,), *_, (last,)) = rows(half_way, "SELECT commit_id FROM sequence_versions WHERE number > 1 ORDER BY id")
    assert last == first is not None


def test_on_a_terminal_the_plan_is_shown_and_asked_for(leadnurture: Leadnurture, half_way: Path) -> None:
    for answer, code, after in ((b"n\n", 1, [1]), (b"y\n", 0, [1, 2])):
        told, ended = at_terminal(leadnurture, ["--studio", str(half_way), "apply"], answer)
        assert ended == code
        assert "Emma0 & Jack0: 'later' comes" in told
        assert "Apply 1 sequence?" in told
        assert versions(half_way) == after


def at_terminal(leadnurture: Leadnurture, words: list[str], typed: bytes) -> tuple[str, int]:
    """Run at a terminal of its own; return what it shows, and its exit code."""
    ours, theirs = pty.openpty()
    command = [*leadnurture._command(tuple(words))]
    environment = leadnurture.environment | {"COLUMNS": "200", "TERM": "dumb"}
    process = subprocess.Popen(
        command, stdin=theirs, stdout=theirs, stderr=theirs, env=environment, cwd=leadnurture.cwd
    )
    os.close(theirs)
    os.write(ours, typed)
    shown = b""
    while True:
        try:
            part = os.read(ours, 65536)
        except OSError:  # how Linux tells that the other end is closed
            break
        if not part:
            break
        shown += part
    os.close(ours)
    return shown.decode(), process.wait(60)


def test_run_and_status_remind_of_what_is_not_applied(leadnurture: Leadnurture, root: Path) -> None:
    reminder = "1 sequence file differs from what was applied: letter   → leadnurture plan"
    for words in (["run", "--once"], ["run", "--once"], ["status"]):
        assert reminder not in done(leadnurture, root, *words).stderr
    (root / "sequences/letter.yaml").write_text(EDITED)
    assert reminder in done(leadnurture, root, "status").stderr.splitlines()
    shown, code = at_terminal(leadnurture, ["--studio", str(root), "run", "--once"], b"")
    assert (code, reminder in shown.splitlines()) == (0, True)
    assert reminder not in done(leadnurture, root, "run", "--once").stderr  # cron would mail it at every run
    done(leadnurture, root, "apply", "--yes")
    assert done(leadnurture, root, "run", "--once").stderr == ""


def test_the_quick_look_at_the_files_agrees_with_the_thorough_one(leadnurture: Leadnurture, root: Path) -> None:
    def both() -> list[str]:
        sequences = data(leadnurture, root, "sequence", "list")["sequences"]
        thorough = sorted(one["id"] for one in sequences if one["state"] != "applied")
        assert unapplied(root) == thorough
        return thorough

    letter, template = root / "sequences/letter.yaml", root / "templates/t.md"
    assert both() == []
    letter.write_text("\ufeff" + LETTER)
    assert both() == []
    template.write_text("Dear both,\n")
    letter.write_text(LETTER + "  - {id: t, action: send_email, subject: s, template: t.md}\n")
    (root / "sequences/new.yml").write_text(LETTER)
    (root / "sequences/.hidden.yaml").write_text("?")
    assert both() == ["letter", "new"]
    done(leadnurture, root, "apply", "--yes")
    assert both() == []
    template.write_text("Dear you,\n")
    assert both() == ["letter"]
    template.unlink()
    assert both() == ["letter"]
    os.mkfifo(template)
    assert both() == ["letter"]
    template.unlink()
    letter.write_bytes(b"\xff")
    assert both() == ["letter"]
    letter.unlink()
    os.mkfifo(letter)
    assert both() == ["letter"]
    letter.unlink()
    assert both() == ["letter"]
    done(leadnurture, root, "apply", "--yes")
    assert both() == []
    assert [path.name for path in Folder(root).files()] == ["new.yml"]


CARRYING = LETTER + "  - {id: t, action: send_email, delay: 9d, subject: s, body: b, attachments: [guide.pdf]}\n"
OPENED = """
import sys
opened = []
sys.addaudithook(lambda event, given: opened.append(str(given[0])) if event == "open" else None)
from leadnurture.cli import main
sys.argv = ["leadnurture", *{words!r}]
try:
    main.main()
except SystemExit as end:
    assert end.code in (0, None), end.code
print("OPENED", *sorted({{name.rpartition("/")[2] for name in opened if "/studio/" in name}}))
"""


@pytest.fixture
def carrying(leadnurture: Leadnurture, root: Path) -> Path:
    """Return the studio when the sequence has got a letter with an attachment, and nothing is due."""
    (root / "templates/guide.pdf").write_bytes(b"%PDF old")
    (root / "sequences/letter.yaml").write_text(CARRYING)
    done(leadnurture, root, "apply", "--yes")
    done(leadnurture, root, "run", "--once")
    return root


def edit_guide(root: Path, content: bytes) -> None:
    guide = root / "templates/guide.pdf"
    changed = guide.stat().st_mtime_ns + 1_000_000_000
    guide.write_bytes(content)
    os.utime(guide, ns=(changed, changed))


def opened(leadnurture: Leadnurture, root: Path, *words: str) -> list[str]:
    code = OPENED.format(words=["--studio", str(root), *words])
    told = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        text=True,
        check=True,
        cwd=leadnurture.cwd,
        env=leadnurture.environment,
    )
    (line,) = [line for line in told.stdout.splitlines() if line.startswith("OPENED")]
    return line.split()[1:]


def test_an_idle_run_reads_sequences_and_templates_but_no_attachment(leadnurture: Leadnurture, carrying: Path) -> None:
    assert "guide.pdf" not in opened(leadnurture, carrying, "run", "--once")
    names = opened(leadnurture, carrying, "status")
    assert "letter.yaml" in names
    assert "guide.pdf" not in names
    assert "guide.pdf" in opened(leadnurture, carrying, "plan")


def test_a_changed_attachment_is_planned_reminded_of_and_applied(leadnurture: Leadnurture, carrying: Path) -> None:
    edit_guide(carrying, b"%PDF new")
    assert "1 sequence file differs" in done(leadnurture, carrying, "status").stderr
    lines = [line.strip() for line in done(leadnurture, carrying, "plan").stdout.splitlines()]
    assert lines[1:3] == ["~ t: changed", "attachment guide.pdf changed"]
    (step,) = data(leadnurture, carrying, "plan")["sequences"][0]["steps"]
    assert step["attachments"] == ["guide.pdf"]
    done(leadnurture, carrying, "apply", "--yes")
    assert "Nothing to apply" in done(leadnurture, carrying, "plan").stderr


def test_a_plan_does_not_hold_when_an_attachment_was_edited_since(
    leadnurture: Leadnurture, carrying: Path, tmp_path: Path
) -> None:
    edit_guide(carrying, b"%PDF new")
    done(leadnurture, carrying, "plan", "--out", str(tmp_path / "plan.json"))
    edit_guide(carrying, b"%PDF newer")
    told = done(leadnurture, carrying, "apply", str(tmp_path / "plan.json"), "--yes", code=12)
    assert "letter: templates/guide.pdf was edited" in told.stderr


def test_going_back_says_which_attachment_is_not_the_old_one_any_more(leadnurture: Leadnurture, carrying: Path) -> None:
    edit_guide(carrying, b"%PDF new")
    done(leadnurture, carrying, "apply", "--yes")
    warning = "warning: guide.pdf is not the file of then: letters with it are held until that one is back"
    edit_guide(carrying, b"%PDF old")
    assert warning not in done(leadnurture, carrying, "apply", "letter", "--version", "2", "--yes").stderr
    assert warning in done(leadnurture, carrying, "apply", "letter", "--version", "3", "--yes").stderr.splitlines()


def test_without_a_terminal_json_has_one_line_of_error(leadnurture: Leadnurture, half_way: Path) -> None:
    told = done(leadnurture, half_way, "apply", "--json", code=2)
    assert json.loads(told.stderr)["code"] == "USAGE"


def test_a_broken_file_names_what_the_others_can_do_meanwhile(leadnurture: Leadnurture, half_way: Path) -> None:
    (half_way / "sequences/broken.yaml").write_text("name: Broken\n")
    planned = done(leadnurture, half_way, "plan", code=10).stderr
    assert "nothing can be planned" in planned
    assert "leadnurture plan letter" in planned
    applied = done(leadnurture, half_way, "apply", "--yes", code=10).stderr
    assert "nothing was applied" in applied
    assert "leadnurture apply --only letter" in applied
