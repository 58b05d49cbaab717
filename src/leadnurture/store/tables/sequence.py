"""Sequences, their versions, and the walks of leads through them."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, Index, UniqueConstraint, text
from sqlmodel import Field

from leadnurture.store.tables.columns import Instant, word
from leadnurture.store.tables.row import Row
from leadnurture.store.vocabulary import (
    EnrollmentStatus,
    ExecutionStatus,
    Purpose,
    SequenceCategory,
    SequenceType,
)


class SequenceRow(Row, table=True):
    """A sequence as it was last applied; its id is the stem of its file and never changes."""

    __tablename__ = "nurture_sequences"
    __table_args__ = (Index("idx_nurture_sequences_active", "is_active"),)

    id: str = Field(primary_key=True, max_length=100)
    sequence_name: str = Field(max_length=255)
    sequence_description: str | None = None
    category: SequenceCategory = Field(sa_type=word(SequenceCategory))
    sequence_type: SequenceType = Field(sa_type=word(SequenceType))
    purpose: Purpose = Field(sa_type=word(Purpose))
    is_active: bool = True
    is_default: bool = False
    priority_level: int = 1
    current_version: int = 1
    next_look_at: datetime | None = Field(default=None, sa_type=Instant)  # whom days bring to it; null: nobody ever
    deleted_at: datetime | None = Field(default=None, sa_type=Instant)
    created_at: datetime = Field(sa_type=Instant)
    updated_at: datetime = Field(sa_type=Instant)


class SequenceVersion(Row, table=True):
    """One applied, immutable state of a sequence and of the templates and attachments that it uses."""

    __tablename__ = "sequence_versions"
    __table_args__ = (UniqueConstraint("sequence_id", "number"), {"sqlite_autoincrement": True})

    id: int | None = Field(default=None, primary_key=True)
    sequence_id: str = Field(foreign_key="nurture_sequences.id")
    number: int
    file: str
    content_hash: str = Field(max_length=64)  # SHA-256 over the file, its templates and attachments
    commit_id: str | None = Field(default=None, max_length=64)
    source: str  # the YAML text as it was applied
    templates: dict[str, str] = Field(default_factory=dict, sa_type=JSON)  # file name → text as it was applied
    attachments: dict[str, Any] = Field(default_factory=dict, sa_type=JSON)  # file name → sha256, size, modified
    applied_at: datetime = Field(sa_type=Instant)


class SequenceStep(Row, table=True):
    """One step of one version, for reports; what the engine does is parsed from the version's source."""

    __tablename__ = "nurture_sequence_steps"
    __table_args__ = (
        UniqueConstraint("version_id", "step_key"),
        Index("idx_sequence_steps_order", "version_id", "step_order"),
        {"sqlite_autoincrement": True},
    )

    id: int | None = Field(default=None, primary_key=True)
    version_id: int = Field(foreign_key="sequence_versions.id", ondelete="CASCADE")
    step_order: int
    step_key: str = Field(max_length=100)
    step_name: str = Field(max_length=255)
    step_type: str = Field(max_length=40)  # the action
    is_active: bool = True


class Enrollment(Row, table=True):
    """One lead's walk through one sequence; a lead may walk again (`pass_number`) but never twice at once."""

    __tablename__ = "lead_nurture_enrollments"
    __table_args__ = (
        UniqueConstraint("lead_id", "sequence_id", "pass_number"),
        Index("idx_enrollments_due", "status", "next_at"),
        Index("idx_enrollments_lead", "lead_id"),
        Index("idx_enrollments_sequence", "sequence_id"),
        Index(
            "idx_enrollments_once_at_a_time",
            "lead_id",
            "sequence_id",
            unique=True,
            sqlite_where=text("status IN ('active', 'paused')"),
        ),
        {"sqlite_autoincrement": True},
    )

    id: int | None = Field(default=None, primary_key=True)
    lead_id: int = Field(foreign_key="leads.id", ondelete="CASCADE")
    sequence_id: str = Field(foreign_key="nurture_sequences.id")
    version_id: int = Field(foreign_key="sequence_versions.id")
    pass_number: int = 1
    enrollment_date: datetime = Field(sa_type=Instant)
    reason: str | None = None  # why it was enrolled

    current_step: str | None = Field(default=None, max_length=100)  # key of the step that comes next or is pending
    jumped: bool = False  # led right to the current step, so that no new one slips in before it
    anchor_at: datetime = Field(sa_type=Instant)  # when the step before was done; delays count from here
    due_local: str | None = Field(default=None, max_length=64)  # the intent: local date, time and zone
    next_at: datetime | None = Field(default=None, sa_type=Instant)  # the resolved instant; null while a message is out
    held_reason: str | None = None  # what keeps the step back until somebody mends it
    waiting_reason: str | None = None  # what the step waits for that comes by itself

    status: EnrollmentStatus = Field(default=EnrollmentStatus.ACTIVE, sa_type=word(EnrollmentStatus))
    completion_rate: float = 0.0
    steps_completed: int = 0
    emails_opened: int = 0
    emails_clicked: int = 0
    converted: bool = False
    conversion_step: str | None = Field(default=None, max_length=100)
    ended_at: datetime | None = Field(default=None, sa_type=Instant)
    end_reason: str | None = None


class Execution(Row, table=True):
    """One step done, failed, skipped or pending for one enrollment; the unique key makes a second time impossible."""

    __tablename__ = "sequence_executions"
    __table_args__ = (
        UniqueConstraint("enrollment_id", "step_key"),
        Index("idx_executions_lead", "lead_id"),
        Index(
            "idx_executions_uncondensed",
            "executed_at",
            sqlite_where=text("condensed_at IS NULL"),
        ),
        {"sqlite_autoincrement": True},
    )

    id: int | None = Field(default=None, primary_key=True)
    enrollment_id: int = Field(foreign_key="lead_nurture_enrollments.id", ondelete="CASCADE")
    lead_id: int = Field(foreign_key="leads.id", ondelete="CASCADE")
    sequence_id: str = Field(foreign_key="nurture_sequences.id")
    version_id: int = Field(foreign_key="sequence_versions.id")
    step_number: int
    step_key: str = Field(max_length=100)
    action_type: str = Field(max_length=40)
    status: ExecutionStatus = Field(sa_type=word(ExecutionStatus))
    reason: str | None = None
    result: dict[str, Any] = Field(default_factory=dict, sa_type=JSON)
    error: str | None = None
    retry_count: int = 0
    due_at: datetime | None = Field(default=None, sa_type=Instant)
    executed_at: datetime | None = Field(default=None, sa_type=Instant)
    created_at: datetime = Field(sa_type=Instant)
    updated_at: datetime = Field(sa_type=Instant)
    condensed_at: datetime | None = Field(
        default=None, sa_type=Instant
    )  # when details and message's bytes were dropped


class PassedOver(Row, table=True):
    """A lead that a sequence's entry condition fits, but that was not enrolled, and why.

    It stays passed over until the condition stops holding: an old inquiry does not wake because its phone
    was corrected. Nor does it wake by its age: a condition that only this keeps from holding has not stopped.
    """

    __tablename__ = "passed_over"

    lead_id: int = Field(primary_key=True, foreign_key="leads.id", ondelete="CASCADE")
    sequence_id: str = Field(primary_key=True, foreign_key="nurture_sequences.id")
    reason: str
    created_at: datetime = Field(sa_type=Instant)
