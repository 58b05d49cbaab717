"""Lengths of time as the configuration reads them."""

from datetime import timedelta

from pydantic import TypeAdapter, ValidationError

from leadnurture.config import Elapsed
from leadnurture.errors import InvalidInputError


class BadLengthError(InvalidInputError):
    """No length of time that a run could be repeated after."""


def interval(text: str) -> timedelta:
    """Read `5m`, `2h`, `30s`; raises BadLengthError."""
    try:
        return TypeAdapter(Elapsed).validate_python(text)
    except ValidationError as error:
        raise BadLengthError(f"--every {text}: {error.errors()[0]['msg'].removeprefix('Value error, ')}") from None


def read_length(text: str | None) -> timedelta | None:
    """Read what an entry has written about its interval; None if it has nothing, or nothing that makes sense."""
    try:
        return interval(text) if text else None
    except BadLengthError:
        return None
