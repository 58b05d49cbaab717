"""The seed's steps into ours."""

from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any

from leadnurture.sequences.actions import actions
from leadnurture.sequences.file_life.identity import slug
from leadnurture.sequences.file_life.seed_form.action_words import SAYS_DESCRIPTION, read_config
from leadnurture.sequences.file_life.seed_form.conditions import read_conditions
from leadnurture.sequences.file_life.seed_form.delays import read_delay
from leadnurture.sequences.file_life.seed_form.ledger import Spot
from leadnurture.sequences.file_life.seed_form.words import camel, snake
from leadnurture.sequences.step import Step
from leadnurture.sequences.suggestions import nearest

_SEED_KEYS = (
    "stepNumber",
    "description",
    "actionType",
    "actionConfig",
    "delayDays",
    "delayHours",
    "delay",
    "conditions",
)
_SERVER_KEYS = frozenset({"_id", "createdAt", "updatedAt"})
_APART = {"action", "active", "when", "description", "delay"}
# What every step of ours has and nothing but its value has to be read, by the name that it has in a body.
_PLAIN = {"isActive": "active"} | {camel(name): name for name in Step.model_fields if name not in _APART}


@dataclass
class StepDraft:
    """One step of ours: its keys, a remark that has no key, and what its letter is to say by name."""

    keys: dict[str, Any] = field(default_factory=dict)
    remark: str | None = None
    personalization: dict[str, str] = field(default_factory=dict)


def read_steps(spot: Spot) -> list[StepDraft]:
    """Return the steps in the order of their `stepNumber`."""
    if not isinstance(spot.value, list):
        spot.fault("this must be a list […] of steps")
        return []
    parts = [spot.at(position) for position in range(len(spot.value))]
    numbered = sorted(((_number(part), part) for part in parts), key=lambda pair: pair[0])
    for (number, _), (following, part) in pairwise(numbered):
        if number == following:
            part.fault(f"two steps have the number {number}")
    taken = {
        part.value["id"] for part in parts if isinstance(part.value, dict) and isinstance(part.value.get("id"), str)
    }
    return [_step(part, position, taken) for position, (_, part) in enumerate(numbered)]


def _number(part: Spot) -> int:
    """Return where a step stands: its `stepNumber`, else its place in the list."""
    given = part.value.get("stepNumber") if isinstance(part.value, dict) else None
    if given is not None and (isinstance(given, bool) or not isinstance(given, int)):
        part.at("stepNumber").fault("a step's number is a whole number")
        given = None
    return int(part.path[-1]) + 1 if given is None else given


def _step(spot: Spot, position: int, taken: set[str]) -> StepDraft:
    ours = ("steps", position)
    spot.becomes(*ours)
    draft = StepDraft()
    parts = {str(part.path[-1]): part for part in spot.record()}
    action = _action(spot, parts)
    if action is None:
        return draft
    _read_plain(parts, draft, position)
    draft.keys = {"id": _identity(draft, position, taken)} | draft.keys | {"action": action}
    draft.keys |= read_delay(spot, parts, action)
    if "conditions" in parts and (when := read_conditions(parts["conditions"], (*ours, "when"))):
        draft.keys["when"] = when
    config = parts.get("actionConfig")
    if config is not None and action != "wait_delay":
        draft.keys |= read_config(config, action, ours)
        draft.personalization = _personalization(config)
    _place_description(parts, draft, action, position)
    first = ("id", "was", "name", *(() if action in SAYS_DESCRIPTION else ("description",)), "action")
    draft.keys = {key: draft.keys[key] for key in first if key in draft.keys} | draft.keys
    return draft


def _action(spot: Spot, parts: dict[str, Spot]) -> str | None:
    given = parts.get("actionType")
    if given is None:
        if parts:
            spot.fault("'actionType' is missing", f"one of: {', '.join(actions())}")
        return None
    name = snake(given.value) if isinstance(given.value, str) else str(given.value)
    if name in actions():
        return name
    near = nearest(name, actions())
    hint = f"did you mean '{near}'?" if near else f"one of: {', '.join(actions())}"
    given.fault(f"this version has no action '{given.value}'", hint)
    return None


def _read_plain(parts: dict[str, Spot], draft: StepDraft, position: int) -> None:
    """Take over the keys that every step has, the seed's and those that only we have."""
    for key, part in parts.items():
        if key in _PLAIN:
            draft.keys[_PLAIN[key]] = part.becomes("steps", position, _PLAIN[key])
        elif key not in _SEED_KEYS and key not in _SERVER_KEYS:
            part.unknown((*_SEED_KEYS, *_PLAIN))
    if draft.keys.get("active") is True:
        del draft.keys["active"]  # the default


def _identity(draft: StepDraft, position: int, taken: set[str]) -> Any:
    """Return the step's own id, else one from its name that no other step has."""
    if "id" in draft.keys:
        return draft.keys["id"]
    stem = slug(str(draft.keys.get("name", ""))) or f"step-{position + 1}"
    free = next(name for name in (stem, *(f"{stem[:96]}-{number}" for number in range(2, 10_000))) if name not in taken)
    taken.add(free)
    return free


def _personalization(config: Spot) -> dict[str, str]:
    """Return the texts by the names that a letter's `personalization` gives them."""
    if not isinstance(config.value, dict) or "personalization" not in config.value:
        return {}
    parts = config.at("personalization").record()
    for part in parts:
        if not isinstance(part.value, str):
            part.fault("this must be a text")
    return {str(part.path[-1]): str(part.value) for part in parts}


def _place_description(parts: dict[str, Spot], draft: StepDraft, action: str, position: int) -> None:
    """What a step is for is its description; where the action says its description to somebody, it is a remark."""
    given = parts.get("description")
    if given is None or given.value == "":
        return
    if action in SAYS_DESCRIPTION:
        draft.remark = str(given.value)
    else:
        draft.keys["description"] = given.becomes("steps", position, "description")
