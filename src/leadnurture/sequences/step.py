"""What every step has, and what an action is: its own fields, its texts, and what it does at its moment."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, time
from enum import StrEnum
from typing import Any, ClassVar, Protocol

from pydantic import model_validator
from pydantic_core import PydanticCustomError

from leadnurture.crm.change import Change
from leadnurture.outbox_channel import OutboxChannel
from leadnurture.sequences.base import LanguageModel, Line, StepId
from leadnurture.sequences.condition import Condition
from leadnurture.sequences.duration import Duration, WholeDays
from leadnurture.sequences.late import Late
from leadnurture.sequences.texts import Text
from leadnurture.sequences.window import WindowOrAny
from leadnurture.sequences.yaml_tree import Path
from leadnurture.store.tables.appointment import Appointment
from leadnurture.store.tables.lead import Lead
from leadnurture.store.vocabulary import ContactChannel


@dataclass(frozen=True)
class Done:
    """The step is done, in the transaction it was performed in.

    The walk goes on with the step `goto` (END ends it), or with the one that follows; `reason` tells why there.
    `notice` is a line that the owner is to see at once.
    """

    result: Mapping[str, Any] = field(default_factory=dict)
    goto: str | None = None
    reason: str | None = None
    notice: str | None = None


@dataclass(frozen=True)
class Posted:
    """A message is frozen in the outbox; the step is done when it has been delivered."""


@dataclass(frozen=True)
class Waits:
    """The step is not done yet, for `reason`: it is asked again when the lead changes, and at `until` (UTC)."""

    until: datetime
    reason: str


Outcome = Done | Posted | Waits


@dataclass(frozen=True)
class Judged:
    """Whether a condition holds for the lead now, and in words what decided it: what held, or what did not."""

    held: bool
    because: str


class Addressee(StrEnum):
    """Whose address a letter goes to: that of whoever wrote first, the other one's, or one letter to both."""

    PRIMARY = "primary"
    SECONDARY = "secondary"
    BOTH = "both"


@dataclass(frozen=True)
class Post:
    """A letter that a step sends; `letter` and `subject` name texts of the step, attachments are file names.

    `answers` is the step whose message it answers. Without a subject of its own it has that message's.
    """

    letter: str
    subject: str | None
    to: Addressee = Addressee.PRIMARY
    cc_owner: bool = False
    bcc_owner: bool = False
    answers: str | None = None
    attachments: tuple[str, ...] = ()


class Moment(Protocol):
    """What an action may use when its moment has come; all of it inside one transaction."""

    @property
    def change(self) -> Change:
        """The open transaction."""
        ...

    @property
    def lead(self) -> Lead:
        """The lead it happens to."""
        ...

    @property
    def enrollment_id(self) -> int:
        """The walk that it is part of."""
        ...

    def filled(self, name: str) -> str:
        """Return one of the step's texts, filled for the lead; a hole in it holds the step."""
        ...

    @property
    def since(self) -> datetime:
        """When the step fell due for the first time (UTC); a step that waits is asked more than once."""
        ...

    def judged(self, condition: Condition) -> Judged:
        """Judge a condition over the lead as it is now."""
        ...

    def after(self, delay: Duration, at: time | None = None, *, since: datetime | None = None) -> datetime:
        """Return the instant `delay` after `since` (or now), days on the wall clock; `at` is a time on that day."""
        ...

    def post_letter(self, post: Post) -> None:
        """Freeze a mail to the lead."""
        ...

    def post_invitation(self, appointment: Appointment, *, letter: str | None) -> None:
        """Freeze a mail that invites the lead: `letter` names a text of the step; time and place are added to it."""
        ...

    def number(self, *, secondary: bool) -> str:
        """Return the lead's first or second number (E.164); without one that takes texts the step is held."""
        ...

    def post_text(self, number: str, words: str) -> None:
        """Freeze a text (SMS) to a number of the lead."""
        ...

    def post_notification(self, title: str, words: str) -> None:
        """Freeze a notification to the owner."""
        ...


class Step(LanguageModel):
    """One entry of a sequence's `steps`. An action is a subclass in a file of its own in `sequences/actions`."""

    action_name: ClassVar[str]
    channel: ClassVar[OutboxChannel] = OutboxChannel.EMAIL  # how its messages go, if it has any
    fills_first: ClassVar[bool] = False  # it fills its texts before it writes: a hole leaves nothing to undo
    may_wait: ClassVar[bool] = False  # it may answer that it is not done yet
    keeps_sms_hours: ClassVar[bool] = False  # it happens only within the hours for texts

    id: StepId
    was: StepId | None = None
    name: Line | None = None
    description: str | None = None
    action: str
    active: bool = True
    delay: Duration = Duration()
    before_wedding: WholeDays | None = None
    after_wedding: WholeDays | None = None
    window: WindowOrAny | None = None
    late: Late | None = None
    when: Condition | None = None

    @model_validator(mode="after")
    def _one_moment(self) -> "Step":
        given = [key for key in ("delay", "before_wedding", "after_wedding") if key in self.model_fields_set]
        if len(given) > 1:
            raise PydanticCustomError("moment", "{given}: a step has only one of them", {"given": " and ".join(given)})
        return self

    @property
    def wedding_offset(self) -> int | None:
        """How many days after the wedding it is meant for, negative before; None if it follows the step before it."""
        if self.before_wedding is not None:
            return -self.before_wedding.days
        return self.after_wedding.days if self.after_wedding is not None else None

    @property
    def reaches_couple(self) -> bool:
        """Whether limits, gaps and quiet hours apply; an action may answer it once for all of its steps."""
        return False

    @property
    def contact(self) -> ContactChannel | None:
        """The channel of which a couple may have opted out; None if the step reaches them on none."""
        return ContactChannel(self.channel.value) if self.reaches_couple else None

    def contacted(self, lead: Lead) -> tuple[str, ...]:
        """Return the addresses or numbers of a lead that the step would reach, as far as they are known."""
        return (lead.primary_email,)

    @property
    def sends_mail(self) -> bool:
        """Whether it writes a mail, which can be opened and clicked in; an action may answer it once for all."""
        return False

    @property
    def label(self) -> str:
        """The step's name for people."""
        return self.name or self.id.replace("-", " ").replace("_", " ").capitalize()

    def texts(self) -> tuple[Text, ...]:
        """Return the texts that are filled for each lead."""
        return ()

    def targets(self) -> tuple[tuple[Path, str], ...]:
        """Return (place in the step, step id or END) of every way that it may go beside the next step."""
        return ()

    @property
    def leads_on(self) -> bool:
        """Whether the step that follows may come next."""
        return True

    def own_names(self) -> tuple[Text, ...]:
        """Return those of the texts, one line each, that the others may use by the last key of their path."""
        return ()

    def files(self) -> tuple[tuple[str, str], ...]:
        """Return (key, file name) of the files that must lie in the studio beside the texts' templates."""
        return ()

    def perform(self, moment: Moment) -> Outcome:
        """Do what the step says, in the moment's transaction."""
        raise TypeError(f"{type(self).__name__} is a step that does nothing at {moment}")
