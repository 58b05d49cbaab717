"""Give the owner something to do."""

from typing import Annotated, ClassVar

from pydantic import BeforeValidator

from leadnurture.crm import tasks
from leadnurture.sequences.base import Line, Words
from leadnurture.sequences.duration import Duration, read_duration
from leadnurture.sequences.step import Done, Moment, Outcome, Step
from leadnurture.sequences.texts import Text, TextKind
from leadnurture.store.vocabulary import Priority


def _due(given: object) -> Duration:
    """Read `+1d`: how long after the step the task is due."""
    return read_duration(given.strip().removeprefix("+") if isinstance(given, str) else given)


def lower(given: object) -> object:
    """Let `HIGH` stand for `high`."""
    return given.lower() if isinstance(given, str) else given


DueIn = Annotated[Duration, BeforeValidator(_due)]


class CreateTask(Step):
    """A task about the couple, due some time after the step."""

    action_name: ClassVar[str] = "create_task"

    title: Line
    due: DueIn = Duration(days=1)
    priority: Annotated[Priority, BeforeValidator(lower)] = Priority.MEDIUM
    assigned_to: Line | None = None
    tags: Words = []

    def texts(self) -> tuple[Text, ...]:
        """The title and the description."""
        title = Text("title", TextKind.LINE, self.title)
        description = (Text("description", TextKind.PLAIN, self.description),) if self.description else ()
        return (title, *description)

    def perform(self, moment: Moment) -> Outcome:
        """Create the task."""
        task = tasks.create(
            moment.change,
            moment.lead,
            moment.filled("title"),
            description=moment.filled("description") if self.description else None,
            due_at=moment.after(self.due),
            priority=self.priority,
            assigned_to=self.assigned_to,
            tags=tuple(self.tags),
            enrollment_id=moment.enrollment_id,
        )
        return Done({"task_id": task.id, "task_title": task.title})
