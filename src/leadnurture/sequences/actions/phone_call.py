"""Call the couple: a task for the owner, with what to say."""

from typing import Annotated, ClassVar

from pydantic import BeforeValidator

from leadnurture.crm import tasks
from leadnurture.sequences.actions.create_task import DueIn, lower
from leadnurture.sequences.base import Line, Prose
from leadnurture.sequences.duration import Duration
from leadnurture.sequences.step import Done, Moment, Outcome, Step
from leadnurture.sequences.texts import Text, TextKind
from leadnurture.store.tables.lead import Lead
from leadnurture.store.vocabulary import ContactChannel, Priority


class PhoneCall(Step):
    """A call to make, with a script; due the same day unless said otherwise."""

    action_name: ClassVar[str] = "phone_call"

    title: Line = "Call {{ lead.couple_names or lead.primary_email }}"
    script: Prose | None = None
    due: DueIn = Duration()
    priority: Annotated[Priority, BeforeValidator(lower)] = Priority.HIGH
    assigned_to: Line | None = None

    @property
    def contact(self) -> ContactChannel:
        """Calls, although it is the owner who makes them."""
        return ContactChannel.PHONE

    def contacted(self, lead: Lead) -> tuple[str, ...]:
        """The first number."""
        return (lead.primary_phone,) if lead.primary_phone else ()

    def texts(self) -> tuple[Text, ...]:
        """The title and the script."""
        script = (Text("script", TextKind.PLAIN, self.script),) if self.script else ()
        return (Text("title", TextKind.LINE, self.title), *script)

    def perform(self, moment: Moment) -> Outcome:
        """Create the call."""
        script = moment.filled("script") if self.script else None
        number = f"Phone: {moment.lead.primary_phone}" if moment.lead.primary_phone else "No phone number is known."
        call = tasks.create(
            moment.change,
            moment.lead,
            moment.filled("title"),
            description=f"{number}\n\n{script}" if script else number,
            due_at=moment.after(self.due),
            priority=self.priority,
            assigned_to=self.assigned_to,
            enrollment_id=moment.enrollment_id,
            task_type="phone_call",
        )
        return Done({"task_id": call.id, "task_title": call.title})
