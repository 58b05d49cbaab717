"""The few column types that all tables share."""

from datetime import UTC, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import DateTime, Enum
from sqlalchemy.engine import Dialect
from sqlalchemy.types import TypeDecorator


class Instant(TypeDecorator[datetime]):
    """A timezone-aware instant, stored as UTC; a naive datetime is refused rather than guessed."""

    impl = DateTime
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002
        """Turn an aware instant of any zone into naive UTC for the file."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError(f"an instant without a time zone: {value!r}")
        return value.astimezone(UTC).replace(tzinfo=None)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002
        """Give the stored instant back as aware UTC."""
        return None if value is None else value.replace(tzinfo=UTC)


def word(enumeration: type[StrEnum]) -> Any:
    """Return the column type of a closed list: stored by value, with a CHECK."""
    return Enum(
        enumeration,
        native_enum=False,
        create_constraint=True,
        length=40,
        name=f"known_{enumeration.__name__.lower()}",
        values_callable=lambda members: [member.value for member in members],
    )
