"""One turn of a run: the tick, under the studio's lock, with what is kept about it."""

from leadnurture.engine.events import Event, OnEvent
from leadnurture.engine.lock import locked
from leadnurture.engine.tick import TickReport, tick
from leadnurture.studio import Studio
from leadnurture.worker.logbook import Logbook


def take_turn(studio: Studio, logbook: Logbook, on_event: OnEvent, *, try_now: bool = False) -> TickReport:
    """Do what is due; with `try_now` channels that rest are tried, too.

    Raises StudioBusyError where another process is at work, and what the tick raises.
    """

    def heard(event: Event) -> None:
        logbook.event(event)
        on_event(event)

    with locked(studio.state, studio.local_now(), logbook.by):
        studio.follow_restore()
        if try_now:
            studio.end_rests()
        report = tick(studio.engine, heard)
        logbook.log.sweep(studio.now(), studio.config.worker.retention_days)
        logbook.done(studio.now(), report.counts, report.trouble or report.lookup_trouble)
    return report
