"""One turn of a run: the tick, under the studio's lock, with what is kept about it."""

from collections import Counter
from collections.abc import Mapping

from leadnurture.engine.events import Event, OnEvent
from leadnurture.engine.lock import locked
from leadnurture.engine.tick import TickReport, tick
from leadnurture.errors import BusyError
from leadnurture.studio import Studio
from leadnurture.worker.logbook import Logbook
from leadnurture.worker.telling import so_far


class BusyInMidTurnError(BusyError):
    """Another process took the database for itself when a part of the turn was done already."""

    def __init__(self, busy: BusyError, done: Mapping[str, int]) -> None:
        told = f"{busy.message}; until then: {so_far(done)}; nothing is lost, the next run goes on"
        super().__init__(told, hint=busy.hint)
        self.so_far = done


def take_turn(studio: Studio, logbook: Logbook, on_event: OnEvent, *, try_now: bool = False) -> TickReport:
    """Do what is due; with `try_now` channels that rest are tried, too.

    Raises StudioBusyError where another process is at work, BusyInMidTurnError where one came in between, and what
    the tick raises.
    """
    done: Counter[str] = Counter()

    def heard(event: Event) -> None:
        done[event.outcome] += 1
        logbook.event(event)
        on_event(event)

    with locked(studio.state, studio.local_now(), logbook.by):
        studio.follow_restore()
        if try_now:
            studio.end_rests()
        try:
            report = tick(studio.engine, heard)
        except BusyError as busy:
            if not done:
                raise
            raise BusyInMidTurnError(busy, done) from busy
        logbook.log.sweep(studio.now(), studio.config.worker.retention_days)
        logbook.done(studio.now(), report.counts, report.trouble or report.lookup_trouble)
    return report
