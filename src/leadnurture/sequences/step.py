"""What every step has, and what an action is: its own fields, its texts, and what it does at its moment."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, time
from typing import Any, ClassVar, Protocol

from leadnurture.crm.change import Change
from leadnurture.sequences.base import LanguageModel, Line, StepId
from leadnurture.sequences.condition import Condition
from leadnurture.sequences.duration import Duration
from leadnurture.sequences.texts import Text
from leadnurture.sequences.window import WindowOrAny
from leadnurture.store.tables import Appointment, Lead


@dataclass(frozen=True)
class Done:
    """The step is done, in the transaction it was performed in."""

    result: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Posted:
    """A message is frozen in the outbox; the step is done when it has been delivered."""


Outcome = Done | Posted


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

    def after(self, delay: Duration, at: time | None = None) -> datetime:
        """Return the instant `delay` after now, days counted on the wall clock; `at` is a time on that day."""
        ...

    def post_letter(self, *, subject: str, letter: str, attachments: tuple[str, ...]) -> None:
        """Freeze a mail to the lead: `subject` and `letter` name texts of the step, attachments are file names."""
        ...

    def post_invitation(self, appointment: Appointment, *, letter: str | None) -> None:
        """Freeze a mail that invites the lead: `letter` names a text of the step; time and place are added to it."""
        ...


class Step(LanguageModel):
    """One entry of a sequence's `steps`. An action is a subclass in a file of its own in `sequences/actions`."""

    action_name: ClassVar[str]
    fills_first: ClassVar[bool] = False  # it fills its texts before it writes: a hole leaves nothing to undo

    id: StepId
    was: StepId | None = None
    name: Line | None = None
    description: str | None = None
    action: str
    active: bool = True
    delay: Duration = Duration()
    window: WindowOrAny | None = None
    when: Condition | None = None

    @property
    def reaches_couple(self) -> bool:
        """Whether limits, gaps and quiet hours apply; an action may answer it once for all of its steps."""
        return False

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

    def files(self) -> tuple[tuple[str, str], ...]:
        """Return (key, file name) of the files that must lie in the studio beside the texts' templates."""
        return ()

    def perform(self, moment: Moment) -> Outcome:
        """Do what the step says, in the moment's transaction."""
        raise TypeError(f"{type(self).__name__} is a step that does nothing at {moment}")
