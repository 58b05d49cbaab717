"""Documents are tested: every command is documented, and every block of the README runs."""

import importlib.util
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from json_reference import documented

ROOT = Path(__file__).parents[1]


def generator():
    spec = importlib.util.spec_from_file_location("generate", ROOT / "docs" / "generate.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_reference_of_commands_is_what_the_commands_say() -> None:
    assert (ROOT / "docs" / "commands.md").read_text(encoding="utf-8") == generator().reference(), "run: make docs"


def test_every_commands_help_has_an_example() -> None:
    sections = generator().reference().split("\n## ")[1:]
    assert len(sections) >= 24
    assert [section.split("\n")[0] for section in sections if "Example" not in section] == []


def test_every_commands_json_is_documented() -> None:
    commands = [section.split("\n")[0] for section in generator().reference().split("\n## ")[1:]]
    assert [command for command in commands if command not in documented()] == []


def test_every_console_block_of_the_readme_runs(tmp_path: Path) -> None:
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    blocks = re.findall(r"```console\n(.*?)```", text, flags=re.DOTALL)
    lines = [line.removeprefix("$ ") for block in blocks for line in block.splitlines() if line.startswith("$ ")]
    assert len(lines) >= 10
    (tmp_path / "bin").mkdir()
    command = tmp_path / "bin" / "leadnurture"
    command.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m leadnurture "$@"\n')
    command.chmod(0o755)
    path = f"{command.parent}:{os.environ['PATH']}"
    environment = {"PATH": path, "HOME": str(tmp_path), "LANG": "en_GB.UTF-8", "TZ": "Europe/London"}
    script = ["bash", "-c", "\n".join(["set -e", *lines])]
    done = subprocess.run(script, cwd=tmp_path, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize("page", ["README.md", *(f"docs/{path.name}" for path in sorted((ROOT / "docs").glob("*.md")))])
def test_links_lead_somewhere(page: str) -> None:
    text = (ROOT / page).read_text(encoding="utf-8")
    for target in re.findall(r"\]\((?!https?:|mailto:|#|\{\{)([^)#]+)", text):
        assert ((ROOT / page).parent / target).exists(), target


def test_the_sequence_in_the_language_page_is_right(studio) -> None:
    from leadnurture.sequences.parse import parse

    text = (ROOT / "docs" / "sequences.md").read_text(encoding="utf-8")
    block = re.findall(r"```yaml\n(.*?)```", text, flags=re.DOTALL)[0]
    parsed = parse(block, "docs", "welcome", studio.reading())
    assert parsed.problems == ()


def test_the_language_page_names_every_filter_that_letters_may_use() -> None:
    from leadnurture.sequences.words import PLAIN

    text = (ROOT / "docs" / "sequences.md").read_text(encoding="utf-8")
    aliases_and_our_own = {"d", "e", "safe_url"}
    named = {name for name in PLAIN.filters if name.isidentifier()} - aliases_and_our_own
    assert {name for name in named if f"`{name}`" not in text} == set()
