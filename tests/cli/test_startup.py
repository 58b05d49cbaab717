"""Start-up is part of the interface: help, completion and an idle tick load nothing heavy."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from processes import Leadnurture
from studios import studio_with_letters_due

HEAVY = (
    "sqlmodel",
    "sqlalchemy",
    "jinja2",
    "apscheduler",
    "rich",
    "yaml",
    "holidays",
    "phonenumbers",
    "css_inline",
    "apprise",
    "urllib3",
)
PROBE = """
import sys
from leadnurture.cli import main
sys.argv = ["leadnurture", *{words!r}]
try:
    main.main()
except SystemExit as end:
    assert end.code in (0, None), end.code
print("LOADED", *sorted(name for name in {heavy!r} if name in sys.modules))
"""


def loaded(leadnurture: Leadnurture, *words: str, **environment: str) -> list[str]:
    code = PROBE.format(words=list(words), heavy=HEAVY)
    done = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        text=True,
        check=True,
        cwd=leadnurture.cwd,
        env=leadnurture.environment | environment,
    )
    (line,) = [line for line in done.stdout.splitlines() if line.startswith("LOADED")]
    return line.split()[1:]


@pytest.mark.parametrize(
    "words", [["--help"], ["lead", "--help"], ["lead", "add", "--help"], ["run", "--help"], ["--version"]]
)
def test_help_loads_none_of_the_heavy_modules(leadnurture: Leadnurture, words: list[str]) -> None:
    assert loaded(leadnurture, *words) == []


def test_an_idle_run_loads_none_of_them_either(leadnurture: Leadnurture, tmp_path: Path) -> None:
    root = studio_with_letters_due(tmp_path / "studio", 1)
    assert leadnurture("--studio", str(root), "run", "--once").returncode == 0
    assert loaded(leadnurture, "--studio", str(root), "run", "--once") == []
    assert loaded(leadnurture, "--studio", str(root), "run", "--once", "--json") == []


def test_nor_does_one_that_makes_the_backup_of_the_day(leadnurture: Leadnurture, tmp_path: Path) -> None:
    root = studio_with_letters_due(tmp_path / "studio", 1)
    assert leadnurture("--studio", str(root), "run", "--once").returncode == 0
    shutil.rmtree(root / "backups")
    assert loaded(leadnurture, "--studio", str(root), "run", "--once") == []
    assert len(list((root / "backups").iterdir())) == 1
    assert loaded(leadnurture, "--studio", str(root), "backup") == []


def test_the_probe_sees_heavy_modules_where_there_are_some(leadnurture: Leadnurture, tmp_path: Path) -> None:
    root = studio_with_letters_due(tmp_path / "studio", 1)
    assert "sqlmodel" in loaded(leadnurture, "--studio", str(root), "run", "--once")
