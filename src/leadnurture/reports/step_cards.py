"""A sequence's steps in words, and how many leads wait before each."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from pydantic import BaseModel
from sqlalchemy import func
from sqlmodel import Session, col, select

from leadnurture.engine.timing import wedding_words
from leadnurture.reports.sequence_words import condition_words, duration_words, late_words, window_words
from leadnurture.sequences.condition import Condition
from leadnurture.sequences.duration import Duration
from leadnurture.sequences.sequence import Sequence
from leadnurture.sequences.step import Step
from leadnurture.store.tables.sequence import Enrollment
from leadnurture.store.vocabulary import EnrollmentStatus

_COMMON = set(Step.model_fields) - {"description"}


@dataclass(frozen=True)
class StepCard:
    """A step in words; `details` are its action's own keys, `leads` how many wait before it. No delay is empty.

    `wedding` is the day it hangs on in the place of a delay, None for most steps; `late` is empty if it goes anyway.
    """

    id: str
    name: str
    action: str
    active: bool
    delay: str
    wedding: str | None
    window: str
    late: str
    when: str | None
    details: Mapping[str, Any]
    leads: int

    def as_json(self) -> dict[str, Any]:
        """Return the documented keys."""
        return vars(self) | {"details": dict(self.details)}


def step_cards(session: Session, sequence: Sequence) -> tuple[StepCard, ...]:
    """Return all steps of a sequence, those that are switched off too."""
    query = select(Enrollment.current_step, func.count()).where(
        Enrollment.sequence_id == sequence.id, Enrollment.status == EnrollmentStatus.ACTIVE
    )
    waiting = dict(session.exec(query.group_by(col(Enrollment.current_step))).all())
    return tuple(_step(sequence, step, waiting.get(step.id, 0)) for step in sequence.steps)


def _step(sequence: Sequence, step: Step, waiting: int) -> StepCard:
    return StepCard(
        id=step.id,
        name=step.label,
        action=step.action,
        active=step.active,
        delay=duration_words(step.delay) if step.delay else "",
        wedding=wedding_words(step.wedding_offset) if step.wedding_offset is not None else None,
        window=window_words(sequence.window_of(step)),
        late=late_words(sequence.late_of(step)),
        when=condition_words(step.when) if step.when else None,
        details=_details(step),
        leads=waiting,
    )


def _details(step: Step) -> dict[str, Any]:
    """Return what the step says beyond what every step has."""
    own = {name: field for name, field in type(step).model_fields.items() if name not in _COMMON}
    given = {name: getattr(step, name) for name in own}
    usual = {name: field.get_default(call_default_factory=True) for name, field in own.items()}
    return {name: _plain(value) for name, value in given.items() if value != usual[name]}


def _plain(value: Any) -> Any:
    if isinstance(value, Duration):
        return str(value)
    if isinstance(value, Condition):
        return condition_words(value)
    if isinstance(value, list | tuple):
        return [_plain(one) for one in value]
    if isinstance(value, BaseModel):
        return {name: _plain(one) for name, one in value}
    return getattr(value, "value", value)
