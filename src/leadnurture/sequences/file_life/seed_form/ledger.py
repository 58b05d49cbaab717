"""What was found while a body was translated: faults with their JSON paths, and what became of each key."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from leadnurture.errors import InvalidInputError
from leadnurture.sequences.suggestions import nearest
from leadnurture.sequences.yaml_tree import Path

JsonPath = tuple[str | int, ...]


@dataclass(frozen=True)
class Fault:
    """What is wrong at a place of the body, and what would be right."""

    path: str
    message: str
    hint: str | None = None


class SeedFormError(InvalidInputError):
    """The JSON cannot become a sequence; nothing was written."""

    def __init__(self, faults: list[Fault]) -> None:
        told = "\n".join(
            f"  {fault.path}: {fault.message}" + (f" ({fault.hint})" if fault.hint else "") for fault in faults
        )
        super().__init__(
            f"the JSON cannot become a sequence; nothing was written\n{told}",
            hint="mend it there and import it again",
            detail={"problems": [vars(fault) for fault in faults]},
        )


@dataclass
class Ledger:
    """Collects, so that all faults are told at once. `origins` says which JSON path a path of ours came from."""

    faults: list[Fault] = field(default_factory=list)
    left_out: list[str] = field(default_factory=list)
    origins: dict[Path, JsonPath] = field(default_factory=dict)

    def origin(self, path: Path) -> JsonPath:
        """Return where a path of our file, or the nearest part around it, came from."""
        while path and path not in self.origins:
            path = path[:-1]
        return self.origins.get(path, ())


@dataclass(frozen=True)
class Spot:
    """A place of the body and what stands there."""

    ledger: Ledger
    path: JsonPath
    value: Any

    def at(self, key: str | int) -> "Spot":
        """Return what stands under a key (or at a position, from 0)."""
        return Spot(self.ledger, (*self.path, key), self.value[key])

    def fault(self, message: str, hint: str | None = None) -> None:
        """Note that something is wrong here."""
        self.ledger.faults.append(Fault(shown(self.path), message, hint))

    def unknown(self, known: Iterable[str]) -> None:
        """Note that nobody knows this key."""
        names = list(known)
        near = nearest(str(self.path[-1]), names)
        self.fault("unknown key", f"did you mean '{near}'?" if near else f"known here: {', '.join(names)}")

    def leave_out(self, why: str) -> None:
        """Note that this is not carried over, and why that loses nothing or what it loses."""
        self.ledger.left_out.append(f"{shown(self.path)}: {why}")

    def becomes(self, *path: str | int) -> Any:
        """Note the path of our file that this becomes, and return the value."""
        self.ledger.origins[path] = self.path
        return self.value

    def record(self) -> list["Spot"]:
        """Return what stands under each key that has a value; a value that is no object is a fault and has none."""
        if not isinstance(self.value, dict):
            self.fault("this must be an object {…}")
            return []
        return [self.at(key) for key, value in self.value.items() if value is not None]


def shown(path: JsonPath) -> str:
    """Return a path as people write it: `steps[0].actionConfig.subject`; the whole body is `$`."""
    parts = (f"[{part}]" if isinstance(part, int) else f".{part}" for part in path)
    return "".join(parts).removeprefix(".") or "$"
