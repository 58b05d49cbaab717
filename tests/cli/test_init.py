import json
import os
import stat
from pathlib import Path

import pytest
from processes import Leadnurture

GIVEN = ("--name", "Hart & Holly", "--owner", "Holly Hart", "--email", "holly@hart.example")


def test_init_makes_a_studio_that_works_at_once(leadnurture: Leadnurture, tmp_path: Path) -> None:
    done = leadnurture("init", "studio", *GIVEN)
    assert (done.returncode, done.stdout) == (0, "")
    assert "leadnurture apply" in done.stderr
    root = tmp_path / "studio"
    assert {path.name for path in root.iterdir()} >= {
        "leadnurture.toml",
        "sequences",
        "templates",
        ".gitignore",
        "leadnurture.db",
    }
    assert stat.S_IMODE((root / "leadnurture.db").stat().st_mode) == 0o600
    checked = leadnurture("--studio", "studio", "sequence", "check")
    assert (checked.returncode, checked.stdout) == (0, "")
    ignored = (root / ".gitignore").read_text()
    assert "outbox/" in ignored
    assert "leadnurture.db" in ignored


def test_init_never_overwrites_and_says_so(leadnurture: Leadnurture, tmp_path: Path) -> None:
    leadnurture("init", "studio", *GIVEN)
    letter = tmp_path / "studio" / "sequences" / "inquiry-welcome.yaml"
    letter.write_text("name: mine\n")
    (tmp_path / "studio" / ".gitignore").unlink()
    again = leadnurture("init", "studio")
    assert again.returncode == 0
    assert letter.read_text() == "name: mine\n"
    assert ".gitignore" in again.stderr
    assert "left as it is" in again.stderr
    assert "nothing was changed" in leadnurture("init", "studio").stderr


@pytest.mark.parametrize("missing", ["--name", "--owner", "--email"])
def test_without_a_terminal_a_missing_answer_names_its_option(
    leadnurture: Leadnurture, tmp_path: Path, missing: str
) -> None:
    given = [word for pair in zip(GIVEN[::2], GIVEN[1::2], strict=True) if pair[0] != missing for word in pair]
    done = leadnurture("init", "studio", *given)
    assert done.returncode == 2
    assert f"{missing} is missing" in done.stderr
    assert not (tmp_path / "studio").exists()


@pytest.mark.parametrize(
    ("option", "value", "said"),
    [
        ("--email", "holly", "no e-mail address"),
        ("--timezone", "Mars/Base", "no time zone"),
        ("--currency", "POUNDS", "currency"),
    ],
)
def test_an_answer_that_makes_no_sense_leaves_nothing_behind(
    leadnurture: Leadnurture, tmp_path: Path, option: str, value: str, said: str
) -> None:
    done = leadnurture("init", "studio", *GIVEN, option, value)
    assert done.returncode == 10
    assert done.stderr.startswith(f"error: {option}: ")
    assert said in done.stderr
    assert not (tmp_path / "studio").exists()
    assert leadnurture("init", "studio", *GIVEN).returncode == 0


def test_a_playbook_that_was_deleted_does_not_come_back(leadnurture: Leadnurture, tmp_path: Path) -> None:
    leadnurture("init", "studio", *GIVEN)
    (tmp_path / "studio" / "sequences" / "inquiry-welcome.yaml").unlink()
    again = leadnurture("init", "studio")
    assert again.returncode == 0
    assert not (tmp_path / "studio" / "sequences" / "inquiry-welcome.yaml").exists()


def test_an_answer_for_a_studio_that_is_there_is_said_to_be_unused(leadnurture: Leadnurture, tmp_path: Path) -> None:
    leadnurture("init", "studio", *GIVEN)
    before = (tmp_path / "studio" / "leadnurture.toml").read_text()
    again = leadnurture("init", "studio", "--email", "new@hart.example", "--currency", "EUR")
    assert "--email, --currency: not used, because leadnurture.toml is there" in again.stderr
    assert (tmp_path / "studio" / "leadnurture.toml").read_text() == before


def test_names_with_quotes_and_emoji_are_kept(leadnurture: Leadnurture, tmp_path: Path) -> None:
    assert leadnurture("init", "s", *GIVEN, "--owner", 'Zoë "Zo" \\ O\'Neill 📷').returncode == 0
    assert leadnurture("--studio", "s", "status", "--json").returncode == 0


def test_the_studio_is_found_by_option_environment_upwards_and_default(
    leadnurture: Leadnurture, tmp_path: Path
) -> None:
    leadnurture("init", "first", *GIVEN)
    leadnurture("init", "second", *GIVEN)

    def found(*words: str, cwd: Path = tmp_path, **environment: str) -> str:
        other = Leadnurture(cwd)
        other.environment = leadnurture.environment
        done = other(*words, "lead", "add", "--email", "a@example.com", "--json", **environment)
        return "added" if done.returncode == 0 else json.loads(done.stderr)["code"]

    assert found("--studio", "second") == "added"
    assert found(LEADNURTURE_STUDIO=str(tmp_path / "second")) == "CONFLICT"
    assert found(cwd=tmp_path / "second" / "templates") == "CONFLICT"
    assert found() == "added"  # the default is the first one that was made
    assert found("--studio", "nowhere") == "CONFIGURATION"


def test_no_studio_anywhere_says_how_to_make_one(leadnurture: Leadnurture) -> None:
    done = leadnurture("status")
    assert done.returncode == 14
    assert "leadnurture init" in done.stderr


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write anywhere")
def test_a_read_only_folder(leadnurture: Leadnurture, tmp_path: Path) -> None:
    (tmp_path / "locked").mkdir(mode=0o500)
    done = leadnurture("init", "locked/studio", *GIVEN)
    assert done.returncode == 14
    assert "Permission denied" in done.stderr


def test_a_file_in_the_way(leadnurture: Leadnurture, tmp_path: Path) -> None:
    (tmp_path / "studio").write_text("I am a file")
    done = leadnurture("init", "studio", *GIVEN)
    assert done.returncode == 14
    assert "Traceback" not in done.stderr
