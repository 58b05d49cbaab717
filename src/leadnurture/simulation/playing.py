"""Playing: the clock jumps from one moment at which something is due to the next, and the engine ticks at each."""

from collections.abc import Callable, Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from leadnurture.engine.schedule import after, day_after
from leadnurture.engine.tick import tick
from leadnurture.sequences.duration import Duration
from leadnurture.simulation.happenings import Happening
from leadnurture.simulation.recording import Recorder
from leadnurture.simulation.stage import Stage
from leadnurture.store.tables.lead import Lead

OnMoment = Callable[[datetime], None]


def end_of(start: datetime, days: int, zone: ZoneInfo) -> datetime:
    """Return the instant (UTC) so many days on the zone's wall clock after `start`."""
    return after(start, Duration(days=days), zone)


def play(
    stage: Stage,
    recorder: Recorder,
    end: datetime,
    on_moment: OnMoment,
    lead_id: int = 0,
    happenings: Sequence[Happening] = (),
) -> None:
    """Play from where the clock stands to `end`; the happenings, in any order, are things that `lead_id` does."""
    zone = stage.engine.config.studio.zone
    start = stage.clock.now()
    calendar = sorted(((after(start, one.delay, zone), one) for one in happenings), key=lambda dated: dated[0])
    moment: datetime | None = start
    while moment is not None and moment <= end:
        stage.clock.set(moment)
        on_moment(moment)
        while calendar and calendar[0][0] <= moment:
            _happen(stage, recorder, lead_id, calendar.pop(0)[1])
        report = tick(stage.engine, recorder.take)
        recorder.close(moment)
        # Some conditions become true because a day has gone by: the engine looks as each begins.
        coming = [report.next_at, day_after(moment, zone), calendar[0][0] if calendar else None]
        moment = min(at for at in coming if at is not None)


def _happen(stage: Stage, recorder: Recorder, lead_id: int, happening: Happening) -> None:
    with stage.engine.change() as change:
        happening.act(change, change.session.get_one(Lead, lead_id))
    recorder.note(stage.clock.now(), lead_id, happening)
