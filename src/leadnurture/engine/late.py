"""Messages that could not go when they were due: they keep to their step's window all the same."""

from datetime import datetime

from sqlalchemy import text
from sqlmodel import Session, col, select

from leadnurture.engine.book import UnreadableVersionError
from leadnurture.engine.engine import Engine
from leadnurture.engine.schedule import opening
from leadnurture.store.due import DUE_MESSAGES, stored
from leadnurture.store.tables import Enrollment, OutboxMessage
from leadnurture.store.vocabulary import OutboxState


def postpone_closed(engine: Engine, now: datetime) -> None:
    """Move queued messages whose window is closed at `now` to its next opening."""
    closed: dict[int, datetime] = {}
    with engine.database.read() as session:
        ids = [row[0] for row in session.execute(text(DUE_MESSAGES), {"now": stored(now)})]
        walks = select(OutboxMessage.id, OutboxMessage.step_key, Enrollment.version_id).join(
            Enrollment, col(Enrollment.id) == OutboxMessage.enrollment_id
        )
        wanted = set(ids)
        for message_id, step_key, version_id in session.exec(
            walks.where(OutboxMessage.state == OutboxState.QUEUED)
        ).all():
            if message_id in wanted and (opens := _opening(engine, session, version_id, step_key, now)) > now:
                closed[message_id or 0] = opens
    if closed:
        with engine.change(now) as change:
            for message in change.session.exec(select(OutboxMessage).where(col(OutboxMessage.id).in_(closed))).all():
                message.due_at = closed[message.id or 0]


def _opening(engine: Engine, session: Session, version_id: int, step_key: str, now: datetime) -> datetime:
    try:
        sequence = engine.book.edition(session, version_id).sequence
    except UnreadableVersionError:
        return now
    step = sequence.step(step_key)
    zone = engine.config.studio.zone
    return now if step is None else opening(now, sequence.window_of(step), zone, engine.is_holiday).at
