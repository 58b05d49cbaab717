"""Write to the couple."""

from typing import Annotated, ClassVar, Literal

from pydantic import AfterValidator, ConfigDict, Field, model_validator
from pydantic_core import PydanticCustomError

from leadnurture.sequences.base import ONE_OR_MORE, Line, Prose, StepId
from leadnurture.sequences.step import Addressee, Moment, Outcome, Post, Posted, Step
from leadnurture.sequences.texts import Text, TextKind
from leadnurture.sequences.vocabulary import is_taken
from leadnurture.store.tables.lead import Lead


def _own_name(name: str) -> str:
    if not (name.isascii() and name.isidentifier()) or name.startswith("_"):
        message = "'{name}' is no name for a merge field; use letters, digits and _, such as {example}"
        raise PydanticCustomError("own_name", message, {"name": name, "example": "program_name"})
    if is_taken(name):
        raise PydanticCustomError("own_name", "'{name}' means something already; choose another name", {"name": name})
    return name


OwnName = Annotated[str, AfterValidator(_own_name)]


class SendEmail(Step):
    """A mail to the couple: a Markdown letter from a file in `templates/` or written in the step.

    `personalization` gives names to lines that the subject and the letter may use. With `reply_to_step` it goes out in
    the conversation of an earlier mail, under its subject.
    """

    model_config = ConfigDict(json_schema_extra={"anyOf": [{"required": ["subject"]}, {"required": ["reply_to_step"]}]})
    action_name: ClassVar[str] = "send_email"
    reaches_couple: ClassVar[bool] = True
    sends_mail: ClassVar[bool] = True
    fills_first: ClassVar[bool] = True

    to: Addressee = Addressee.PRIMARY
    cc: Literal["owner"] | None = None
    bcc: Literal["owner"] | None = None
    reply_to_step: StepId | None = None
    subject: Line | None = None
    template: Line | None = None
    body: Prose | None = None
    personalization: dict[OwnName, Line] = Field(default_factory=dict)
    attachments: Annotated[list[Line], ONE_OR_MORE] = Field(default_factory=list)

    @model_validator(mode="after")
    def _one_letter(self) -> "SendEmail":
        if self.subject is None and self.reply_to_step is None:
            raise PydanticCustomError("subject", "'subject' is missing", {})
        if (self.template is None) == (self.body is None):
            raise PydanticCustomError("letter", "a mail needs either 'template' or 'body'", {})
        return self

    def own_names(self) -> tuple[Text, ...]:
        """The lines of `personalization`."""
        return tuple(
            Text(f"personalization.{name}", TextKind.LINE, words) for name, words in self.personalization.items()
        )

    def contacted(self, lead: Lead) -> tuple[str, ...]:
        """The addresses that `to` names."""
        first, second = (lead.primary_email,), (lead.secondary_email,) if lead.secondary_email else ()
        return {Addressee.PRIMARY: first, Addressee.SECONDARY: second, Addressee.BOTH: first + second}[self.to]

    def texts(self) -> tuple[Text, ...]:
        """The personalization, the subject if it has one of its own, and the letter."""
        subject = (Text("subject", TextKind.LINE, self.subject),) if self.subject else ()
        return (*self.own_names(), *subject, Text(self._letter, TextKind.LETTER, self.body, self.template))

    def files(self) -> tuple[tuple[str, str], ...]:
        """The attachments."""
        return tuple(("attachments", name) for name in self.attachments)

    def perform(self, moment: Moment) -> Outcome:
        """Freeze the letter in the outbox."""
        moment.post_letter(
            Post(
                letter=self._letter,
                subject="subject" if self.subject else None,
                to=self.to,
                cc_owner=self.cc == "owner",
                bcc_owner=self.bcc == "owner",
                answers=self.reply_to_step,
                attachments=tuple(self.attachments),
            )
        )
        return Posted()

    @property
    def _letter(self) -> str:
        return "template" if self.template else "body"
