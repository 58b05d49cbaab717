"""Everything of the seed's body but its steps, into ours."""

from typing import Any

from leadnurture.sequences.file_life.seed_form.conditions import read_conditions
from leadnurture.sequences.file_life.seed_form.ledger import Spot
from leadnurture.sequences.file_life.seed_form.words import camel, length, snake, word
from leadnurture.sequences.sequence import Enroll, Header, Settings

STOPS: list[str] = list(Header.model_fields["stop_on"].default)
_SERVER_KEYS = frozenset({"_id", "coachId", "stats", "totalSteps", "createdAt", "updatedAt"})
_RENAMED = {"isActive": "active", "isDefault": "default"}
_APART = {"enroll", "settings", "stop_on", *_RENAMED.values()}
KNOWN: dict[str, str] = _RENAMED | {camel(name): name for name in Header.model_fields if name not in _APART}
_ELSEWHERE = ("steps", "triggerConditions", "settings", "assignedFunnels", "enroll", "stopOn")
_SETTINGS = {"maxRetries": "max_retries", "allowManualAdvance": "allow_manual_advance", "retryDelay": "retry_delay"}


def read_header(body: Spot) -> dict[str, Any]:
    """Return the keys of our file, in the order in which a person would write them."""
    parts = {str(part.path[-1]): part for part in body.record()}
    found: dict[str, Any] = {}
    for key, part in parts.items():
        if key in KNOWN:
            name = KNOWN[key]
            found[name] = word(part.becomes(name)) if name in {"category", "type", "purpose"} else part.becomes(name)
        elif key not in (*_ELSEWHERE, *_SERVER_KEYS):
            part.unknown((*KNOWN, *_ELSEWHERE))
    if parts.get("assignedFunnels") and parts["assignedFunnels"].value:
        parts["assignedFunnels"].fault("a funnel is no part of a sequence file", "take it out here")
    found["enroll"] = _enroll(parts)
    settings, stops = _settings(parts)
    found |= {"stop_on": _stops(parts, stops=stops), "settings": settings}
    order = list(Header.model_fields)
    return {name: found[name] for name in sorted(found, key=order.index) if found[name] not in ({}, None)}


def _enroll(parts: dict[str, Spot]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    if "triggerConditions" in parts:
        spot = parts["triggerConditions"]
        spot.becomes("enroll", "when")
        if when := read_conditions(spot, ("enroll", "when")):
            found["when"] = when
    known = [name for name in Enroll.model_fields if name != "when"]
    for part in parts["enroll"].record() if "enroll" in parts else ():
        key = str(part.path[-1])
        if key in known:
            found[key] = part.becomes("enroll", key)
        else:
            part.unknown(known)
    return found


def _settings(parts: dict[str, Spot]) -> tuple[dict[str, Any], bool]:
    """Return our settings, and whether a booking ends the sequence."""
    found: dict[str, Any] = {}
    stops = True
    for part in parts["settings"].record() if "settings" in parts else ():
        key = str(part.path[-1])
        if key == "stopOnConversion":
            stops = _truth(part)
        elif key == "retryDelayDays":
            found["retry_delay"] = _days(part)
        elif key in _SETTINGS:
            found[_SETTINGS[key]] = part.becomes("settings", _SETTINGS[key])
        elif snake(key) in Settings.model_fields:
            found[snake(key)] = part.becomes("settings", snake(key))
        else:
            part.unknown((*_SETTINGS, "retryDelayDays", "stopOnConversion"))
    return found, stops


def _truth(part: Spot) -> bool:
    if not isinstance(part.value, bool):
        part.fault("this must be true or false")
    return bool(part.value)


def _days(part: Spot) -> str | None:
    given = part.becomes("settings", "retry_delay")
    numeric = isinstance(given, int | float) and not isinstance(given, bool)
    found = length(given, 0) if numeric else None
    if not found:
        part.fault("this must be a number of days above 0")
    return str(found) if found else None


def _stops(parts: dict[str, Spot], *, stops: bool) -> list[str] | None:
    """Return what ends the sequence; None for what ends every sequence unless its file says otherwise."""
    given = parts.get("stopOn")
    if given is None:
        return None if stops else [word for word in STOPS if word != "conversion"]
    listed = given.becomes("stop_on")
    if isinstance(listed, list) and ("conversion" in listed) != stops and "settings" in parts:
        given.fault("this and settings.stopOnConversion contradict each other")
    return listed if isinstance(listed, list) else [listed]
