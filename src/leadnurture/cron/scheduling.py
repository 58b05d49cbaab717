"""Which kind of entry this computer takes, which one a studio has, and whether that is as it should be."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

from leadnurture.config import Config
from leadnurture.cron.crontab import Crontab
from leadnurture.cron.entry import Entry, Kind, Scheduler
from leadnurture.cron.job import Job, job_for
from leadnurture.cron.launchd import LaunchdAgent
from leadnurture.cron.surroundings import program_running, variables
from leadnurture.cron.systemd import SystemdTimer
from leadnurture.errors import ConflictError, LeadnurtureError, OutsideWorldError

# In the order in which they are chosen. systemd before cron: a bus that answers is sure to run, and a `crontab` may be
# there without anything that ever reads what it writes.
SCHEDULERS: tuple[Scheduler, ...] = (LaunchdAgent(), SystemdTimer(), Crontab())


class NoSchedulerError(OutsideWorldError):
    """The system has nothing that runs something regularly."""


class OtherEntryError(ConflictError):
    """The studio has an entry of another kind already."""


@dataclass(frozen=True)
class Standing:
    """A studio's entry, and what would be written now; `trouble` is why nothing could be.

    `is_on` is whether the system goes by it; None where it does not tell.
    """

    scheduler: Scheduler
    entry: Entry
    wanted: Mapping[str, str] | None
    trouble: str | None = None
    is_on: bool | None = None

    @property
    def is_up_to_date(self) -> bool:
        """Whether it is what would be written now."""
        return self.wanted is not None and dict(self.entry.texts) == dict(self.wanted)

    @property
    def missing_program(self) -> str | None:
        """The program that it calls and that is not there any more; None if it is."""
        words = self.entry.words
        return words[0] if words and not Path(words[0]).is_file() else None

    def as_json(self) -> dict[str, Any]:
        """Return the documented keys."""
        return {
            "kind": self.scheduler.kind.value,
            "texts": [{"place": place, "text": text} for place, text in self.entry.texts.items()],
            "up_to_date": self.is_up_to_date,
            "trouble": self.trouble,
            "switched_on": self.is_on,
            "program": self.entry.words[0] if self.entry.words else None,
            "program_exists": bool(self.entry.words) and self.missing_program is None,
        }


def scheduler_of(kind: Kind) -> Scheduler:
    """Return the scheduler of a kind."""
    return next(one for one in SCHEDULERS if one.kind is kind)


def usual_scheduler() -> Scheduler:
    """Return the scheduler that this system has; raises NoSchedulerError."""
    found = next((one for one in SCHEDULERS if one.is_here()), None)
    if found is None:
        raise NoSchedulerError(
            "this system has neither launchd, nor a systemd of yours that answers, nor crontab",
            hint="install cron (the package `cron` or `cronie`), or let `leadnurture run` stay open",
        )
    return found


def wanted_job(root: Path, config: Config, every: timedelta | None) -> Job:
    """Return what is to be run for a studio now: by this very program, with the environment's settings.

    Raises the errors of `surroundings` and of `job`.
    """
    length = every or config.worker.interval
    return job_for(root, program_running(), variables(config), length, by_hand=every is not None)


def standings(root: Path, config: Config, kind: Kind | None = None) -> list[Standing]:
    """Return a studio's entries, of one kind or of all: there is one, or none, if nobody wrote two.

    Raises the errors of the schedulers for the kind that is asked for; a system without one has no entry of it.
    """
    return [_standing(scheduler_of(one), entry, root, config) for one, entry in present(root, kind).items()]


def present(root: Path, kind: Kind | None = None) -> dict[Kind, Entry]:
    """Return a studio's entries by their kind; raises as `standings`."""
    asked = [one for one in SCHEDULERS if kind in {None, one.kind}]
    found = ((one.kind, _installed(one, root, needed=kind is not None)) for one in asked)
    return {one: entry for one, entry in found if entry is not None}


def _installed(scheduler: Scheduler, root: Path, *, needed: bool) -> Entry | None:
    try:
        return scheduler.installed(root)
    except OutsideWorldError:  # the tool is not there, or it is not for us
        if needed:
            raise
        return None


def _standing(scheduler: Scheduler, entry: Entry, root: Path, config: Config) -> Standing:
    try:
        wanted, trouble = scheduler.rendered(wanted_job(root, config, entry.every_by_hand)), None
    except LeadnurtureError as error:
        wanted, trouble = None, error.message
    return Standing(scheduler, entry, wanted, trouble, scheduler.is_on(root))


def place_for(root: Path, kind: Kind | None) -> tuple[Scheduler, Entry | None]:
    """Return where a studio's entry belongs, and what is there: its present kind, the given or the usual one.

    Raises OtherEntryError if another kind has one, NoSchedulerError, and the errors of the schedulers.
    """
    there = present(root)
    if others := [other for other in there if kind not in {None, other}]:
        raise OtherEntryError(
            f"this studio has an entry already: {others[0]}",
            hint=f"leadnurture cron remove --kind {others[0]}, and then install this one",
        )
    if there:
        return scheduler_of(next(iter(there))), next(iter(there.values()))
    return (usual_scheduler() if kind is None else scheduler_of(kind)), None
