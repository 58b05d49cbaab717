"""docs/json.md as a test reads it: which words it tells of each command."""

import re
from pathlib import Path

PAGE = Path(__file__).parents[1] / "docs" / "json.md"
_ROW = re.compile(r"^\| (`.+?) \| (.+) \|$", re.MULTILINE)
_CODE = re.compile(r"`([^`]+)`")


def documented() -> dict[str, set[str]]:
    """Return the keys that the page names, by command; a name without its noun has that of the one before it."""
    keys: dict[str, set[str]] = {}
    for names, told in _ROW.findall(PAGE.read_text(encoding="utf-8")):
        words = {word for code in _CODE.findall(told) for word in re.findall(r"\w+", code)}
        for command in _commands(names):
            keys.setdefault(command, set()).update(words)
    return keys


def _commands(names: str) -> list[str]:
    found, noun = [], ""
    for name in _CODE.findall(names):
        words = [word for word in name.split() if not word.startswith("-")]
        noun = " ".join(words[:-1]) or noun
        found.append(f"{noun} {words[-1]}".strip() if words else "")
    return [command for command in found if command]
