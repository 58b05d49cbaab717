"""Text the couple."""

from typing import ClassVar, Literal

from pydantic import model_validator
from pydantic_core import PydanticCustomError

from leadnurture.crm import tasks
from leadnurture.crm.names import clean, couple_names
from leadnurture.outbox_channel import OutboxChannel
from leadnurture.sequences.base import Line, Prose
from leadnurture.sequences.duration import Duration
from leadnurture.sequences.step import Done, Moment, Outcome, Posted, Step
from leadnurture.sequences.texts import Text, TextKind
from leadnurture.store.tables.lead import Lead
from leadnurture.store.vocabulary import Priority

LONGEST = 480  # characters: three texts' worth


class SendSms(Step):
    """A text (SMS) to the couple; without a service that sends texts, a task for the owner to send it by hand."""

    action_name: ClassVar[str] = "send_sms"
    channel: ClassVar[OutboxChannel] = OutboxChannel.SMS
    reaches_couple: ClassVar[bool] = True
    keeps_sms_hours: ClassVar[bool] = True
    fills_first: ClassVar[bool] = True

    text: Prose | None = None
    template: Line | None = None
    to: Literal["primary", "secondary"] = "primary"

    @model_validator(mode="after")
    def _one_text(self) -> "SendSms":
        if (self.template is None) == (self.text is None):
            raise PydanticCustomError("text", "a text needs either 'text' or 'template'", {})
        return self

    def contacted(self, lead: Lead) -> tuple[str, ...]:
        """The number that `to` names."""
        number = lead.secondary_phone if self.to == "secondary" else lead.primary_phone
        return (number,) if number else ()

    def texts(self) -> tuple[Text, ...]:
        """The words."""
        return (Text(self._key, TextKind.MESSAGE, self.text, self.template, LONGEST),)

    def perform(self, moment: Moment) -> Outcome:
        """Freeze the text in the outbox, or create the task."""
        words, number = moment.filled(self._key), moment.number(secondary=self.to == "secondary")
        if moment.change.config.sms.origin is None:
            return self._by_hand(moment, words, number)
        moment.post_text(number, words)
        return Posted()

    @property
    def _key(self) -> str:
        return "template" if self.template else "text"

    def _by_hand(self, moment: Moment, words: str, number: str) -> Done:
        lead = moment.lead
        name = couple_names(lead.couple_name_bride, lead.couple_name_groom) or lead.primary_email
        task = tasks.create(
            moment.change,
            lead,
            clean(f"Text {name}: {words}"),
            description=f"Phone: {number}\n\n{words}",
            due_at=moment.after(Duration()),
            priority=Priority.HIGH,
            enrollment_id=moment.enrollment_id,
            task_type="text_message",
        )
        return Done({"task_id": task.id, "task_title": task.title})
