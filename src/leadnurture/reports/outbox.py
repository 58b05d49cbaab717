"""What went out, what waits, and what nobody knows: the outbox, without the messages' bytes."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, func
from sqlmodel import Session, col, select

from leadnurture.config import Config
from leadnurture.crm.fields import Kind, LeadField
from leadnurture.crm.values import Reading, read_value
from leadnurture.outbox_channel import OutboxChannel
from leadnurture.reports.as_of import AsOf, iso
from leadnurture.store.tables.outbox import OutboxMessage
from leadnurture.store.vocabulary import OutboxState

_SHOWN = (
    OutboxMessage.id,
    OutboxMessage.channel,
    OutboxMessage.message_id,
    OutboxMessage.recipients,
    OutboxMessage.copies,
    OutboxMessage.refused,
    OutboxMessage.subject,
    OutboxMessage.state,
    OutboxMessage.lead_id,
    OutboxMessage.sequence_id,
    OutboxMessage.step_key,
    OutboxMessage.due_at,
    OutboxMessage.sent_at,
    OutboxMessage.reason,
    OutboxMessage.attempts,
)
COLUMNS = tuple(col(column) for column in _SHOWN)  # all but the content, which can be megabytes


@dataclass(frozen=True)
class Message:
    """One message of the outbox; instants in the studio's zone, `attempts` are those that failed for the moment.

    `copies` are who gets it beside those it is addressed `to`; `refused` are recipients whom the server would not
    take, with its words, while the others got it.
    """

    id: int
    channel: OutboxChannel
    message_id: str
    to: str
    copies: tuple[str, ...]
    refused: Mapping[str, str]
    subject: str
    state: OutboxState
    lead_id: int
    sequence: str
    step: str
    due_at: datetime
    sent_at: datetime | None
    reason: str | None
    attempts: int

    def as_json(self) -> dict[str, Any]:
        """Return the documented keys."""
        plain = {"channel": self.channel.value, "state": self.state.value, "copies": list(self.copies)}
        return vars(self) | plain | {"due_at": iso(self.due_at), "sent_at": iso(self.sent_at)}


@dataclass(frozen=True)
class OutboxList:
    """The newest messages that fit, the newest first, and how many fit in all."""

    as_of: AsOf
    messages: tuple[Message, ...]
    total: int

    def as_json(self) -> dict[str, Any]:
        """Return the documented keys."""
        return {"messages": [message.as_json() for message in self.messages], "total": self.total}


def read_states(typed: Sequence[str], reading: Reading) -> tuple[OutboxState, ...]:
    """Read states as typed; raises BadValueError for an unknown one."""
    asked = LeadField("--state", Kind.WORD, "State", optional=False, words=OutboxState)
    return tuple(read_value(asked, text, reading) for text in typed)


def outbox_list(
    session: Session,
    config: Config,
    now: datetime,
    *,
    states: Sequence[OutboxState] = (),
    lead_id: int | None = None,
    limit: int | None = None,
) -> OutboxList:
    """Return the newest `limit` messages in one of the states (any if none is given), of one lead if given."""
    conditions: list[ColumnElement[bool]] = [col(OutboxMessage.state).in_(states)] if states else []
    if lead_id is not None:
        conditions.append(col(OutboxMessage.lead_id) == lead_id)
    as_of = AsOf.of(config, now)
    query = select(*COLUMNS).where(*conditions).order_by(col(OutboxMessage.id).desc()).limit(limit)
    rows = session.execute(query).all()
    total = session.exec(select(func.count()).select_from(OutboxMessage).where(*conditions)).one()
    return OutboxList(as_of, tuple(message_of(row, as_of) for row in rows), total)


def message_of(row: Any, as_of: AsOf) -> Message:
    """Return a row (with at least `COLUMNS`) as a message of a report."""
    return Message(
        id=row.id,
        channel=row.channel,
        message_id=row.message_id,
        to=", ".join(recipient for recipient in row.recipients if recipient not in row.copies),
        copies=tuple(row.copies),
        refused=row.refused if row.state is OutboxState.SENT else {},
        subject=row.subject,
        state=row.state,
        lead_id=row.lead_id,
        sequence=row.sequence_id,
        step=row.step_key,
        due_at=as_of.local(row.due_at),
        sent_at=as_of.local(row.sent_at),
        reason=row.reason,
        attempts=row.attempts,
    )
