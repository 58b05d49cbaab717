"""Scoring rules as a YAML file for git: read with the place of everything that is wrong, and written. Pure."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from pydantic import ValidationError

from leadnurture.crm.rule_drafts import RuleDraft
from leadnurture.crm.values import Reading
from leadnurture.sequences.file_life.written import entry
from leadnurture.sequences.problems import Place, Problem
from leadnurture.sequences.wording import unknown_key, worded
from leadnurture.sequences.yaml_tree import Path, Tree, read_tree

_HEAD = """\
# Scoring rules: each that fits adds its score (times its weight); the sum is kept between 0 and 100.
# It counts when you have run `leadnurture rule import` with this file.
rules:
"""
_NEEDS_RULES = "a file of rules is a list under 'rules:', such as 'rules:' and then '  - name: Real budget'"
_PLAIN = {"weight": 1.0, "active": True, "description": None, "order": None}  # what need not be written
_LONGEST = 110
Fault = tuple[Place, str, str | None]


@dataclass(frozen=True)
class ReadRules:
    """The rules of a file that are right, and all that is wrong with it."""

    drafts: tuple[RuleDraft, ...]
    problems: tuple[Problem, ...]


def read_rules(text: str, file: str, reading: Reading) -> ReadRules:
    """Read a file of scoring rules; amounts and dates in it are understood as in the studio."""
    tree, lines = read_tree(text), text.splitlines()
    drafts: list[RuleDraft] = []
    faults: list[Fault] = [(place, message, None) for place, message in tree.faults]
    found = faults or list(_read(tree, reading, drafts))
    problems = (
        Problem(file, place, message, hint, text=lines[place.line - 1] if place.line <= len(lines) else "")
        for place, message, hint in sorted(found, key=lambda fault: (fault[0].line, fault[0].column))
    )
    return ReadRules(tuple(drafts), tuple(problems))


def _read(tree: Tree, reading: Reading, drafts: list[RuleDraft]) -> Iterator[Fault]:
    """Yield what is wrong with a tree, and put the rules that are right into `drafts`."""
    given = tree.values.get("rules") if isinstance(tree.values, dict) else None
    if not isinstance(given, list):
        yield Place(), _NEEDS_RULES, None
        return
    for key in tree.values:
        if key != "rules":
            yield tree.keys[(key,)], *unknown_key(key, ["rules"])
    for number, values in enumerate(given):
        path: Path = ("rules", number)
        if isinstance(values, dict):
            yield from _one(tree, path, values, reading, drafts)
        else:
            yield tree.place_of(path), "a rule is a list of keys such as 'name:' and 'field:'", None
    yield from _named_twice(tree, given)


def _named_twice(tree: Tree, given: Sequence[Any]) -> Iterator[Fault]:
    lines: dict[str, int] = {}
    for number, values in enumerate(given):
        name = str(values.get("name") or "").strip() if isinstance(values, dict) else ""
        place = tree.place_of(("rules", number, "name"))
        if name and name.casefold() in lines:
            yield place, f"two rules are called '{name}'; the first is in line {lines[name.casefold()]}", None
        lines.setdefault(name.casefold(), place.line)


def _one(
    tree: Tree, path: Path, values: Mapping[str, Any], reading: Reading, drafts: list[RuleDraft]
) -> Iterator[Fault]:
    try:
        drafts.append(RuleDraft.model_validate(values, context={"reading": reading}))
    except ValidationError as error:
        for item in error.errors(include_url=False):
            where = (*path, *item["loc"][:1])
            if item["type"] == "extra_forbidden":
                yield tree.keys[where], *unknown_key(str(where[-1]), list(RuleDraft.model_fields))
            elif item["type"] == "missing":
                yield tree.place_of(path), f"'{where[-1]}' is missing", None
            else:
                yield tree.place_of(where), *worded(dict(item), where)


def written_rules(rules: Sequence[Mapping[str, Any]]) -> str:
    """Return the file that says what the rules (by the keys of a draft) say; reading it gives the same rules."""
    items = ["".join(_item(rule)) for rule in rules]
    return _HEAD + "\n".join(items) if items else _HEAD.rstrip("\n") + " []\n"


def _item(rule: Mapping[str, Any]) -> Iterator[str]:
    lead = "  - "
    for key, value in rule.items():
        if key not in _PLAIN or value != _PLAIN[key]:
            yield f"{lead}{entry(key, value, _LONGEST)}\n"
            lead = "    "
