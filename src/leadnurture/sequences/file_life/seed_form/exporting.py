"""A sequence of ours in the first seed's form. What the seed has no word for keeps ours, so that nothing is lost."""

from collections.abc import Mapping
from typing import Any

from leadnurture.sequences.duration import Duration
from leadnurture.sequences.file_life.seed_form.action_words import own_keys, write_config
from leadnurture.sequences.file_life.seed_form.conditions import write_conditions
from leadnurture.sequences.file_life.seed_form.header import KNOWN, STOPS
from leadnurture.sequences.file_life.seed_form.words import camel
from leadnurture.sequences.sequence import Sequence
from leadnurture.sequences.step import Step

_TOLD_APART = frozenset({"id", "name", "description", "action", "active", "delay", "when"})


def seed_form(sequence: Sequence, values: Mapping[str, Any]) -> dict[str, Any]:
    """Return a sequence as the seed's API body; `values` are the plain values of its file."""
    known = {key: name for key, name in KNOWN.items() if name in values}
    return {
        "name": sequence.name,
        "category": sequence.category.value,
        **{key: values[name] for key, name in known.items()},
        **_enroll(values.get("enroll") or {}),
        "settings": _settings(sequence),
        **_stops(sequence),
        "isActive": sequence.active,
        "isDefault": sequence.default,
        "steps": [
            _step(number, step, given)
            for number, (step, given) in enumerate(zip(sequence.steps, values["steps"], strict=True), start=1)
        ],
    }


def _enroll(given: Mapping[str, Any]) -> dict[str, Any]:
    others = {key: value for key, value in given.items() if key != "when"}
    told = {"triggerConditions": write_conditions(given.get("when") or {})}
    return told | ({"enroll": others} if others else {})


def _settings(sequence: Sequence) -> dict[str, Any]:
    settings = sequence.settings
    pause = settings.retry_delay
    delay = {"retryDelay": str(pause)} if pause.elapsed else {"retryDelayDays": pause.days}
    plain = {camel(name): getattr(settings, name) for name in type(settings).model_fields if name != "retry_delay"}
    return plain | delay | {"stopOnConversion": "conversion" in sequence.stops}


def _stops(sequence: Sequence) -> dict[str, Any]:
    """Return `stopOn` where `stopOnConversion` alone would not say it."""
    said = set(STOPS) if "conversion" in sequence.stops else set(STOPS) - {"conversion"}
    return {} if sequence.stops == said else {"stopOn": list(sequence.stop_on)}


def _step(number: int, step: Step, given: Mapping[str, Any]) -> dict[str, Any]:
    own = own_keys(step.action)
    others = {camel(key): value for key, value in given.items() if key not in own | _TOLD_APART}
    remark = {"description": step.description} if step.description and "description" not in own else {}
    config = {key: value for key, value in given.items() if key in own}
    return {
        "stepNumber": number,
        "id": step.id,
        "name": step.label,
        **remark,
        "actionType": step.action,
        "actionConfig": write_config(step.action, step, config),
        **_delay(step.delay),
        "conditions": write_conditions(given.get("when") or {}),
        "isActive": step.active,
        **others,
    }


def _delay(delay: Duration) -> dict[str, Any]:
    """Return days and hours; what has minutes as well keeps our form."""
    minutes = int(delay.elapsed.total_seconds()) // 60
    if minutes % 60:
        return {"delay": str(delay)}
    return {"delayDays": delay.days, "delayHours": minutes // 60}
