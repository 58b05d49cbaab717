"""The outbox: messages frozen as bytes, waiting for delivery or settled."""

from datetime import datetime

from sqlalchemy import JSON, Index, UniqueConstraint, text
from sqlmodel import Field

from leadnurture.outbox_channel import OutboxChannel
from leadnurture.store.tables.columns import Instant, word
from leadnurture.store.tables.row import Row
from leadnurture.store.vocabulary import OutboxState


class OutboxMessage(Row, table=True):
    """One message, rendered once; what goes out are these bytes and no others."""

    __tablename__ = "outbox"
    __table_args__ = (
        UniqueConstraint("enrollment_id", "step_key"),
        Index("idx_outbox_due", "state", "due_at"),
        Index("idx_outbox_sent", "sent_at"),
        Index("idx_outbox_lead", "lead_id"),
        Index("idx_outbox_execution", "execution_id"),
        Index(  # has all that conditions ask, so that nobody reads past the contents of messages for it
            "idx_outbox_opened",
            "enrollment_id",
            "step_key",
            "opened_at",
            "clicked_at",
            sqlite_where=text("opened_at IS NOT NULL"),
        ),
        {"sqlite_autoincrement": True},
    )

    id: int | None = Field(default=None, primary_key=True)
    lead_id: int = Field(foreign_key="leads.id", ondelete="CASCADE")
    enrollment_id: int = Field(foreign_key="lead_nurture_enrollments.id", ondelete="CASCADE")
    execution_id: int = Field(foreign_key="sequence_executions.id", ondelete="CASCADE")
    sequence_id: str = Field(max_length=100)
    step_key: str = Field(max_length=100)
    channel: OutboxChannel = Field(default=OutboxChannel.EMAIL, sa_type=word(OutboxChannel))
    message_id: str = Field(max_length=255, unique=True)
    sender: str = Field(max_length=320)
    recipients: list[str] = Field(sa_type=JSON)
    copies: list[str] = Field(default_factory=list, sa_type=JSON)  # those of the recipients that only get a copy
    refused: dict[str, str] = Field(
        default_factory=dict, sa_type=JSON
    )  # recipient → the server's word, if others got it
    thread: list[str] = Field(default_factory=list, sa_type=JSON)  # Message-IDs that it answers, the oldest first
    subject: str
    content: bytes  # none any more once its execution is condensed
    needs_smtputf8: bool = False
    state: OutboxState = Field(default=OutboxState.QUEUED, sa_type=word(OutboxState))
    reason: str | None = None  # the server's last answer, or why it was withdrawn
    attempts: int = 0
    due_at: datetime = Field(sa_type=Instant)  # when it may go; in doubt: when it is looked for (again)
    queued_at: datetime = Field(sa_type=Instant)
    in_doubt_at: datetime | None = Field(default=None, sa_type=Instant)
    sent_at: datetime | None = Field(default=None, sa_type=Instant)
    opened_at: datetime | None = Field(default=None, sa_type=Instant)  # the first time
    clicked_at: datetime | None = Field(default=None, sa_type=Instant)  # so is this; who clicks has opened it
