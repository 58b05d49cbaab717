"""Lengths of time as the configuration reads them."""

from datetime import timedelta

from pydantic import TypeAdapter, ValidationError

from leadnurture.config import Interval
from leadnurture.errors import InvalidInputError


class BadLengthError(InvalidInputError):
    """No length of time that a run could be repeated after."""


def interval(text: str, option: str) -> timedelta:
    """Read `5m`, `2h`, `30s`, as it was typed for an option; raises BadLengthError."""
    try:
        return _read(text)
    except ValidationError as error:
        raise BadLengthError(f"{option} {text}: {error.errors()[0]['msg'].removeprefix('Value error, ')}") from None


def read_length(text: str | None) -> timedelta | None:
    """Read what an entry has written about its interval; None if it has nothing, or nothing that makes sense."""
    try:
        return _read(text) if text else None
    except ValidationError:
        return None


def _read(text: str) -> timedelta:
    return TypeAdapter(Interval).validate_python(text)
