"""One pass over all that is due; the daemon, `run --once`, the demo and simulations all come through here."""

from collections import Counter
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import text

from leadnurture.engine import daily_scores
from leadnurture.engine.channel_watch import ChannelWatch
from leadnurture.engine.daily_look import enroll
from leadnurture.engine.decide import decide
from leadnurture.engine.deliver import deliver
from leadnurture.engine.engine import Engine
from leadnurture.engine.events import OnEvent, ignore
from leadnurture.engine.recover import recover
from leadnurture.engine.rests import resting
from leadnurture.engine.retention import forget_lost
from leadnurture.engine.sweep import sweep
from leadnurture.engine.taken_dates import follow_capacity
from leadnurture.store import due

# Steps without a delay follow one another inside a tick; a sequence longer than this goes on with the next one.
MOST_ROUNDS = 200


@dataclass(frozen=True)
class TickReport:
    """What a tick did (counts), what still waits, and the servers' words where delivery had to stop.

    `lookup_trouble` is why the Sent folder could not be looked into for what is in doubt. `rests` are the channels that
    are left alone now.
    """

    counts: Counter[str]
    waiting: int
    next_at: datetime | None
    trouble: str | None = None
    lookup_trouble: str | None = None
    rests: tuple[due.Rest, ...] = ()


def tick(engine: Engine, on_event: OnEvent = ignore) -> TickReport:
    """Do all that is due: recover → dates → rescore → enroll → decide → deliver, until nothing is left now → sweep."""
    recovered = recover(engine, on_event)
    follow_capacity(engine, engine.clock.now())
    counts = recovered.counts + daily_scores.rescore(engine, engine.clock.now(), on_event)
    counts += enroll(engine, engine.clock.now(), on_event)
    watch = ChannelWatch()
    for _ in range(MOST_ROUNDS):
        now = engine.clock.now()
        decided = decide(engine, now, on_event)
        delivered = deliver(engine, now, on_event, watch)
        counts += decided + delivered
        if engine.stopping.is_set() or not (_moved(decided) or _moved(delivered)):
            break
    counts += sweep(engine, engine.clock.now()) + forget_lost(engine, engine.clock.now())
    return _report(engine, counts, "; ".join(watch.troubles.values()) or None, recovered.trouble)


def _moved(counts: Counter[str]) -> bool:
    return any(counts[outcome] for outcome in ("executed", "skipped", "queued", "sent", "withdrawn"))


def _report(engine: Engine, counts: Counter[str], trouble: str | None, lookup_trouble: str | None) -> TickReport:
    now = {"now": due.stored(engine.clock.now())}
    with engine.database.read() as session:
        waiting, step = session.execute(text(due.WAITING_ENROLLMENTS), now).one()
        others = [session.execute(text(query), now).scalar() for query in (due.NEXT_MESSAGE, due.NEXT_LOOK_UP)]
        rests = resting(session, engine.clock.now(), engine.configuration)
    return TickReport(counts, waiting, due.soonest((step, *others), rests), trouble, lookup_trouble, rests)
