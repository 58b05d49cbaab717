"""What the keys of a sequence file say, in words, and which of them differ between two versions. Pure."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from pydantic import BaseModel

from leadnurture.reports.sequence_words import condition_words, duration_words, window_words
from leadnurture.sequences.condition import Condition
from leadnurture.sequences.duration import Duration
from leadnurture.sequences.sequence import Header, Sequence
from leadnurture.sequences.step import Step
from leadnurture.sequences.window import Window

_PARTS = ("enroll", "settings")  # their keys are told one by one


@dataclass(frozen=True)
class KeyChange:
    """A key whose value is another one; None where it is not given."""

    key: str
    old: str | None
    new: str | None


def header_changes(old: Sequence, new: Sequence) -> tuple[KeyChange, ...]:
    """Return the keys above the steps that differ."""
    return _changes(_header(old), _header(new))


def step_changes(old: Step, new: Step, *, without: frozenset[str]) -> tuple[KeyChange, ...]:
    """Return the keys of a step that differ, its id and those named in `without` left out."""
    apart = without | {"id", "was"}
    return _changes(*({key: value for key, value in _given(step).items() if key not in apart} for step in (old, new)))


def _header(sequence: Sequence) -> dict[str, Any]:
    given = {name: getattr(sequence, name) for name in Header.model_fields}
    parts = {f"{part}.{key}": value for part in _PARTS for key, value in _given(given.pop(part)).items()}
    return given | parts


def _given(model: BaseModel) -> dict[str, Any]:
    """Return a model's keys as they stand in the file."""
    return {field.alias or name: getattr(model, name) for name, field in type(model).model_fields.items()}


def _changes(old: Mapping[str, Any], new: Mapping[str, Any]) -> tuple[KeyChange, ...]:
    """Return what differs; a list without entries is as one that is not given."""
    keys = (key for key in dict.fromkeys((*old, *new)) if old.get(key) != new.get(key))
    changes = (KeyChange(key, value_words(old.get(key)), value_words(new.get(key))) for key in keys)
    return tuple(change for change in changes if change.old is not None or change.new is not None)


def value_words(value: Any) -> str | None:
    """Return a value in words; None for one that is not given."""
    for kind, told in _WORDS.items():
        if isinstance(value, kind):
            return told(value)
    return None if value is None else str(value)


def _several(values: Any) -> str | None:
    return ", ".join(value_words(value) or "" for value in values) or None


def _model(model: Any) -> str:
    return ", ".join(f"{key} {value_words(value)}" for key, value in _given(model).items() if value is not None)


def _record(given: Any) -> str | None:
    return ", ".join(f"{key} {value_words(value)}" for key, value in given.items()) or None


_WORDS: Mapping[type | tuple[type, ...], Callable[[Any], str | None]] = {
    bool: lambda given: "yes" if given else "no",
    StrEnum: lambda word: word.value.replace("_", " "),
    Duration: duration_words,
    Window: window_words,
    Condition: condition_words,
    BaseModel: _model,
    (list, tuple): _several,
    dict: _record,
}
