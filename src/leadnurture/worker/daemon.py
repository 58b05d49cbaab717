"""`leadnurture run`: a tick every interval, and one at the moment the next step is due, until told to stop.

APScheduler is only the ticker: what is due is found by looking at the database, so a tick that was missed while the
laptop slept is made up for by the next one.
"""

import logging
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from threading import Lock

from apscheduler.schedulers.background import BackgroundScheduler

from leadnurture.clock import SystemClock
from leadnurture.engine.events import OnEvent
from leadnurture.engine.lock import StudioBusyError
from leadnurture.engine.tick import TickReport
from leadnurture.errors import LeadnurtureError
from leadnurture.locate import CONFIG_NAME, configuration_mark
from leadnurture.store.backup.daily import back_up_daily
from leadnurture.studio import Studio
from leadnurture.worker.clock_watch import ClockWatch
from leadnurture.worker.logbook import Logbook
from leadnurture.worker.telling import did
from leadnurture.worker.turn import take_turn

BY = "leadnurture run"
Say = Callable[[str], None]
_REGULAR, _EARLY = "tick", "early tick"
_COMPUTER = SystemClock()  # APScheduler goes by the computer's clock, whatever the studio's is


class Daemon:
    """The ticker of one open studio; `verbose` tells what each tick did.

    `clock_is_right` and `try_now` (channels that rest are tried, too) are for the first tick.
    """

    def __init__(
        self,
        studio: Studio,
        on_event: OnEvent,
        say: Say,
        interval: timedelta | None = None,
        *,
        verbose: bool = False,
        clock_is_right: bool = False,
        try_now: bool = False,
    ) -> None:
        self._studio, self._on_event, self._say = studio, on_event, say
        self._chosen, self._interval = interval, interval or studio.config.worker.interval
        self._verbose, self._clock_is_right, self._try_now = verbose, clock_is_right, try_now
        self._logbook = self._new_logbook()
        self._refused: str | None = None  # the mark of a configuration that cannot be used
        self._beating = Lock()
        self._scheduler = BackgroundScheduler(
            timezone="UTC",
            executors={"default": {"type": "threadpool", "max_workers": 1}},
            job_defaults={"coalesce": True, "max_instances": 1, "misfire_grace_time": None},
        )

    def serve(self) -> None:
        """Tick until `studio.stopping` is set; what is in flight then is settled first."""
        logging.getLogger("apscheduler").setLevel(logging.ERROR)
        watch = ClockWatch(self._studio.clock)
        seconds = self._interval.total_seconds()
        self._scheduler.add_job(self._beat, "interval", seconds=seconds, id=_REGULAR, next_run_time=_COMPUTER.now())
        self._tell(f"looking every {_told(self._interval)}; Ctrl-C stops")
        self._scheduler.start()
        try:
            while not self._studio.stopping.wait(1):
                if watch.has_jumped():  # the computer slept, or somebody set the clock
                    self._scheduler.modify_job(_REGULAR, next_run_time=_COMPUTER.now())
        finally:
            self._studio.stopping.set()
            with self._beating:  # shutting down holds locks that a beat needs to plan the next one
                self._scheduler.shutdown(wait=False)
            self._logbook.next_tick(None)
            self._tell("stopped; everything in flight is settled")

    def _beat(self) -> None:
        """Run one tick; nothing that it raises ends the daemon, and the next one tries again."""
        with self._beating:
            if not self._studio.stopping.is_set():
                report = self._attempted()
                self._logbook.tell_owner(self._studio.now())
                self._logbook.next_tick(self._planned(report))

    def _attempted(self) -> TickReport | None:
        try:
            return self._ticked()
        except StudioBusyError as busy:
            self._tell(f"{busy.message}; skipped this turn")
        except Exception as error:  # noqa: BLE001 - the next tick may do what this one could not
            self._tell_failure(error)
        return None

    def _ticked(self) -> TickReport:
        self._follow_configuration()
        if not self._clock_is_right:  # before the backup: a clock far ahead would thin out those of a year
            self._logbook.require_clock(self._studio.now())
        self._keep_daily()
        report = take_turn(self._studio, self._logbook, self._on_event, try_now=self._try_now)
        self._clock_is_right = self._try_now = False
        for line in self._told(report):
            self._say(f"{self._stamp()}  {line}")
        return report

    def _follow_configuration(self) -> None:
        """Go by the configuration as it is now, or say once that it cannot be used and go on by the one before."""
        mark = configuration_mark(self._studio.root)
        try:
            is_new = mark != self._refused and self._studio.follow_configuration()
        except LeadnurtureError as error:
            self._refused = mark
            self._tell(f"{' '.join(error.message.split())}; the configuration from before stays in use")
            return
        if is_new:
            self._refused, self._logbook = None, self._new_logbook()
            self._tell(f"{CONFIG_NAME} was changed, and is in use from now on")
            self._follow_interval()

    def _follow_interval(self) -> None:
        interval = self._chosen or self._studio.config.worker.interval
        if interval != self._interval:
            self._interval = interval
            self._scheduler.reschedule_job(_REGULAR, trigger="interval", seconds=interval.total_seconds())
            self._tell(f"looking every {_told(interval)}")

    def _new_logbook(self) -> Logbook:
        studio = self._studio
        return Logbook(studio.root, studio.config.studio.zone, BY, self._say, lambda: studio.config)

    def _told(self, report: TickReport) -> Iterator[str]:
        if report.trouble:
            zone = self._studio.config.studio.zone
            until = min((rest.until for rest in report.rests), default=None)
            again = f"at {until.astimezone(zone):%H:%M}" if until else "with the next turn"
            yield f"delivery stopped: {report.trouble}; it goes on {again}"
        if report.lookup_trouble:
            yield f"the Sent folder could not be looked into: {report.lookup_trouble}; the next turn does"
        if self._verbose:
            yield f"tick: {did(report.counts)}; {report.waiting} waiting"

    def _planned(self, report: TickReport | None) -> datetime:
        """Return when the next tick is, and see to it that it is early where a step is due before."""
        regular: datetime = self._scheduler.get_job(_REGULAR).next_run_time
        now, computer = self._studio.now(), _COMPUTER.now()
        until = regular - computer
        if report is not None and report.next_at is not None and now < report.next_at < now + until:
            until = report.next_at - now
            self._scheduler.add_job(self._beat, "date", run_date=computer + until, id=_EARLY, replace_existing=True)
        return now + until

    def _tell_failure(self, error: Exception) -> None:
        is_known = isinstance(error, LeadnurtureError)
        is_logged = self._logbook.failed(self._studio.now(), error)
        if isinstance(error, LeadnurtureError):
            told = error.message + (f" → {error.hint}" if error.hint else "")
        else:
            told = f"{type(error).__name__}: {error}; the next turn goes on"
        where = "" if is_known or not is_logged else f"; what happened is in {self._logbook.log.folder}"
        self._say(f"{self._stamp()}  error: {' '.join(told.split())}{where}")

    def _keep_daily(self) -> None:
        """Make the backup of the day if it is not there; trouble with it keeps no letter back."""
        studio = self._studio
        try:
            back_up_daily(studio.database.path, studio.now(), studio.config.studio.zone)
        except LeadnurtureError as error:
            self._tell(error.message)

    def _tell(self, text: str) -> None:
        """Say a line about the daemon itself, and log it."""
        self._say(f"{self._stamp()}  {text}")
        self._logbook.note(self._studio.now(), text)

    def _stamp(self) -> str:
        return f"{self._studio.local_now():%Y-%m-%d %H:%M:%S}"


def _told(interval: timedelta) -> str:
    minutes, seconds = divmod(int(interval.total_seconds()), 60)
    return f"{minutes} min" if minutes and not seconds else f"{int(interval.total_seconds())} s"
