"""What the owner is to do."""

from datetime import datetime

from sqlalchemy import JSON, Index
from sqlmodel import Field

from leadnurture.store.tables.columns import Instant, word
from leadnurture.store.tables.row import Row
from leadnurture.store.vocabulary import Priority, TaskStatus


class Task(Row, table=True):
    """Something for the owner to do."""

    __tablename__ = "tasks"
    __table_args__ = (
        Index("idx_tasks_status_due", "status", "due_at"),
        Index("idx_tasks_lead", "lead_id"),
        {"sqlite_autoincrement": True},
    )

    id: int | None = Field(default=None, primary_key=True)
    lead_id: int | None = Field(default=None, foreign_key="leads.id", ondelete="CASCADE")
    enrollment_id: int | None = Field(default=None, foreign_key="lead_nurture_enrollments.id", ondelete="SET NULL")
    title: str = Field(max_length=255)
    description: str | None = None
    task_type: str = Field(default="nurture_follow_up", max_length=40)
    priority: Priority = Field(default=Priority.MEDIUM, sa_type=word(Priority))
    status: TaskStatus = Field(default=TaskStatus.OPEN, sa_type=word(TaskStatus))
    assigned_to: str | None = Field(default=None, max_length=100)
    tags: list[str] = Field(default_factory=list, sa_type=JSON)
    due_at: datetime | None = Field(default=None, sa_type=Instant)
    done_at: datetime | None = Field(default=None, sa_type=Instant)
    created_at: datetime = Field(sa_type=Instant)
    updated_at: datetime = Field(sa_type=Instant)
