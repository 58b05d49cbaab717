"""What becomes of a step whose moment has passed: it happens all the same, or not any more. Pure."""

from typing import Annotated, Any, Literal

from pydantic import PlainValidator, WithJsonSchema
from pydantic_core import PydanticCustomError

from leadnurture.sequences.duration import Duration, read_duration

_LENGTH = {"type": "string", "pattern": r"^\s*([0-9]+\s*[mhdw]\s*)+$", "allOf": [{"pattern": "[1-9]"}]}
_SCHEMA = {
    "description": "What becomes of a late step: send it however late, skip it once its window has closed, "
    "or skip it when it is later than a length of time.",
    "examples": ["send", "skip", "2d"],
    "anyOf": [{"enum": ["send", "skip"]}, _LENGTH],
}


def _late(given: Any) -> Any:
    if isinstance(given, str) and given in {"send", "skip"}:
        return given
    try:
        length = read_duration(given)
    except PydanticCustomError:
        length = Duration()
    if not length:
        message = "'{given}' does not say what becomes of a late step; write send, skip, or how late it may be: 2h, 3d"
        raise PydanticCustomError("late", message, {"given": str(given)})
    return length


# `send`: however late. `skip`: not once the window has closed in which it was due. A length: not when later than that.
Late = Annotated[Literal["send", "skip"] | Duration, PlainValidator(_late), WithJsonSchema(_SCHEMA)]
