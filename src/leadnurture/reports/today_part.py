"""One part of the day: how much there is of it, and what comes first."""

from dataclasses import dataclass
from typing import Any, Generic, Protocol, TypeVar

MOST = 100  # of each part: more than that, nobody does in a day


class Told(Protocol):
    """Something that scripts can read."""

    def as_json(self) -> dict[str, Any]:
        """Return the documented keys."""
        ...


Item = TypeVar("Item", bound=Told, covariant=True)  # noqa: PLC0105 - an item, whatever it is


@dataclass(frozen=True)
class Part(Generic[Item]):
    """How many there are, and the most urgent of them."""

    total: int
    items: tuple[Item, ...]

    @classmethod
    def of(cls, items: "tuple[Item, ...]") -> "Part[Item]":
        """Take all that there is."""
        return cls(len(items), items[:MOST])

    def as_json(self) -> dict[str, Any]:
        """Return the documented keys."""
        return {"total": self.total, "items": [item.as_json() for item in self.items]}
