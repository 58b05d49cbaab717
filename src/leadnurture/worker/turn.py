"""One turn of a run: the tick, under the studio's lock, with what is kept about it."""

from leadnurture.engine.events import Event, OnEvent
from leadnurture.engine.lock import locked
from leadnurture.engine.tick import TickReport, tick
from leadnurture.studio import Studio
from leadnurture.worker.logbook import Logbook


def take_turn(studio: Studio, logbook: Logbook, on_event: OnEvent) -> TickReport:
    """Do what is due; raises StudioBusyError where another process does, and what the tick raises."""

    def heard(event: Event) -> None:
        logbook.event(event)
        on_event(event)

    with locked(studio.state, studio.local_now(), logbook.by):
        studio.follow_restore()
        report = tick(studio.engine, heard)
        logbook.log.sweep(studio.now(), studio.config.worker.retention_days)
        logbook.done(studio.now(), report.counts, report.trouble or report.lookup_trouble)
    return report
