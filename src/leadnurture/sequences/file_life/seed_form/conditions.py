"""The seed's conditions (`leadScore`, `leadStatus` …) and ours. Clauses that only we have keep their names."""

from collections.abc import Callable, Mapping
from typing import Any

from leadnurture.sequences.condition import Condition
from leadnurture.sequences.file_life.seed_form.ledger import Spot
from leadnurture.sequences.file_life.seed_form.words import source, spoken, spoken_source, word
from leadnurture.sequences.yaml_tree import Path

# The seed's key: our clause, and how each of its words is read and told.
_LISTS: Mapping[str, tuple[str, Callable[[Any], Any], Callable[[Any], Any]]] = {
    "leadSource": ("source", source, spoken_source),
    "leadStatus": ("status", word, spoken),
    "leadTemperature": ("temperature", word, spoken),
}
_SCORE = "leadScore"


def read_conditions(spot: Spot, ours: Path) -> dict[str, Any]:
    """Return the seed's conditions as our clauses, which go to the path `ours`; empty lists ask nothing."""
    found: dict[str, Any] = {}
    for part in spot.record():
        key = str(part.path[-1])
        clause, value = _clause(part, key)
        if clause is None:
            part.unknown((_SCORE, *_LISTS, *_clauses()))
        elif clause in found:
            part.fault(f"this says '{clause}' a second time")
        elif value not in ([], {}, None):
            found[clause] = value
            part.becomes(*ours, clause)
    return found


def write_conditions(clauses: Mapping[str, Any]) -> dict[str, Any]:
    """Return our clauses in the seed's form."""
    told: dict[str, Any] = {}
    spoken_keys = {clause: (key, tell) for key, (clause, _, tell) in _LISTS.items()}
    for clause, value in clauses.items():
        if clause in spoken_keys:
            key, tell = spoken_keys[clause]
            told[key] = [tell(one) for one in (value if isinstance(value, list) else [value])]
        else:
            told[_SCORE if clause == "score" else clause] = value
    return told


def _clause(part: Spot, key: str) -> tuple[str | None, Any]:
    if key == _SCORE:
        return "score", part.value
    if key in _LISTS:
        clause, read, _ = _LISTS[key]
        given = part.value if isinstance(part.value, list) else [part.value]
        return clause, [read(one) for one in given if one is not None]
    return (key if key in _clauses() else None), part.value


def _clauses() -> list[str]:
    return [field.alias or name for name, field in Condition.model_fields.items()]
