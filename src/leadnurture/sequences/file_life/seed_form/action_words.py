"""The keys of the seed's `actionConfig`, and ours, action by action. What is not listed here is its own camelCase."""

from collections.abc import Mapping
from typing import Any

from leadnurture.sequences.actions import actions
from leadnurture.sequences.duration import read_duration
from leadnurture.sequences.file_life.seed_form.ledger import Spot
from leadnurture.sequences.file_life.seed_form.words import camel, due, snake, spoken_due, word
from leadnurture.sequences.step import Step
from leadnurture.sequences.yaml_tree import Path

# Actions whose `description` is part of what they do; a remark about the step has to go elsewhere.
SAYS_DESCRIPTION = frozenset({"create_task", "schedule_appointment"})
_RENAMED: Mapping[str, Mapping[str, str]] = {
    "create_task": {"taskName": "title", "dueDate": "due"},
    "phone_call": {"taskName": "title", "dueDate": "due"},
    "update_lead_score": {"scoreChange": "change"},
    "add_lead_tag": {"tagName": "tag"},
    "remove_lead_tag": {"tagName": "tag"},
    "change_status": {"newStatus": "status"},
}
_OWNER_ANYWAY = frozenset({"{{coach.id}}", "{{coach.name}}", "{{owner.id}}", "{{owner.name}}"})
# Keys of the seed that an action may lack, and what becomes of them then.
_NOT_YET = {"tracking": "opens and clicks are not set letter by letter"}


def read_config(spot: Spot, action: str, ours: Path) -> dict[str, Any]:
    """Return an `actionConfig` as our step's own keys, which go below the path `ours`."""
    found: dict[str, Any] = {}
    for part in spot.record():
        key = str(part.path[-1])
        name = _RENAMED.get(action, {}).get(key, snake(key))
        if _is_implied(part, action, key):
            continue
        if name not in own_keys(action):
            part.unknown(_seed_keys(action))
        elif name in found:
            part.fault(f"this says '{name}' a second time")
        else:
            found[name] = _read(part.value, action, name)
            part.becomes(*ours, name)
    return found


def write_config(action: str, step: Step, given: Mapping[str, Any]) -> dict[str, Any]:
    """Return a step's own keys, as its file gives them, in the seed's form."""
    renamed = {name: key for key, name in _RENAMED.get(action, {}).items()}
    told = {renamed.get(name, camel(name)): _told(value, name, step) for name, value in given.items()}
    if action == "create_task" and "assigned_to" not in given:
        told["assignedTo"] = "{{coach.id}}"
    return told


def own_keys(action: str) -> set[str]:
    """Return the keys that belong to an action and not to every step."""
    model = actions()[action]
    own = {field.alias or name for name, field in model.model_fields.items() if name not in Step.model_fields}
    return own | ({"description"} if action in SAYS_DESCRIPTION else set())


def _read(value: Any, action: str, name: str) -> Any:
    if name == "due":
        return due(value)
    if name == "priority" or (name == "status" and action == "change_status"):
        return word(value)
    if name == "template" and isinstance(value, str) and "." not in value.rpartition("/")[2]:
        return f"{value}.md"
    return value


def _told(value: Any, name: str, step: Step) -> Any:
    if name == "due":
        return spoken_due(read_duration(getattr(step, "due", value)))
    if name == "priority" and isinstance(value, str):
        return value.upper()
    if name == "template" and isinstance(value, str):
        return value.removesuffix(".md")
    return value


def _is_implied(part: Spot, action: str, key: str) -> bool:
    """Tell whether a key says what is so anyway, or what this version's action has no key for; the latter is noted."""
    bare = part.value.replace(" ", "") if isinstance(part.value, str) else None
    if key in _NOT_YET and key not in own_keys(action):
        part.leave_out(_NOT_YET[key])
        return True
    return (key == "relatedLead" and bare == "{{lead.id}}") or (key == "assignedTo" and bare in _OWNER_ANYWAY)


def _seed_keys(action: str) -> list[str]:
    renamed = {name: key for key, name in _RENAMED.get(action, {}).items()}
    return sorted(renamed.get(name, camel(name)) for name in own_keys(action))
