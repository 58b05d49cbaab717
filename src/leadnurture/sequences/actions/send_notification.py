"""Tell the owner something."""

from typing import ClassVar

from leadnurture.crm.names import clean
from leadnurture.crm.timeline import note
from leadnurture.outbox_channel import OutboxChannel
from leadnurture.sequences.base import Line, Prose
from leadnurture.sequences.step import Done, Moment, Outcome, Posted, Step
from leadnurture.sequences.texts import Text, TextKind
from leadnurture.store.vocabulary import InteractionType


class SendNotification(Step):
    """A message to the owner, through the services of `[notify]`; without any, `run` shows it."""

    action_name: ClassVar[str] = "send_notification"
    channel: ClassVar[OutboxChannel] = OutboxChannel.NOTIFICATION
    fills_first: ClassVar[bool] = True

    title: Line = "{{ lead.couple_names or lead.primary_email }}"
    message: Prose

    def texts(self) -> tuple[Text, ...]:
        """The title and the message."""
        return (Text("title", TextKind.LINE, self.title), Text("message", TextKind.MESSAGE, self.message))

    def perform(self, moment: Moment) -> Outcome:
        """Freeze the notification in the outbox, or put it on the timeline and let it be shown."""
        title, message = moment.filled("title"), moment.filled("message")
        if moment.change.config.notify.origin is None:
            kind = InteractionType.NOTIFICATION_SENT
            note(moment.change, moment.lead, kind, title, content=message, outcome="shown")
            return Done({"title": title, "message": message}, notice=clean(f"{title}: {message}"))
        moment.post_notification(title, message)
        return Posted()
