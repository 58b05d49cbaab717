"""Lengths of time as people write them: `10m`, `2h`, `3d`, `1w`, `1d 12h`. Pure."""

import re
from dataclasses import dataclass
from datetime import timedelta
from typing import Annotated, Any

from pydantic import GetCoreSchemaHandler, GetJsonSchemaHandler
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema, PydanticCustomError, core_schema

_PART = re.compile(r"(\d+)\s*([mhdw])")
_WHOLE = re.compile(r"^(\d+\s*[mhdw]\s*)+$")
LONGEST_DAYS = 3660
_MOST_DIGITS = 9  # Python refuses to read numbers of thousands of digits
# What the JSON Schema says of a length of time.
_TOLD = "A length of time: minutes and hours elapse, days and weeks are days on the wall clock."
_EXAMPLES = ["10m", "2h", "3d", "1w", "1d 12h"]
_WRITTEN = {"type": "string", "pattern": r"^\s*([0-9]+\s*[mhdw]\s*)+$"}


@dataclass(frozen=True, order=True)
class Duration:
    """`days` are calendar days on the wall clock; `elapsed` is time that really passes."""

    days: int = 0
    elapsed: timedelta = timedelta()

    def __str__(self) -> str:
        minutes = int(self.elapsed.total_seconds() // 60)
        weeks, days = divmod(self.days, 7) if self.days % 7 == 0 else (0, self.days)
        hours, minutes = divmod(minutes, 60)
        parts = ((weeks, "w"), (days, "d"), (hours, "h"), (minutes, "m"))
        return " ".join(f"{count}{unit}" for count, unit in parts if count) or "0m"

    def __bool__(self) -> bool:
        return bool(self.days or self.elapsed)

    @property
    def roughly(self) -> timedelta:
        """The length as elapsed time, a day counted as 24 hours."""
        return timedelta(days=self.days) + self.elapsed

    @classmethod
    def __get_pydantic_core_schema__(cls, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        return core_schema.no_info_plain_validator_function(read_duration)

    @classmethod
    def __get_pydantic_json_schema__(cls, schema: CoreSchema, handler: GetJsonSchemaHandler) -> JsonSchemaValue:
        return {"description": _TOLD, "examples": _EXAMPLES, "anyOf": [_WRITTEN, {"const": 0}]}


def read_duration(given: object) -> Duration:
    """Read a length of time; minutes and hours elapse, days and weeks are calendar days."""
    if isinstance(given, Duration):
        return given
    if given == 0 and not isinstance(given, bool):
        return Duration()
    if not isinstance(given, str) or not _WHOLE.match(given.strip()):
        raise PydanticCustomError(
            "duration", "'{given}' is no length of time; write 10m, 2h, 3d or 1w", {"given": str(given)}
        )
    parts = _PART.findall(given)
    amounts = dict.fromkeys("mhdw", 0)
    for count, unit in parts:
        amounts[unit] += int(count[:_MOST_DIGITS])
    days, minutes = amounts["d"] + 7 * amounts["w"], amounts["m"] + 60 * amounts["h"]
    if 1440 * days + minutes > 1440 * LONGEST_DAYS or any(len(count) > _MOST_DIGITS for count, _ in parts):
        raise PydanticCustomError("duration", "'{given}' is longer than ten years", {"given": given})
    return Duration(days, timedelta(minutes=minutes))


def _not_zero(given: object) -> Duration:
    duration = read_duration(given)
    if not duration:
        raise PydanticCustomError("duration", "this must take some time, such as 2h or 3d", {})
    return duration


class _Positive:
    @classmethod
    def __get_pydantic_core_schema__(cls, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        return core_schema.no_info_plain_validator_function(_not_zero)

    @classmethod
    def __get_pydantic_json_schema__(cls, schema: CoreSchema, handler: GetJsonSchemaHandler) -> JsonSchemaValue:
        return {"description": _TOLD, "examples": _EXAMPLES} | _WRITTEN | {"allOf": [{"pattern": "[1-9]"}]}


PositiveDuration = Annotated[Duration, _Positive]


def _whole_days(given: object) -> Duration:
    duration = read_duration(given)
    if not duration or duration.elapsed:
        raise PydanticCustomError("days", "this is counted in whole days or weeks, such as 30d or 2w", {})
    return duration


class _Days:
    @classmethod
    def __get_pydantic_core_schema__(cls, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        return core_schema.no_info_plain_validator_function(_whole_days)

    @classmethod
    def __get_pydantic_json_schema__(cls, schema: CoreSchema, handler: GetJsonSchemaHandler) -> JsonSchemaValue:
        written = {"type": "string", "pattern": r"^\s*([0-9]+\s*[dw]\s*)+$", "allOf": [{"pattern": "[1-9]"}]}
        return {"description": "Whole days or weeks on the calendar.", "examples": ["30d", "2w"]} | written


WholeDays = Annotated[Duration, _Days]
