"""Things for the owner to do."""

from datetime import datetime

from leadnurture.crm.change import Change
from leadnurture.crm.timeline import note
from leadnurture.store.tables import Lead, Task
from leadnurture.store.vocabulary import InteractionType, Priority


def create(
    change: Change,
    lead: Lead,
    title: str,
    *,
    description: str | None = None,
    due_at: datetime | None = None,
    priority: Priority = Priority.MEDIUM,
    assigned_to: str | None = None,
    tags: tuple[str, ...] = (),
    enrollment_id: int | None = None,
    task_type: str = "nurture_follow_up",
) -> Task:
    """Create a task about a lead, due at an instant, and note it on the timeline."""
    task = Task(
        lead_id=lead.id,
        enrollment_id=enrollment_id,
        title=title[:255],
        description=description,
        task_type=task_type,
        priority=priority,
        assigned_to=assigned_to or lead.assigned_to_user_id,
        tags=list(tags),
        due_at=due_at,
        created_at=change.now,
        updated_at=change.now,
    )
    change.session.add(task)
    change.session.flush()
    note(change, lead, InteractionType.TASK_CREATED, task.title, metadata={"task_id": task.id})
    return task
