"""How long the seed's steps wait: `delayDays` and `delayHours`, and what a `wait_delay` is configured to wait."""

from collections.abc import Mapping
from typing import Any

from leadnurture.sequences.duration import Duration, read_duration
from leadnurture.sequences.file_life.seed_form.ledger import Spot
from leadnurture.sequences.file_life.seed_form.words import length

_DAYS = ("days", "delayDays")
_HOURS = ("hours", "delayHours")
_WAITS = ("delay", *_DAYS, *_HOURS, "minutes")


def read_delay(spot: Spot, parts: Mapping[str, Spot], action: str) -> dict[str, Any]:
    """Return a step's `delay`, if its keys give one; a wait lasts as long as delay and configuration say together."""
    if "delay" in parts:
        given: Any = parts["delay"].value
        if {"delayDays", "delayHours"} & set(parts):
            parts["delay"].fault("say either 'delay' or 'delayDays' and 'delayHours'")
    else:
        given = _sum(spot, parts, ("delayDays",), ("delayHours",))
    if action == "wait_delay" and "actionConfig" in parts:
        given = _together(parts["actionConfig"], given, _wait(parts["actionConfig"]))
    return {"delay": given} if given is not None else {}


def _wait(config: Spot) -> Any:
    parts = {str(part.path[-1]): part for part in config.record()}
    for key, part in parts.items():
        if key not in _WAITS:
            part.unknown(_WAITS)
    if "delay" in parts and isinstance(parts["delay"].value, str):
        return parts["delay"].value
    return _sum(config, parts, ("delay", *_DAYS), _HOURS, ("minutes",))


def _sum(
    spot: Spot, parts: Mapping[str, Spot], days: tuple[str, ...], hours: tuple[str, ...], minutes: tuple[str, ...] = ()
) -> str | None:
    """Return the length that numbers under these keys add up to; None for nothing."""
    for part in (parts[key] for key in (*days, *hours, *minutes) if key in parts):
        if isinstance(part.value, bool) or not isinstance(part.value, int | float):
            part.fault("this must be a number")
            return None
    amounts = [sum(parts[key].value for key in keys if key in parts) for keys in (days, hours, minutes)]
    found = length(*amounts)
    if found is None:
        spot.fault("a delay is not negative and has whole minutes")
    return str(found) if found else None


def _together(config: Spot, before: Any, after: Any) -> Any:
    if before is None or after is None:
        return before if after is None else after
    try:
        first, second = read_duration(before), read_duration(after)
    except ValueError as error:
        config.fault(str(error))
        return None
    return str(Duration(first.days + second.days, first.elapsed + second.elapsed))
