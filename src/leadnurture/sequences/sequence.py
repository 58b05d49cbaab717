"""A whole sequence, as a file says it."""

from functools import cached_property
from typing import Annotated, Literal

from pydantic import Field, SerializeAsAny

from leadnurture.sequences.base import ONE_OR_MORE, LanguageModel, Line
from leadnurture.sequences.condition import Condition
from leadnurture.sequences.duration import PositiveDuration, read_duration
from leadnurture.sequences.late import Late
from leadnurture.sequences.mail_clauses import mails_asked
from leadnurture.sequences.step import Step
from leadnurture.sequences.window import ANY_TIME, Window, WindowOrAny
from leadnurture.store.vocabulary import Purpose, SequenceCategory, SequenceType

Stop = Literal["conversion", "reply", "opt_out", "bounce", "lost"]
ALWAYS_STOPS: frozenset[Stop] = frozenset({"opt_out", "bounce"})


class Enroll(LanguageModel):
    """Who enters by itself: leads that `when` begins to fit."""

    when: Condition | None = None
    again: Literal["never"] | PositiveDuration = "never"
    existing: bool = False


class Settings(LanguageModel):
    """How hard a sequence tries."""

    max_retries: int = Field(default=3, ge=0, le=10)
    retry_delay: PositiveDuration = Field(default_factory=lambda: read_duration("2h"))
    allow_manual_advance: bool = True


class Header(LanguageModel):
    """Everything of a sequence but its steps, which are read one by one by their actions."""

    name: Line
    description: str | None = None
    category: SequenceCategory = SequenceCategory.CUSTOM
    type: SequenceType = SequenceType.NURTURE
    active: bool = True
    default: bool = False
    exclusive: bool = True
    priority: int = Field(default=1, ge=0, le=1000)
    purpose: Purpose = Purpose.INQUIRY
    enroll: Enroll = Enroll()
    stop_on: Annotated[list[Stop], ONE_OR_MORE] = ["conversion", "reply", "opt_out", "bounce", "lost"]
    settings: Settings = Settings()
    window: WindowOrAny = ANY_TIME
    late: Late = "send"

    @property
    def stops(self) -> frozenset[Stop]:
        """What ends an enrollment; opting out and bouncing always do."""
        return frozenset(self.stop_on) | ALWAYS_STOPS


class Sequence(Header):
    """A sequence that was read and found right."""

    id: str
    steps: tuple[SerializeAsAny[Step], ...]

    @property
    def walked(self) -> tuple[Step, ...]:
        """The steps that are active, in order."""
        return tuple(step for step in self.steps if step.active)

    @cached_property
    def asks_about_mails(self) -> bool:
        """Whether a condition of its steps asks what became of its mails."""
        return any(True for _ in mails_asked(self.steps))

    def step(self, key: str) -> Step | None:
        """Return the active step of that id, or None."""
        return next((step for step in self.walked if step.id == key), None)

    def after(self, key: str | None) -> Step | None:
        """Return the active step that follows the one of that id (the first for None); None at the end."""
        if key is None:
            return self.walked[0] if self.walked else None
        keys = [step.id for step in self.walked]
        position = keys.index(key) + 1
        return self.walked[position] if position < len(keys) else None

    def landing(self, key: str) -> Step | None:
        """Return the step that a `goto` leads to: the first active one from there on; None at the end."""
        keys = [step.id for step in self.steps]
        ahead = self.steps[keys.index(key) :] if key in keys else ()
        return next((step for step in ahead if step.active), None)

    def window_of(self, step: Step) -> Window:
        """Return the window that holds for a step: its own, else the sequence's."""
        return step.window if step.window is not None else self.window

    def late_of(self, step: Step) -> Late:
        """Return what becomes of a step that is late: by its own rule, else by the sequence's."""
        return step.late if step.late is not None else self.late
