"""Things for the owner to do. What becomes of one that is about a couple is on their timeline."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlmodel import Session

from leadnurture.crm.change import Change, FactKind
from leadnurture.crm.names import clean
from leadnurture.crm.timeline import note
from leadnurture.errors import ConflictError, InvalidInputError, NotFoundError
from leadnurture.store.tables.lead import Lead
from leadnurture.store.tables.task import Task
from leadnurture.store.vocabulary import InteractionType, Priority, TaskStatus


class TaskNotFoundError(NotFoundError):
    """No task has that id."""

    def __init__(self, number: int) -> None:
        super().__init__(f"there is no task {number}", hint="leadnurture task list --all shows them")


class SettledTaskError(ConflictError):
    """A task was done or cancelled already."""

    def __init__(self, task: Task, wanted: str) -> None:
        super().__init__(
            f"task {task.id} is {task.status.value}, so it cannot be {wanted}",
            hint=f'leadnurture task add "{task.title}" makes a new one',
        )


def create(
    change: Change,
    lead: Lead | None,
    title: str,
    *,
    description: str | None = None,
    due_at: datetime | None = None,
    priority: Priority = Priority.MEDIUM,
    assigned_to: str | None = None,
    tags: tuple[str, ...] = (),
    enrollment_id: int | None = None,
    task_type: str = "nurture_follow_up",
    who: str = "leadnurture",
) -> Task:
    """Create a task, due at an instant; one about a lead is theirs who has the lead, and is noted on its timeline."""
    task = Task(
        lead_id=lead.id if lead else None,
        enrollment_id=enrollment_id,
        title=title[:255],
        description=description,
        task_type=task_type,
        priority=priority,
        assigned_to=assigned_to or (lead.assigned_to_user_id if lead else None),
        tags=list(tags),
        due_at=due_at,
        created_at=change.now,
        updated_at=change.now,
    )
    change.session.add(task)
    change.session.flush()
    if lead is not None:
        note(change, lead, InteractionType.TASK_CREATED, task.title, metadata={"task_id": task.id}, who=who)
    return task


def read_title(text: str) -> str:
    """Return a title as one line; raises InvalidInputError for none, or one that is too long."""
    title = clean(text)
    if not title:
        raise InvalidInputError("a task needs a title", hint='such as "Call Emma"')
    if len(title) > 255:
        raise InvalidInputError(f"a title has at most 255 characters, and this has {len(title):,}", hint="use --note")
    return title


def find(session: Session, number: int) -> Task:
    """Return a task; raises TaskNotFoundError."""
    task = session.get(Task, number)
    if task is None:
        raise TaskNotFoundError(number)
    return task


def finish(change: Change, task: Task) -> None:
    """Tick a task off; raises SettledTaskError."""
    _require_open(task, "ticked off")
    task.status, task.done_at = TaskStatus.DONE, change.now
    _tell(change, task, f"Task done: {task.title}")


def cancel(change: Change, task: Task) -> None:
    """Drop a task that need not be done; raises SettledTaskError."""
    _require_open(task, "cancelled")
    task.status = TaskStatus.CANCELLED
    _tell(change, task, f"Task cancelled: {task.title}")


def snooze(change: Change, task: Task, until: datetime) -> None:
    """Put a task off until an instant, which must lie ahead; raises SettledTaskError or InvalidInputError."""
    _require_open(task, "put off")
    local = until.astimezone(change.config.studio.zone)
    if until <= change.now:
        raise InvalidInputError(f"{local:%Y-%m-%d %H:%M} has passed", hint='such as "+2d" or "next monday"')
    task.due_at = until
    _tell(change, task, f"Task put off to {local.day} {local:%B %Y %H:%M}: {task.title}")


def edit(change: Change, task: Task, values: Mapping[str, Any]) -> list[str]:
    """Set fields of an open task by name; return which really changed. Raises SettledTaskError."""
    _require_open(task, "changed")
    changed = [name for name, value in values.items() if getattr(task, name) != value]
    for name in changed:
        setattr(task, name, values[name])
    if changed:
        told = ", ".join(name.removesuffix("_at").removesuffix("_id").replace("_", " ") for name in changed)
        _tell(change, task, f"Task changed ({told}): {task.title}")
    return changed


def _require_open(task: Task, wanted: str) -> None:
    if task.status is not TaskStatus.OPEN:
        raise SettledTaskError(task, wanted)


def _tell(change: Change, task: Task, told: str) -> None:
    task.updated_at = change.now
    lead = change.session.get(Lead, task.lead_id) if task.lead_id is not None else None
    if lead is not None:
        metadata = {"task_id": task.id, "status": task.status.value}
        note(change, lead, InteractionType.NOTE_ADDED, told, metadata=metadata, who="owner")
        change.record(FactKind.CHANGED, lead.id)
