"""What is written for a studio, and what every kind of entry can do."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from pathlib import Path
from typing import Protocol

from leadnurture.cron.job import Job
from leadnurture.errors import ConfigurationError


class Kind(StrEnum):
    """The three ways in which computers run something regularly."""

    CRONTAB = "crontab"
    SYSTEMD = "systemd"
    LAUNCHD = "launchd"


class BrokenEntryError(ConfigurationError):
    """What is written is not what we write, so that we cannot change it without harm."""


@dataclass(frozen=True)
class Entry:
    """What is written for one studio: texts by their place, the command, and the interval if it was chosen by hand."""

    texts: Mapping[str, str]
    words: tuple[str, ...]
    every_by_hand: timedelta | None


class Scheduler(Protocol):
    """One kind of entry, on this computer."""

    kind: Kind
    advice: str  # what else has to be so that it runs

    def is_here(self) -> bool:
        """Tell whether the system has it and it answers."""
        ...

    def rendered(self, job: Job) -> Mapping[str, str]:
        """Return what would be written, by its place; raises InvalidInputError for what it cannot express."""
        ...

    def installed(self, studio: Path) -> Entry | None:
        """Return what is written for a studio; raises the errors of `tools`, and BrokenEntryError."""
        ...

    def is_on(self, studio: Path) -> bool | None:
        """Tell whether the system goes by what is written for a studio; None where it does not answer."""
        ...

    def install(self, job: Job) -> None:
        """Write the entry in the place of the studio's old one, if there was one."""
        ...

    def remove(self, studio: Path) -> None:
        """Take the studio's entry out, and nothing else."""
        ...
