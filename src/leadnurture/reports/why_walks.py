"""One walk through one sequence, told: why it began, what came of its steps, what comes, or why it ended."""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from leadnurture.engine.book import Book, UnreadableVersionError
from leadnurture.reports.as_of import iso
from leadnurture.reports.enrollment_list import frozen_reason
from leadnurture.reports.sequence_words import condition_words, moment_words
from leadnurture.reports.why_next import NextStep, Surroundings, next_step
from leadnurture.reports.why_steps import StepStory, step_stories
from leadnurture.sequences.sequence import Sequence
from leadnurture.sequences.step import Step
from leadnurture.store.tables.sequence import Enrollment, SequenceRow
from leadnurture.store.vocabulary import EnrollmentStatus

_RUNNING = (EnrollmentStatus.ACTIVE, EnrollmentStatus.PAUSED)


@dataclass(frozen=True)
class OtherStep:
    """A step that the walk has not come to, and why: it is further ahead, was passed by, or is switched off."""

    step: str
    name: str
    told: str

    def as_json(self) -> dict[str, Any]:
        """Return the documented keys."""
        return dict(vars(self))


@dataclass(frozen=True)
class WalkStory:
    """One walk; instants in the studio's zone. `others` are the steps that nothing came of so far.

    `trouble` says that its version cannot be read, so that nothing can be told of what comes.
    """

    enrollment_id: int
    sequence: str
    name: str
    status: EnrollmentStatus
    entered_at: datetime
    reason: str | None
    steps: tuple[StepStory, ...]
    next: NextStep | None
    others: tuple[OtherStep, ...]
    ended_at: datetime | None
    end_reason: str | None
    trouble: str | None
    known_steps: tuple[str, ...]

    def as_json(self) -> dict[str, Any]:
        """Return the documented keys."""
        told = {name: value for name, value in vars(self).items() if name != "known_steps"}
        return told | {
            "status": self.status.value,
            "entered_at": iso(self.entered_at),
            "ended_at": iso(self.ended_at),
            "steps": [step.as_json() for step in self.steps],
            "next": self.next.as_json() if self.next else None,
            "others": [other.as_json() for other in self.others],
        }

    def about(self, step: str) -> "WalkStory":
        """Return the same walk, only what concerns one step."""
        return replace(
            self,
            steps=tuple(story for story in self.steps if story.step == step),
            next=self.next if self.next and self.next.step == step else None,
            others=tuple(other for other in self.others if other.step == step),
        )


def walk_story(around: Surroundings, book: Book, enrollment: Enrollment, row: SequenceRow) -> WalkStory:
    """Return the story of one walk."""
    sequence, trouble = _walked(around, book, enrollment)
    steps = step_stories(around.session, around.as_of, enrollment, sequence)
    running = enrollment.status in _RUNNING
    frozen = frozen_reason(enrollment, around.lead, row)
    return WalkStory(
        enrollment_id=enrollment.id or 0,
        sequence=row.id,
        name=row.sequence_name,
        status=enrollment.status,
        entered_at=around.as_of.local(enrollment.enrollment_date),
        reason=enrollment.reason,
        steps=steps,
        next=next_step(around, enrollment, sequence, frozen) if running and sequence else None,
        others=_others(sequence, enrollment, {story.step for story in steps}) if sequence else (),
        ended_at=around.as_of.local(enrollment.ended_at),
        end_reason=enrollment.end_reason,
        trouble=trouble,
        known_steps=_known(sequence, steps),
    )


def _walked(around: Surroundings, book: Book, enrollment: Enrollment) -> tuple[Sequence | None, str | None]:
    try:
        return book.edition(around.session, enrollment.version_id).sequence, None
    except UnreadableVersionError as error:
        return None, error.message


def _known(sequence: Sequence | None, steps: tuple[StepStory, ...]) -> tuple[str, ...]:
    keys = [step.id for step in sequence.steps] if sequence else []
    return tuple(dict.fromkeys([*keys, *(story.step for story in steps)]))


def _others(sequence: Sequence, enrollment: Enrollment, reached: set[str]) -> tuple[OtherStep, ...]:
    """Return the steps that nothing came of: those ahead of the next one, those passed by, those switched off."""
    keys = [step.id for step in sequence.steps]
    running = enrollment.status in _RUNNING and enrollment.current_step in keys
    position = keys.index(enrollment.current_step or "") if running else len(keys)
    return tuple(
        OtherStep(step.id, step.label, _told(step, ahead=number > position, ended=not running))
        for number, step in enumerate(sequence.steps)
        if step.id not in reached and number != position
    )


def _told(step: Step, *, ahead: bool, ended: bool) -> str:
    if not step.active:
        return "switched off"
    if ended:
        return "not reached: the walk ended before it"
    if not ahead:
        return "behind them: it came into the sequence when they were past it"
    moment = moment_words(step)
    return f"{moment}, if {condition_words(step.when)}" if step.when else moment
