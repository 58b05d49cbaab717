"""Everything about one lead."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlmodel import Session, col, select

from leadnurture.config import Config
from leadnurture.crm.opt_outs import opt_out_rows
from leadnurture.crm.recommending import Recommendation
from leadnurture.crm.timeline import timeline_of
from leadnurture.reports.as_of import AsOf, iso
from leadnurture.reports.lead_json import lead_values, values_json
from leadnurture.reports.lead_score import LeadScore, lead_score
from leadnurture.reports.lead_touches import LeadTouches, lead_touches
from leadnurture.reports.lead_walks import Walk, lead_walks
from leadnurture.reports.outbox import Message, outbox_list
from leadnurture.reports.recommended import recommended_for
from leadnurture.store.tables.lead import Lead
from leadnurture.store.tables.privacy import LeadOptOut
from leadnurture.store.tables.task import Task
from leadnurture.store.tables.timeline import Interaction
from leadnurture.store.vocabulary import ContactChannel, InteractionType, Priority, TaskStatus


@dataclass(frozen=True)
class OpenTask:
    """Something to do about the lead; `due_at` in the studio's zone."""

    id: int
    title: str
    description: str | None
    priority: Priority
    due_at: datetime | None
    assigned_to: str | None
    tags: tuple[str, ...]

    def as_json(self) -> dict[str, Any]:
        """Return the documented keys."""
        return vars(self) | {"priority": self.priority.value, "due_at": iso(self.due_at), "tags": list(self.tags)}


@dataclass(frozen=True)
class TimelineEntry:
    """Something that happened; instants in the studio's zone. `user_id` is who did it: owner, lead or leadnurture."""

    at: datetime
    interaction_type: InteractionType
    subject: str | None
    content: str | None
    outcome: str | None
    user_id: str | None
    metadata: Mapping[str, Any]
    follow_up_required: bool
    follow_up_date: datetime | None

    def as_json(self) -> dict[str, Any]:
        """Return the documented keys."""
        told = {"at": iso(self.at), "interaction_type": self.interaction_type.value}
        return vars(self) | told | {"metadata": dict(self.metadata), "follow_up_date": iso(self.follow_up_date)}


@dataclass(frozen=True)
class OptOut:
    """A channel that the couple has opted out of, or one address of theirs; `at` in the studio's zone."""

    channel: ContactChannel
    address: str | None
    at: datetime
    reason: str

    def as_json(self) -> dict[str, Any]:
        """Return the documented keys."""
        return vars(self) | {"channel": self.channel.value, "at": iso(self.at)}


@dataclass(frozen=True)
class LeadFile:
    """A lead's typed values and all that hangs on it: score, touches, walks, tasks, timeline (oldest first), messages.

    `recommendation` is what to do next about it.
    """

    as_of: AsOf
    lead: Mapping[str, Any]
    score: LeadScore
    recommendation: Recommendation
    enrollments: tuple[Walk, ...]
    tasks: tuple[OpenTask, ...]
    timeline: tuple[TimelineEntry, ...]
    messages: tuple[Message, ...]
    touches: LeadTouches
    opt_outs: tuple[OptOut, ...] = ()

    def as_json(self) -> dict[str, Any]:
        """Return the documented keys."""
        parts = ("enrollments", "tasks", "timeline", "messages", "opt_outs")
        lists = {name: [part.as_json() for part in getattr(self, name)] for name in parts}
        lead = values_json(self.lead, self.as_of.currency)
        told = {"lead": lead, "score": self.score.as_json(), **self.recommendation.as_json(), **lists}
        return told | self.touches.as_json()


def lead_file(session: Session, config: Config, now: datetime, lead: Lead) -> LeadFile:
    """Return everything about a lead as of `now`; raises ConfigurationError for a scoring rule that can't fit."""
    assert lead.id is not None
    as_of = AsOf.of(config, now)
    return LeadFile(
        as_of=as_of,
        lead=lead_values(lead, as_of.zone),
        score=lead_score(session, config, now, lead),
        recommendation=recommended_for(session, config, now, lead),
        enrollments=lead_walks(session, as_of, lead),
        tasks=_tasks(session, as_of, lead.id),
        timeline=tuple(entry_of(row, as_of) for row in timeline_of(session, lead.id)),
        messages=outbox_list(session, config, now, lead_id=lead.id).messages[::-1],
        touches=lead_touches(session, config, now, lead),
        opt_outs=tuple(_opt_out(row, as_of) for row in opt_out_rows(session, lead)),
    )


def _tasks(session: Session, as_of: AsOf, lead_id: int) -> tuple[OpenTask, ...]:
    query = select(Task).where(Task.lead_id == lead_id, Task.status == TaskStatus.OPEN)
    rows = session.exec(query.order_by(col(Task.due_at).is_(None), col(Task.due_at), col(Task.id))).all()
    return tuple(
        OpenTask(
            row.id or 0,
            row.title,
            row.description,
            row.priority,
            as_of.local(row.due_at),
            row.assigned_to,
            tuple(row.tags),
        )
        for row in rows
    )


def _opt_out(row: LeadOptOut, as_of: AsOf) -> OptOut:
    return OptOut(row.channel, row.address, as_of.local(row.created_at), row.reason)


def entry_of(row: Interaction, as_of: AsOf) -> TimelineEntry:
    """Return a stored entry as reports tell it."""
    return TimelineEntry(
        at=as_of.local(row.created_at),
        interaction_type=row.interaction_type,
        subject=row.interaction_subject,
        content=row.interaction_content,
        outcome=row.interaction_outcome,
        user_id=row.user_id,
        metadata=row.interaction_metadata,
        follow_up_required=row.follow_up_required,
        follow_up_date=as_of.local(row.follow_up_date),
    )
