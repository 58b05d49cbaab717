"""Delivering: intent before act.

For each message: the server takes sender and recipients → commit `in_doubt` → the content → commit what came of it. The
lanes talk to the server at the same time; this coordinator alone writes, and commits in one transaction whatever the
lanes have reported by then.
"""

from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import datetime
from queue import Empty, SimpleQueue

from sqlalchemy import JSON, bindparam, select, text, update
from sqlmodel import col

from leadnurture.channels.mail.message import FrozenMessage
from leadnurture.channels.transport import Verdict
from leadnurture.clock import monotonic
from leadnurture.engine import rests
from leadnurture.engine.channel_watch import ChannelWatch, Findings
from leadnurture.engine.engine import Engine
from leadnurture.engine.events import Event, OnEvent
from leadnurture.engine.lanes import Job, Lane, Ready, Report, Settled
from leadnurture.engine.late import keep_time
from leadnurture.engine.settle import settle
from leadnurture.errors import BusyError
from leadnurture.store.due import DUE_MESSAGES, INTEND, moment, stored
from leadnurture.store.tables.outbox import OutboxMessage
from leadnurture.store.vocabulary import OutboxState

PAGE = 100  # messages held in memory at a time
MOST_ATTEMPTS = 30  # each waits for the file as long as SQLite's busy timeout
TOGETHER = 0.002  # seconds: a commit costs about as much, so it pays to wait that long for the other lanes

# Put together once: that takes longer than SQLite needs for the answer.
_INTEND = text(INTEND).bindparams(bindparam("refused", type_=JSON()))
# They were certainly not taken, so nobody is to look for them.
_KEEP = (
    update(OutboxMessage)
    .where(
        col(OutboxMessage.id).in_(bindparam("ids", expanding=True)), col(OutboxMessage.state) == OutboxState.IN_DOUBT
    )
    .values(state=OutboxState.QUEUED, in_doubt_at=None)
)
_PAGE = (
    select(
        col(OutboxMessage.id),
        col(OutboxMessage.message_id),
        col(OutboxMessage.sender),
        col(OutboxMessage.recipients),
        col(OutboxMessage.content),
        col(OutboxMessage.needs_smtputf8),
        col(OutboxMessage.copies),
        col(OutboxMessage.channel),
        col(OutboxMessage.subject),
    )
    .where(col(OutboxMessage.id).in_(bindparam("ids", expanding=True)))
    .where(col(OutboxMessage.channel).not_in(bindparam("resting", expanding=True)))
    .order_by(col(OutboxMessage.due_at), col(OutboxMessage.id))
)


def deliver(engine: Engine, now: datetime, on_event: OnEvent, watch: ChannelWatch) -> Counter[str]:
    """Deliver every message that is due at `now`; return how many came to which outcome.

    Channels whose server is in trouble, as this tick's `watch` knows it, take no further part.
    """
    delivery = Delivery(engine, on_event, watch)
    for event in keep_time(engine, now):
        delivery.counts[event.outcome] += 1
        on_event(event)
    ids = _due(engine, now)
    if ids:
        with engine.database.many_writes():
            delivery.run(ids)
    return delivery.counts


def _due(engine: Engine, now: datetime) -> list[int]:
    with engine.database.read() as session:
        return [row[0] for row in session.execute(text(DUE_MESSAGES), moment(now, engine.configuration))]


