"""The hours and days at which a step may happen."""

import re
from datetime import time
from enum import IntEnum
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, GetJsonSchemaHandler, WithJsonSchema, model_validator
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema, PydanticCustomError

from leadnurture.hours import Hours
from leadnurture.sequences.base import ONE_OR_MORE, LanguageModel

_DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")


class Weekday(IntEnum):
    """A day of the week, numbered as `date.weekday()` does."""

    MON, TUE, WED, THU, FRI, SAT, SUN = range(7)


def _weekday(given: Any) -> Any:
    word = str(given).lower()
    meant = next((number for number, day in enumerate(_DAYS) if len(word) > 2 and day.startswith(word)), None)
    if meant is None:
        raise PydanticCustomError(
            "weekday", "'{given}' is no day; write mon, tue, wed, thu, fri, sat or sun", {"given": str(given)}
        )
    return Weekday(meant)


def _clock_time(given: Any) -> Any:
    found = re.fullmatch(r"(\d{1,2}):(\d{2})", given) if isinstance(given, str) else None
    if not found or int(found[1]) > 23 or int(found[2]) > 59:
        raise PydanticCustomError(
            "clock_time", "'{given}' is no time of day; write it like \"09:00\"", {"given": str(given)}
        )
    return time(int(found[1]), int(found[2]))


def _optional_time(given: Any) -> Any:
    return given if given is None else _clock_time(given)


_CLOCK_SCHEMA = {"type": "string", "pattern": r"^([01]?[0-9]|2[0-3]):[0-5][0-9]$", "examples": ["09:00", "17:30"]}
_DAY_SCHEMA = {"enum": [*(day[:3] for day in _DAYS), *_DAYS]}
ClockTime = Annotated[time | None, BeforeValidator(_optional_time), WithJsonSchema(_CLOCK_SCHEMA)]
Day = Annotated[Weekday, BeforeValidator(_weekday), WithJsonSchema(_DAY_SCHEMA)]
EVENING = time(20)


class Window(LanguageModel):
    """Open from `at` until `until` on its days, by the clock of the lead's zone; holidays are the studio's country's.

    Without `at` it is open all day. `until` is 20:00 unless said otherwise: a laptop opened at midnight sends in the
    morning.
    """

    at: ClockTime = None
    until: ClockTime = None
    days: Annotated[frozenset[Day], Field(min_length=1), ONE_OR_MORE] = frozenset(Weekday)
    holidays: Literal["skip", "any"] = "any"

    @model_validator(mode="after")
    def _opens_before_it_closes(self) -> "Window":
        if self.until is not None and self.until <= self.opens:
            raise PydanticCustomError("window", "'until' must be later than 'at' on the same day", {})
        return self

    @property
    def opens(self) -> time:
        """The time of day from which it is open."""
        return self.at or time(0)

    @property
    def closes(self) -> time | None:
        """The time of day at which it closes; None is midnight."""
        if self.until is not None or self.at is None:
            return self.until
        return EVENING if self.at < EVENING else None

    def within(self, hours: Hours) -> "Window | None":
        """Return when both this window and the hours are open; None if they never are."""
        opens, closes = max(self.opens, hours.opens), min(self.closes or hours.closes, hours.closes)
        return self.model_copy(update={"at": opens, "until": closes}) if opens < closes else None


ANY_TIME = Window()


def _any(given: Any) -> Any:
    return ANY_TIME if given == "any" else given


class _AnyWord:
    """Tells the JSON Schema that the word `any` may stand for a window."""

    @classmethod
    def __get_pydantic_json_schema__(cls, schema: CoreSchema, handler: GetJsonSchemaHandler) -> JsonSchemaValue:
        return {"anyOf": [{"const": "any"}, handler(schema)]}


WindowOrAny = Annotated[Window, BeforeValidator(_any), _AnyWord]
