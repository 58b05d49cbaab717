"""`run --once`: do what is due and end. An idle one loads nothing but the standard library."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from leadnurture.clock import Clock
from leadnurture.errors import LeadnurtureError
from leadnurture.locate import CONFIG_NAME, DATABASE_NAME, configuration_mark
from leadnurture.retention import cutoff
from leadnurture.store.backup.daily import back_up_daily
from leadnurture.store.due import Rest, look
from leadnurture.worker.alarm import Result
from leadnurture.worker.log_file import Say
from leadnurture.worker.logbook import Logbook
from leadnurture.worker.telling import did
from leadnurture.worker.written import written_retention, written_zone

if TYPE_CHECKING:
    from leadnurture.config import Config
    from leadnurture.engine.events import OnEvent
    from leadnurture.studio import Studio

BY = "leadnurture run --once"


@dataclass(frozen=True)
class Outcome:
    """What a run did (counts), what waits, when (UTC) the next is due, and the words of servers that stopped it."""

    counts: Mapping[str, int]
    waiting: int
    next_at: datetime | None
    trouble: str | None = None
    lookup_trouble: str | None = None
    rests: tuple[Rest, ...] = ()


class BrokeOffError(LeadnurtureError):
    """A run ended by a fault that nobody foresaw; the log has its traceback."""


def run_once(
    root: Path,
    clock: Clock,
    prepared: "Callable[[Studio], OnEvent]",
    say: Say,
    *,
    clock_is_right: bool = False,
    try_now: bool = False,
) -> Outcome:
    """Do what is due; `prepared` is called before, if anything is due. `try_now`: channels that rest are tried, too.

    Raises ClockJumpedError, StudioBusyError, BrokeOffError and what the studio's files raise; each of them but
    StudioBusyError counts as a run that failed.
    """
    logbook = Logbook(root, written_zone(root), BY, say, lambda: _config(root))
    run = _Run(root, clock, prepared, say, logbook, clock_is_right, try_now)
    try:
        done = run.done()
    except Exception as error:
        raise run.noted(error) from error
    logbook.tell_owner(clock.now())
    return done


@dataclass(frozen=True)
class _Run:
    root: Path
    clock: Clock
    prepared: "Callable[[Studio], OnEvent]"
    say: Say
    logbook: Logbook
    clock_is_right: bool
    try_now: bool

    def done(self) -> Outcome:
        """Do what is due."""
        now, database = self.clock.now(), self.root / DATABASE_NAME
        if not self.clock_is_right:  # before the backup: a clock far ahead would thin out those of a year
            self.logbook.require_clock(now)
        self._keep_daily(database, now)
        days = written_retention(self.root)
        before = cutoff(now, written_zone(self.root), days) if days is not None else None
        outlook = None if self.try_now else look(database, now, configuration_mark(self.root), before)
        if outlook is None or outlook.work:
            return self._worked()
        if days is not None:
            self.logbook.sweep_daily(now, days)
        self.logbook.done(now, Result(rests=bool(outlook.rests)))
        return Outcome({}, outlook.waiting, outlook.next_at, rests=outlook.rests)

    def _worked(self) -> Outcome:
        from leadnurture.studio import Studio  # noqa: PLC0415 - only where there is work
        from leadnurture.worker.turn import take_turn  # noqa: PLC0415

        with Studio.open(self.root, self.clock) as studio:
            on_event = self.prepared(studio)
            self.logbook.note(self.clock.now(), "starts")
            report = take_turn(studio, self.logbook, on_event, try_now=self.try_now)
            self.logbook.note(self.clock.now(), f"ends: {did(report.counts)}; {report.waiting} waiting")
        troubles = report.trouble, report.lookup_trouble
        return Outcome(report.counts, report.waiting, report.next_at, *troubles, report.rests)

    def noted(self, error: Exception) -> Exception:
        """Note a run that failed, tell the owner if it is one of many, and return what is to be raised."""
        from leadnurture.engine.lock import StudioBusyError  # noqa: PLC0415

        if isinstance(error, StudioBusyError):  # whoever is at work keeps the logbook
            return error
        is_logged = self.logbook.failed(self.clock.now(), error)
        self.logbook.tell_owner(self.clock.now())
        if isinstance(error, LeadnurtureError | OSError) or not is_logged:
            return error
        return BrokeOffError(
            f"the run broke off with an unexpected {type(error).__name__}; whatever was done is written down",
            hint=f"the next run goes on; what happened is in {self.logbook.log.folder}",
        )

    def _keep_daily(self, database: Path, now: datetime) -> None:
        """Make the backup of the day if it is not there; trouble with it keeps no letter back."""
        try:
            back_up_daily(database, now, written_zone(self.root))
        except LeadnurtureError as error:
            self.say(error.message)


def _config(root: Path) -> "Config":
    from leadnurture.config import load_config  # noqa: PLC0415

    return load_config(root / CONFIG_NAME)
