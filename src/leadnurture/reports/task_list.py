"""What there is to do: the tasks that fit, the overdue first."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, String, case, cast
from sqlmodel import Session, col, select

from leadnurture.config import Config
from leadnurture.crm.leads import couple_of
from leadnurture.reports.as_of import AsOf, iso
from leadnurture.reports.lead_filters import holds_tag
from leadnurture.store.tables.lead import Lead
from leadnurture.store.tables.task import Task
from leadnurture.store.vocabulary import Priority, TaskStatus

_RANK = {priority.value: rank for rank, priority in enumerate(reversed(Priority))}


@dataclass(frozen=True)
class TaskFilters:
    """What tasks must be; an empty filter lets all through. Of several priorities one must fit, of several tags all."""

    status: tuple[TaskStatus, ...] = (TaskStatus.OPEN,)
    lead_id: int | None = None
    due_by: datetime | None = None
    priority: tuple[Priority, ...] = ()
    assigned_to: str | None = None
    tags: tuple[str, ...] = ()

    def conditions(self) -> list[ColumnElement[bool]]:
        """Return the filters as SQL."""
        choices: tuple[tuple[Any, Sequence[Any]], ...] = (
            (Task.status, self.status),
            (Task.lead_id, (self.lead_id,) if self.lead_id is not None else ()),
            (Task.priority, self.priority),
            (Task.assigned_to, (self.assigned_to,) if self.assigned_to else ()),
        )
        found: list[ColumnElement[bool]] = [col(column).in_(wanted) for column, wanted in choices if wanted]
        due = [col(Task.due_at) <= self.due_by] if self.due_by is not None else []
        return [*found, *due, *(holds_tag(cast(col(Task.tags), String), tag) for tag in self.tags)]


@dataclass(frozen=True)
class TaskEntry:
    """One task and the couple it is about, if it is about one; instants in the studio's zone."""

    id: int
    title: str
    description: str | None
    lead_id: int | None
    couple: str | None
    due_at: datetime | None
    is_overdue: bool
    priority: Priority
    status: TaskStatus
    assigned_to: str | None
    tags: tuple[str, ...]
    task_type: str
    done_at: datetime | None

    def as_json(self) -> dict[str, Any]:
        """Return the documented keys."""
        words = {"priority": self.priority.value, "status": self.status.value, "tags": list(self.tags)}
        return vars(self) | words | {"due_at": iso(self.due_at), "done_at": iso(self.done_at)}


@dataclass(frozen=True)
class TaskList:
    """The tasks that fit, the overdue first, then by when they are due; those without a date last."""

    as_of: AsOf
    tasks: tuple[TaskEntry, ...]

    @property
    def overdue(self) -> int:
        """How many of them are overdue."""
        return sum(task.is_overdue for task in self.tasks)

    def as_json(self) -> dict[str, Any]:
        """Return the documented keys."""
        counts = {"total": len(self.tasks), "overdue": self.overdue}
        return {"tasks": [task.as_json() for task in self.tasks], "summary": counts}


def task_list(session: Session, config: Config, now: datetime, filters: TaskFilters) -> TaskList:
    """Return the tasks that fit as of `now`; of those due at one moment the most urgent is first."""
    as_of = AsOf.of(config, now)
    rank = case(_RANK, value=cast(col(Task.priority), String))
    order = (col(Task.status) != TaskStatus.OPEN, col(Task.due_at).is_(None), col(Task.due_at), rank, col(Task.id))
    query = select(Task, Lead).outerjoin(Lead, col(Lead.id) == Task.lead_id).where(*filters.conditions())
    rows = session.exec(query.order_by(*order)).all()
    return TaskList(as_of, tuple(task_entry(task, lead, as_of) for task, lead in rows))


def task_entry(task: Task, lead: Lead | None, as_of: AsOf) -> TaskEntry:
    """Return a stored task as reports tell it."""
    late = task.status is TaskStatus.OPEN and task.due_at is not None and task.due_at < as_of.now
    return TaskEntry(
        id=task.id or 0,
        title=task.title,
        description=task.description,
        lead_id=task.lead_id,
        couple=couple_of(lead) if lead else None,
        due_at=as_of.local(task.due_at),
        is_overdue=late,
        priority=task.priority,
        status=task.status,
        assigned_to=task.assigned_to,
        tags=tuple(task.tags),
        task_type=task.task_type,
        done_at=as_of.local(task.done_at),
    )
