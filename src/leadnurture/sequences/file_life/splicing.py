"""Setting one key of a file by the marks of its YAML: every other byte, comments and layout included, stays. Pure."""

from dataclasses import dataclass
from typing import Any

import yaml
from pydantic import TypeAdapter, ValidationError

from leadnurture.errors import InvalidInputError
from leadnurture.sequences.file_life.written import flag, scalar
from leadnurture.sequences.yaml_tree import read_tree

_LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_TRUTH = TypeAdapter(bool)
_BLOCK_STYLES = frozenset({"|", ">"})


class NotEditableError(InvalidInputError):
    """The file cannot be changed in place; a person has to."""

    def __init__(self, why: str) -> None:
        super().__init__(f"the file cannot be changed in place: {why}", hint="change it in your editor")


@dataclass(frozen=True)
class _Entry:
    """A key's value: its span in the text, its style, and whether it stands in a `{…}`."""

    start: int
    end: int
    style: str | None
    flow: bool


def top_level(text: str) -> dict[str, Any]:
    """Return the plain values of a file's keys; raises NotEditableError if it is no YAML of ours."""
    tree = read_tree(text)
    if tree.faults:
        place, why = tree.faults[0]
        raise NotEditableError(f"line {place.line}: {why}")
    if not isinstance(tree.values, dict):
        raise NotEditableError("it is no list of keys such as 'name:' and 'steps:'")
    return tree.values


def with_value(text: str, key: str, value: str | bool, *, after: tuple[str, ...] = ()) -> str:
    """Return the text with a top-level key set: replaced where it stands, else added behind the first of `after`.

    Raises NotEditableError where the file is laid out so that this would change anything else.
    """
    values = top_level(text)
    root: Any = yaml.compose(text, Loader=_LOADER)
    spliced = _replaced(text, root, key, value) if key in values else _added(text, root, key, value, after)
    found = read_tree(spliced).values or {}
    if found != values | {key: found.get(key)} or not _means(found.get(key), value):
        raise NotEditableError(f"'{key}' stands in a layout that I do not understand")
    return spliced


def read_flag(given: object) -> bool | None:
    """Return the truth that the language reads in a value (`yes`, `off`, 1 …); None if there is none in it."""
    try:
        return _TRUTH.validate_python(given)
    except ValidationError:
        return None


def _means(found: object, wanted: str | bool) -> bool:
    return read_flag(found) is wanted if isinstance(wanted, bool) else found == wanted


def _replaced(text: str, root: Any, key: str, value: str | bool) -> str:
    entry = _entry(root, key)
    assert entry is not None
    raw = text[entry.start : entry.end]
    if entry.style in _BLOCK_STYLES:
        raw = raw.rstrip()  # its mark lies behind the line ends
    new = flag(value, like=raw) if isinstance(value, bool) else scalar(value, flow=entry.flow)
    return f"{text[: entry.start]}{new}{text[entry.start + len(raw) :]}"


def _added(text: str, root: Any, key: str, value: str | bool, after: tuple[str, ...]) -> str:
    entry = next((found for name in after if (found := _entry(root, name))), None)
    if entry is None:
        raise NotEditableError(f"it has neither '{key}' nor {' nor '.join(map(repr, after))}")
    new = f"{key}: {flag(value) if isinstance(value, bool) else scalar(value, flow=entry.flow)}"
    if entry.flow:
        return f"{text[: entry.end]}, {new}{text[entry.end :]}"
    line_end = "\r\n" if "\r\n" in text else "\n"
    where = entry.end if entry.style in _BLOCK_STYLES else _line_after(text, entry.end)
    new = f"{' ' * root.start_mark.column}{new}"
    above = text[:where]
    if above.endswith(("\n", "\r")):
        return above + new + line_end + text[where:]
    return above + line_end + new  # the last line has no end, and gets none


def _entry(root: Any, key: str) -> _Entry | None:
    for key_node, node in root.value:
        if key_node.value == key:
            flow = bool(root.flow_style)
            return _Entry(node.start_mark.index, node.end_mark.index, getattr(node, "style", None), flow)
    return None


def _line_after(text: str, position: int) -> int:
    end = text.find("\n", position)
    return len(text) if end < 0 else end + 1
