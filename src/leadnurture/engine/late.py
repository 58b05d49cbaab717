"""Messages that could not go when they were due: windows, hours, gaps, caps and their steps' `late` rule still hold."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import text
from sqlmodel import Session, col, select

from leadnurture.crm.change import Change
from leadnurture.crm.timeline import note
from leadnurture.engine import migration, pacing_records, stopping, walk
from leadnurture.engine.book import Edition, UnreadableVersionError
from leadnurture.engine.engine import Engine
from leadnurture.engine.events import Event
from leadnurture.engine.timing import Timing, timing_of
from leadnurture.outbox_channel import OutboxChannel
from leadnurture.sequences.step import Step
from leadnurture.store.due import DUE_MESSAGES, stored
from leadnurture.store.tables import Enrollment, Lead, OutboxMessage
from leadnurture.store.vocabulary import InteractionType, OutboxState


@dataclass(frozen=True)
class _Late:
    """A message that has been waiting since before now; no step where its version cannot be read or has none."""

    message_id: int
    enrollment: Enrollment
    edition: Edition | None
    step: Step | None
    timing: Timing | None

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
        gone = {one.message_id for one in late if one.left_out(now) is not None}
        later = _put_off(engine, session, [one for one in late if one.message_id not in gone], now)
    if not gone and not later:
        return []
    with engine.change(now) as change:
        for message in _queued(change.session, set(later)):
            message.due_at = later[message.id or 0]
        events = [_take_back(change, engine, message) for message in _queued(change.session, gone)]
    return [event for event in events if event is not None]


def _late(engine: Engine, session: Session, now: datetime) -> Iterator[_Late]:
    """Yield the due messages that were queued before now, in their order; the others have just been judged."""
    order = [row[0] for row in session.execute(text(DUE_MESSAGES), {"now": stored(now)})]
    query = (
        select(OutboxMessage.id, OutboxMessage.step_key, Enrollment, Lead)
        .join(Enrollment, col(Enrollment.id) == OutboxMessage.enrollment_id)
        .join(Lead, col(Lead.id) == OutboxMessage.lead_id)
        .where(OutboxMessage.state == OutboxState.QUEUED, OutboxMessage.queued_at < now, OutboxMessage.due_at <= now)
        .where(OutboxMessage.channel != OutboxChannel.NOTIFICATION)
    )
    found = {row[0]: row for row in session.exec(query).all()}
    for key in order:
        if key in found:
            yield _judged(engine, session, *found[key])


def _judged(engine: Engine, session: Session, key: int | None, step_key: str, walked: Enrollment, lead: Lead) -> _Late:
    try:
        edition = engine.book.edition(session, walked.version_id)
    except UnreadableVersionError:
        return _Late(key or 0, walked, None, None, None)
    step = edition.sequence.step(step_key)
    if step is None:
        return _Late(key or 0, walked, edition, None, None)
    timing = timing_of(lead, walked, edition.sequence, step, engine.config, engine.is_holiday)
    return _Late(key or 0, walked, edition, step, timing)


def _put_off(engine: Engine, session: Session, late: list[_Late], now: datetime) -> dict[int, datetime]:
    """Return when those messages may go that may not go now: their window is closed, or too much has just gone out."""
    pacer = pacing_records.load_gone(session, engine.config.limits, now)
    later: dict[int, datetime] = {}
    for one in late:
        channel = one.step.channel if one.step else OutboxChannel.EMAIL
        lead_id, opens = one.enrollment.lead_id, one.timing.opening(now).at if one.timing else now
        hold = pacer.hold(lead_id, now, channel) if one.step is None or one.step.reaches_couple else None
        if opens > now or hold:
            later[one.message_id] = max(opens, hold.until if hold else now)
        else:
            pacer.count(lead_id, now, channel)
    return later


def _queued(session: Session, ids: set[int]) -> list[OutboxMessage]:
    query = select(OutboxMessage).where(OutboxMessage.state == OutboxState.QUEUED).order_by(col(OutboxMessage.id))
    return [message for message in session.exec(query).all() if message.id in ids] if ids else []


def _take_back(change: Change, engine: Engine, message: OutboxMessage) -> Event | None:
    """Withdraw a message that must not go any more, and let its walk go on; nothing if that is not so any longer."""
    walked = change.session.get_one(Enrollment, message.enrollment_id)
    lead = change.session.get_one(Lead, message.lead_id)
    one = _judged(engine, change.session, message.id, message.step_key, walked, lead)
    why = one.left_out(change.now)
    if why is None or one.edition is None or one.step is None:
        return None
    stopping.withdraw(change, walked, why)
    note(change, lead, InteractionType.STEP_SKIPPED, f"{walked.sequence_id}: {one.step.label}", content=why)
    change.session.flush()
    walk.go_on(change, walked, one.edition, change.now, engine.is_holiday)
    change.session.flush()
    migration.catch_up(
        change, engine.book, engine.is_holiday, walked
    )  # it may have waited with its message for a version applied since
    return Event(change.now, walked.lead_id, walked.sequence_id, one.step.id, "skipped", why)
