"""Write to the couple."""

from typing import Annotated, ClassVar

from pydantic import Field, model_validator
from pydantic_core import PydanticCustomError

from leadnurture.sequences.base import ONE_OR_MORE, Line, Prose
from leadnurture.sequences.step import Moment, Outcome, Posted, Step
from leadnurture.sequences.texts import Text, TextKind


class SendEmail(Step):
    """A mail to the couple: a Markdown letter from a file in `templates/` or written in the step."""

    action_name: ClassVar[str] = "send_email"
    reaches_couple: ClassVar[bool] = True
    sends_mail: ClassVar[bool] = True
    fills_first: ClassVar[bool] = True

    subject: Line
    template: Line | None = None
    body: Prose | None = None
    attachments: Annotated[list[Line], ONE_OR_MORE] = Field(default_factory=list)

    @model_validator(mode="after")
    def _one_letter(self) -> "SendEmail":
        if (self.template is None) == (self.body is None):
            raise PydanticCustomError("letter", "a mail needs either 'template' or 'body'", {})
        return self

    def texts(self) -> tuple[Text, ...]:
        """The subject and the letter."""
        letter = Text("template" if self.template else "body", TextKind.LETTER, self.body, self.template)
        return (Text("subject", TextKind.LINE, self.subject), letter)

    def files(self) -> tuple[tuple[str, str], ...]:
        """The attachments."""
        return tuple(("attachments", name) for name in self.attachments)

    def perform(self, moment: Moment) -> Outcome:
        """Freeze the letter in the outbox."""
        moment.post_letter(
            subject="subject", letter="template" if self.template else "body", attachments=tuple(self.attachments)
        )
        return Posted()
