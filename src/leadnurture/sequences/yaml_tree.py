"""YAML into plain values that remember where they stood.

Stricter than YAML: no aliases (a few lines of them can unfold into gigabytes), no duplicate keys, no tags; and only
what YAML 1.2 calls a number or a truth value is one, so that `no` stays a word and `2027-06-14` stays a text.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import yaml

from leadnurture.sequences.problems import Place

LARGEST = 1_000_000  # characters
DEEPEST = 50
Path = tuple[str | int, ...]
_LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
# What YAML calls printable; PyYAML refuses the rest as well, but cannot say where.
_UNPRINTABLE = re.compile("[^\t\n\r\x20-\x7e\x85\xa0-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_INT = re.compile(r"^[-+]?\d{1,18}$")
_FLOAT = re.compile(r"^[-+]?(\d+\.\d*|\.\d+)([eE][-+]?\d+)?$")
_CONSTANTS = {
    "": None,
    "~": None,
    "null": None,
    "Null": None,
    "true": True,
    "True": True,
    "false": False,
    "False": False,
}


@dataclass
class Tree:
    """The plain values of a file, the place of each path (values, and keys under `keys`), and what was wrong."""

    values: Any = None
    places: dict[Path, Place] = field(default_factory=dict)
    keys: dict[Path, Place] = field(default_factory=dict)
    faults: list[tuple[Place, str]] = field(default_factory=list)

    def place_of(self, path: Path) -> Place:
        """Return the place of a path, or of the nearest part around it."""
        while path and path not in self.places:
            path = path[:-1]
        return self.places.get(path, Place())


def read_tree(text: str) -> Tree:
    """Read a YAML text; every fault is in the tree, none is raised."""
    tree = Tree()
    if len(text) > LARGEST:
        tree.faults.append((Place(), f"the file has {len(text):,} characters; a sequence has at most {LARGEST:,}"))
        return tree
    if found := _UNPRINTABLE.search(text):
        tree.faults.append((_place_in(text, found.start()), _unprintable(found[0])))
        return tree
    try:
        tree.faults.extend(_forbidden(text))
        if not tree.faults:
            node = yaml.compose(text, Loader=_LOADER)
            tree.values = None if node is None else _plain(tree, node, ())
    except yaml.MarkedYAMLError as error:
        tree.faults.append((_place(error.problem_mark or error.context_mark), _told(error, text)))
    except yaml.YAMLError as error:
        tree.faults.append((Place(), str(error).splitlines()[0]))
    except RecursionError:
        tree.faults.append((Place(), "the file is nested too deeply"))
    return tree


def _forbidden(text: str) -> Iterator[tuple[Place, str]]:
    depth = 0
    for event in yaml.parse(text, Loader=_LOADER):
        depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
        if depth > DEEPEST:
            yield _place(event.start_mark), "the file is nested too deeply"
            return
        if isinstance(event, yaml.AliasEvent) or getattr(event, "anchor", None):
            yield _place(event.start_mark), "anchors (&) and aliases (*) are not part of the language; write it out"
        if tag := getattr(event, "tag", None):
            yield _place(event.start_mark), f"tags such as {tag} are not part of the language"


def _told(error: yaml.MarkedYAMLError, text: str) -> str:
    problem, mark = error.problem or "this is no YAML", error.problem_mark
    if "tab" in problem or (mark and text[mark.index : mark.index + 1] == "\t"):
        return "a tab cannot indent in YAML; use blanks"
    if problem.startswith("but found another document"):
        return "a second document begins here (---); one file is one sequence"
    if "mapping values are not allowed" in problem:
        return "a second ': ' in one line; put the text in quotes"
    return f"not YAML: {problem}" + (f" {error.context}" if error.context else "")


def _place_in(text: str, index: int) -> Place:
    lines = f"{text[:index]}x".splitlines()
    return Place(len(lines), len(lines[-1]))


def _unprintable(character: str) -> str:
    why = "; is the file saved as UTF-16? Save it as UTF-8" if character == "\0" else ""
    return f"the control character U+{ord(character):04X} cannot stand in a text{why}"


def _place(mark: Any) -> Place:
    return Place(mark.line + 1, mark.column + 1) if mark else Place()


def _plain(tree: Tree, node: yaml.Node, path: Path) -> Any:
    tree.places[path] = _place(node.start_mark)
    if isinstance(node, yaml.ScalarNode):
        return _scalar(node)
    if isinstance(node, yaml.SequenceNode):
        return [_plain(tree, item, (*path, number)) for number, item in enumerate(node.value)]
    return _mapping(tree, node, path)


def _mapping(tree: Tree, node: Any, path: Path) -> dict[str, Any]:
    values: dict[str, Any] = {}
    for key_node, value_node in node.value:
        if not isinstance(key_node, yaml.ScalarNode):
            tree.faults.append((_place(key_node.start_mark), "a key must be one word"))
            continue
        key = key_node.value
        if key in values:
            first = tree.keys[(*path, key)].line
            tree.faults.append((_place(key_node.start_mark), f"'{key}' is here twice; the first is in line {first}"))
            continue
        tree.keys[(*path, key)] = _place(key_node.start_mark)
        values[key] = _plain(tree, value_node, (*path, key))
    return values


def _scalar(node: yaml.ScalarNode) -> Any:
    text: str = node.value
    if node.style:  # quoted, or a block; for a plain one libyaml says "", PyYAML itself None
        return text
    if text in _CONSTANTS:
        return _CONSTANTS[text]
    if _INT.match(text):
        return int(text)
    return float(text) if _FLOAT.match(text) else text
