"""Ratios within one run: machines are noisy, but what disturbs one process of a pair mostly disturbs the other too."""

from collections.abc import Callable
from dataclasses import dataclass
from statistics import median

from benchmarks.processes import Cost


@dataclass(frozen=True)
class Pairs:
    """The costs of two programs, run in turn: A B A B …"""

    ours: tuple[Cost, ...]
    theirs: tuple[Cost, ...]

    @property
    def slowdowns(self) -> list[float]:
        """Our seconds in each pair, divided by theirs."""
        return [our.seconds / their.seconds for our, their in zip(self.ours, self.theirs, strict=True)]

    @property
    def speedups(self) -> list[float]:
        """Their seconds in each pair, divided by ours: our rate as a multiple of theirs."""
        return [1 / slowdown for slowdown in self.slowdowns]


def in_turn(pairs: int, ours: Callable[[], Cost], theirs: Callable[[], Cost]) -> Pairs:
    """Run both in turn, so many pairs, after one of each that does not count: it reads the files from the disk."""
    ours(), theirs()
    costs = [(ours(), theirs()) for _ in range(pairs)]
    return Pairs(tuple(our for our, _ in costs), tuple(their for _, their in costs))


def spread(numbers: list[float], form: str = ".2f") -> tuple[str, str]:
    """Return the median, and the range from the least to the greatest, as text."""
    return format(median(numbers), form), f"{min(numbers):{form}} to {max(numbers):{form}}"
