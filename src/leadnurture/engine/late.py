"""Messages that could not go when they were due: windows, hours, gaps, caps and their steps' `late` rule still hold.

One that is not what its step would send now (another address, a day that lies ahead again) is taken back here, too.
"""

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import text
from sqlmodel import Session, col, select

from leadnurture.crm.change import Change
from leadnurture.crm.timeline import note
from leadnurture.engine import migration, pacing_records, taking_back, walk
from leadnurture.engine.book import Edition, UnreadableVersionError
from leadnurture.engine.engine import Engine
from leadnurture.engine.events import Event
from leadnurture.engine.timing import Timing, timing_of
from leadnurture.outbox_channel import OutboxChannel
from leadnurture.sequences.step import Step
from leadnurture.store.due import DUE_MESSAGES, moment
from leadnurture.store.tables.lead import Lead
from leadnurture.store.tables.outbox import OutboxMessage
from leadnurture.store.tables.sequence import Enrollment, Execution
from leadnurture.store.vocabulary import InteractionType, OutboxState


@dataclass(frozen=True)
class _Late:
    """A message that has been waiting since before now; no step where its version cannot be read or has none.

    `anew`: why it is not what its step would send now.
    """

    message: OutboxMessage
    enrollment: Enrollment
    edition: Edition | None = None
    step: Step | None = None
    timing: Timing | None = None
    anew: str | None = None

    def left_out(self, now: datetime) -> str | None:
        """Return why it must not go any more."""
        return self.timing.left_out(self.enrollment.anchor_at, now) if self.timing else None


def keep_time(engine: Engine, now: datetime) -> list[Event]:
    """Put off the late messages that must not go at `now`, and take back those that must not go any more.

    Returns an event for each that was taken back.
    """
    with engine.database.read() as session:
        late = list(_late(engine, session, now))
        if not late:
            return []
        gone = {one.message.id for one in late if one.anew or one.left_out(now)}
        later = _put_off(engine, session, [one for one in late if one.message.id not in gone], now)
    if not gone and not later:
        return []
    with engine.change(now) as change:
        for message in _queued(change.session, set(later)):
            message.due_at = later[message.id or 0]
        events = [_take_back(change, engine, message) for message in _queued(change.session, gone)]
    return [event for event in events if event is not None]


def _late(engine: Engine, session: Session, now: datetime) -> Iterator[_Late]:
    """Yield the due messages that were queued before now, in their order; the others have just been judged."""
    order = [row[0] for row in session.execute(text(DUE_MESSAGES), moment(now, engine.configuration))]
    query = (
        select(OutboxMessage, Enrollment, Lead, Execution)
        .join(Enrollment, col(Enrollment.id) == OutboxMessage.enrollment_id)
        .join(Lead, col(Lead.id) == OutboxMessage.lead_id)
        .join(Execution, col(Execution.id) == OutboxMessage.execution_id)
        .where(OutboxMessage.state == OutboxState.QUEUED, OutboxMessage.queued_at < now, OutboxMessage.due_at <= now)
        .where(OutboxMessage.channel != OutboxChannel.NOTIFICATION)
    )
    found = {row[0].id: row for row in session.exec(query).all()}
    for key in order:
        if key in found:
            yield _judged(engine, session, *found[key], now)


def _judged(
    engine: Engine,
    session: Session,
    message: OutboxMessage,
    walked: Enrollment,
    lead: Lead,
    execution: Execution,
    now: datetime,
) -> _Late:
    try:
        edition = engine.book.edition(session, walked.version_id)
    except UnreadableVersionError:
        return _Late(message, walked)
    step = edition.sequence.step(message.step_key)
    if step is None:
        return _Late(message, walked, edition)
    timing = timing_of(lead, walked, edition.sequence, step, engine.config, engine.is_holiday)
    anew = taking_back.why_anew(message, execution, step, timing, lead, engine.config, now)
    return _Late(message, walked, edition, step, timing, anew)


def _put_off(engine: Engine, session: Session, late: list[_Late], now: datetime) -> dict[int, datetime]:
    """Return when those messages may go that may not go now: their window is closed, or too much has just gone out."""
    pacer = pacing_records.load_gone(session, engine.config.limits, now)
    later: dict[int, datetime] = {}
    for one in late:
        channel, lead_id = one.message.channel, one.message.lead_id
        opens = one.timing.opening(now).at if one.timing else now
        hold = pacer.hold(lead_id, now, channel)
        if opens > now or hold:
            later[one.message.id or 0] = max(opens, hold.until if hold else now)
        else:
            pacer.count(lead_id, now, channel)
    return later


def _queued(session: Session, ids: Collection[int | None]) -> list[OutboxMessage]:
    query = select(OutboxMessage).where(OutboxMessage.state == OutboxState.QUEUED).order_by(col(OutboxMessage.id))
    return [message for message in session.exec(query).all() if message.id in ids] if ids else []


def _take_back(change: Change, engine: Engine, message: OutboxMessage) -> Event | None:
    """Take back a message that must not go any more; nothing if that is not so any longer."""
    session, walked = change.session, change.session.get_one(Enrollment, message.enrollment_id)
    lead, execution = session.get_one(Lead, message.lead_id), session.get_one(Execution, message.execution_id)
    one = _judged(engine, session, message, walked, lead, execution, change.now)
    if one.edition is None or one.step is None:
        return None
    outcome, why, step = "skipped", one.left_out(change.now), one.step
    if why is not None:
        _leave_out(change, engine, one, lead, why)
    else:
        outcome, why = "withdrawn", taking_back.decide_anew(change, walked, one.edition, engine.is_holiday)
    if why is None:
        return None
    change.session.flush()
    # It may have waited with its message for a version applied since.
    migration.catch_up(change, engine.book, engine.is_holiday, walked)
    return Event(change.now, walked.lead_id, walked.sequence_id, step.id, outcome, why)


def _leave_out(change: Change, engine: Engine, one: _Late, lead: Lead, why: str) -> None:
    assert one.edition is not None
    assert one.step is not None
    taking_back.withdraw(change, one.enrollment, why)
    subject = f"{one.enrollment.sequence_id}: {one.step.label}"
    note(change, lead, InteractionType.STEP_SKIPPED, subject, content=why)
    change.session.flush()
    walk.go_on(change, one.enrollment, one.edition, change.now, engine.is_holiday)
