"""`leadnurture run`: a tick every interval, and one at the moment the next step is due, until told to stop.

APScheduler is only the ticker: what is due is found by looking at the database, so a tick that was missed while the
laptop slept is made up for by the next one.
"""

import logging
from collections.abc import Callable
from datetime import datetime, timedelta

from apscheduler.schedulers.background import BackgroundScheduler

from leadnurture.engine.events import OnEvent
from leadnurture.engine.lock import StudioBusyError, locked
from leadnurture.engine.tick import TickReport, tick
from leadnurture.errors import LeadnurtureError
from leadnurture.store.backup.daily import back_up_daily
from leadnurture.studio import Studio

Say = Callable[[str], None]
_REGULAR, _EARLY = "tick", "early tick"


def serve(studio: Studio, on_event: OnEvent, say: Say) -> None:
    """Tick until `studio.stopping` is set; what is in flight then is settled first."""
    logging.getLogger("apscheduler").setLevel(logging.ERROR)
    interval = studio.config.worker.interval
    scheduler = BackgroundScheduler(
        timezone="UTC",
        executors={"default": {"type": "threadpool", "max_workers": 1}},
        job_defaults={"coalesce": True, "max_instances": 1, "misfire_grace_time": None},
    )

    def beat() -> None:
        report = _tick(studio, on_event, say)
        if (
            report is not None
            and report.next_at is not None
            and studio.now() < report.next_at < studio.now() + interval
        ):
            scheduler.add_job(beat, "date", run_date=report.next_at, id=_EARLY, replace_existing=True)

    scheduler.add_job(beat, "interval", seconds=interval.total_seconds(), id=_REGULAR, next_run_time=studio.now())
    say(f"{_stamp(studio)}  looking every {_told(interval)}; Ctrl-C stops")
    scheduler.start()
    try:
        while not studio.stopping.wait(1):
            pass
    finally:
        scheduler.shutdown(wait=True)
        say(f"{_stamp(studio)}  stopped; everything in flight is settled")


def _tick(studio: Studio, on_event: OnEvent, say: Say) -> TickReport | None:
    """Run one tick; what goes wrong is told, and the next one tries again."""
    _keep_daily(studio, say)
    try:
        with locked(studio.state, studio.now(), "leadnurture run"):
            studio.follow_restore()
            report = tick(studio.engine, on_event)
    except StudioBusyError as busy:
        say(f"{_stamp(studio)}  {busy.message}; skipped this turn")
        return None
    except LeadnurtureError as error:
        say(f"{_stamp(studio)}  error: {error.message}" + (f" → {error.hint}" if error.hint else ""))
        return None
    if report.trouble:
        say(f"{_stamp(studio)}  delivery stopped: {report.trouble}; the next turn goes on")
    if report.lookup_trouble:
        say(f"{_stamp(studio)}  the Sent folder could not be looked into: {report.lookup_trouble}; the next turn does")
    return report


def _keep_daily(studio: Studio, say: Say) -> None:
    """Make the backup of the day if it is not there; trouble with it keeps no letter back."""
    try:
        back_up_daily(studio.database.path, studio.now(), studio.config.studio.zone)
    except LeadnurtureError as error:
        say(f"{_stamp(studio)}  {error.message}")


def _stamp(studio: Studio) -> str:
    now: datetime = studio.now().astimezone(studio.config.studio.zone)
    return f"{now:%Y-%m-%d %H:%M:%S}"


def _told(interval: timedelta) -> str:
    minutes, seconds = divmod(int(interval.total_seconds()), 60)
    return f"{minutes} min" if minutes and not seconds else f"{int(interval.total_seconds())} s"