class Delivery:
    """One round of delivery; a channel whose server is in trouble takes no further part in it."""

    def __init__(self, engine: Engine, on_event: OnEvent, watch: ChannelWatch) -> None:
        self.counts: Counter[str] = Counter()
        self._watch, self._troubles = watch, watch.troubles
        self._engine, self._on_event = engine, on_event
        self._rested = rests.noted(engine)
        self._jobs: SimpleQueue[Job | None] = SimpleQueue()
        self._reports: SimpleQueue[Report] = SimpleQueue()
        self._in_flight: dict[int, Job] = {}  # with those that no lane has taken yet
        self._lanes = 0

    def run(self, ids: list[int]) -> None:
        """Send the messages with these ids, the lanes in parallel."""
        waiting = self._messages(ids)
        lanes = [
            Lane(self._engine.transport.line(), self._jobs, self._reports)
            for _ in range(min(self._engine.config.worker.concurrency, len(ids)))
        ]
        self._lanes = len(lanes)
        for lane in lanes:
            lane.start()
        try:
            # One for each lane, and one ahead for each but the last: a lane offers its next message while the commit
            # of the one before is still being written. A lane that is alone does one thing after the other.
            for _ in range(2 * len(lanes) - 1):
                self._start_next(waiting)
            while self._in_flight:
                self._commit(self._gathered(), waiting)
            self._settle_kept()
        finally:
            self._take_back(lambda _: True)
            for job in self._in_flight.values():  # after an error: whoever still waits for a permit gets none
                job.permit.put(False)
            for _ in lanes:
                self._jobs.put(None)
            for lane in lanes:
                lane.join()

    def _messages(self, ids: list[int]) -> Iterator[Job]:
        for start in range(0, len(ids), PAGE):
            page = {"ids": ids[start : start + PAGE], "resting": list(self._troubles)}
            with self._engine.database.read() as session:
                rows = session.execute(_PAGE, page).all()
            for identity, message_id, sender, recipients, content, needs_smtputf8, copies, *how in rows:
                envelope = (message_id, sender, tuple(recipients))
                yield Job(identity, FrozenMessage(*envelope, content, needs_smtputf8, tuple(copies), *how))

    def _start_next(self, waiting: Iterator[Job]) -> None:
        if self._engine.stopping.is_set():
            return
        job = next((job for job in waiting if not self._rests(job)), None)
        if job is not None:
            self._in_flight[job.outbox_id] = job
            self._jobs.put(job)

    def _rests(self, job: Job) -> bool:
        return job.message.channel in self._troubles or self._engine.stopping.is_set()

    def _take_back(self, rests: Callable[[Job], bool]) -> int:
        """Take back what no lane has begun with, as far as it rests; return how many that were."""
        kept: list[Job] = []
        before = len(self._in_flight)
        with suppress(Empty):
            while (job := self._jobs.get_nowait()) is not None:
                if rests(job):
                    del self._in_flight[job.outbox_id]
                else:
                    kept.append(job)
        for job in kept:
            self._jobs.put(job)
        return before - len(self._in_flight)

    def _gathered(self) -> list[Report]:
        """Return what the lanes have reported: one, and those that follow at once, to be committed together."""
        reports = [self._reports.get()]
        until = monotonic() + TOGETHER
        with suppress(Empty):
            while self._more_to_come(reports):
                reports.append(self._reports.get(timeout=max(0, until - monotonic())))
        return reports

    def _more_to_come(self, reports: list[Report]) -> bool:
        """Tell whether a lane is still at work, instead of waiting for our commit or for a message."""
        ready = sum(isinstance(report, Ready) for report in reports)
        return ready < self._lanes and len(reports) < len(self._in_flight)

    def _commit(self, reports: list[Report], waiting: Iterator[Job]) -> None:
        """Write what was reported in one transaction, then let the lanes go on."""
        ready = [report for report in reports if isinstance(report, Ready)]
        settled = [report for report in reports if isinstance(report, Settled)]
        permits = self._settle(ready, self._watch.sort(settled))
        for report in ready:
            report.job.permit.put(permits[report.job.outbox_id])
        self._go_on(settled, waiting)

    def _settle_kept(self) -> None:
        """Settle what was kept to the end, where no other message told whether it was about the server."""
        if left := self._watch.left():
            with self._engine.database.read() as session:
                told = rests.judged(session, left)
            in_trouble = {
                one.job.message.channel: one.answer
                for one in told
                if one.answer is not None and one.answer.verdict is Verdict.SERVER
            }
            self._settle([], Findings(told, in_trouble=in_trouble))

    def _settle(self, ready: list[Ready], found: Findings) -> dict[int, bool]:
        """Write answers and intents, tell what came of it, and return which intents hold."""
        events: list[Event] = []
        permits: dict[int, bool] = {}
        for attempt in range(MOST_ATTEMPTS):
            try:
                events = self._write(ready, found, permits)
                break
            except BusyError:  # what the server said is known: it must not be lost because somebody else is writing
                if attempt == MOST_ATTEMPTS - 1:
                    raise
        for event in events:
            self.counts[event.outcome] += 1
            self._on_event(event)
        for channel, answer in found.in_trouble.items():
            self._troubles.setdefault(channel, answer.reply)
        return permits

    def _go_on(self, settled: list[Settled], waiting: Iterator[Job]) -> None:
        """Give the lanes their next messages, in the place of those that are settled and of those that now rest."""
        for done in settled:
            del self._in_flight[done.job.outbox_id]
            self._start_next(waiting)
        if self._troubles or self._engine.stopping.is_set():
            for _ in range(self._take_back(self._rests)):
                self._start_next(waiting)

    def _write(self, ready: list[Ready], found: Findings, permits: dict[int, bool]) -> list[Event]:
        """Commit the answers and the intents together; `permits` tells which intents hold."""
        with self._engine.change() as change:
            events = settle(change, self._engine, found.ripe)
            if found.kept:
                change.session.execute(_KEEP, {"ids": [report.job.outbox_id for report in found.kept]})
            rests.note(change, self._engine, found.in_trouble, self._watch.at_work() & self._rested)
            for report in ready:
                key = report.job.outbox_id
                intent = {"id": key, "now": stored(change.now), "refused": dict(report.refused)}
                permits[key] = change.session.execute(_INTEND, intent).rowcount == 1  # type: ignore[attr-defined]
        self.counts["enrolled"] += len(change.enrolled)
        return events
