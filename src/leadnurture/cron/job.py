"""What is to be run, how often and with which environment: the same for every kind of entry."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from leadnurture.errors import InvalidInputError

SHORTEST = timedelta(seconds=10)  # between two runs
_UNITS = (("d", 86_400), ("h", 3_600), ("m", 60))


class UnwritableJobError(InvalidInputError):
    """It would run too often, or its command has a character that no entry can hold."""


@dataclass(frozen=True)
class Job:
    """One studio's regular run: `words` are the program and its arguments, the program by its absolute path.

    `by_hand` is whether the interval was chosen for this entry, and not by `worker.interval`.
    """

    studio: Path
    words: tuple[str, ...]
    environment: tuple[tuple[str, str], ...]
    every: timedelta
    by_hand: bool = False


def job_for(
    studio: Path,
    program: Sequence[str],
    environment: Sequence[tuple[str, str]],
    every: timedelta,
    *,
    by_hand: bool = False,
) -> Job:
    """Return the job that runs a studio (absolute path) once; raises UnwritableJobError."""
    if every < SHORTEST:
        raise UnwritableJobError(f"every {told(every)} is too often", hint=f"at least every {told(SHORTEST)}")
    words = (*program, "--studio", str(studio), "run", "--once")
    for text in (*words, *(part for pair in environment for part in pair)):
        _require_plain(text)
    return Job(studio, words, tuple(environment), every, by_hand)


def _require_plain(text: str) -> None:
    if any(map(_is_unwritable, text)):
        raise UnwritableJobError(
            f"{text!r} has a line break, a control character, or letters that are not UTF-8",
            hint="rename the folder, or change the variable",
        )


def _is_unwritable(sign: str) -> bool:
    number = ord(sign)
    is_no_character = 0xD800 <= number <= 0xDFFF or number & 0xFFFE == 0xFFFE  # half of a pair; what XML refuses
    return number < 32 or number == 127 or is_no_character


def told(length: timedelta) -> str:
    """Return a length of time as the configuration writes it: 30s, 5m, 2h, 1d."""
    seconds = int(length.total_seconds())
    for unit, size in _UNITS:
        if seconds and seconds % size == 0:
            return f"{seconds // size}{unit}"
    return f"{seconds}s"
