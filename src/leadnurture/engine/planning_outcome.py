"""What an apply means for one walk: the walk before, the walk behind it, and the difference. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from leadnurture.engine.planning_walks import WalkState
from leadnurture.sequences.sequence import Sequence
from leadnurture.store.vocabulary import EnrollmentStatus


class Fate(StrEnum):
    """What happens to a lead's walk."""

    STAYS = "stays"  # the same step at the same time, and the same ones after it
    MOVES = "moves"
    FREEZES = "freezes"  # the sequence is switched off
    THAWS = "thaws"  # the sequence is switched on again
    WAITS = "waits"  # its message may have gone, and the step is not there any more: it goes over when that is settled
    ENROLLED = "enrolled"
    COMPLETED = "completed"
    CANCELLED = "cancelled"


@dataclass(frozen=True)
class Position:
    """The step that comes next and when (UTC); `at` is None while its message is on its way."""

    step: str
    at: datetime | None


@dataclass(frozen=True)
class LeadOutcome:
    """What an apply means for one lead in one sequence; None before for who enters, None after for who leaves.

    `added` are steps that the lead gets and would not have got, `skipped` those that it does not get any more.
    """

    lead_id: int
    fate: Fate
    before: Position | None
    after: Position | None
    added: tuple[str, ...] = ()
    skipped: tuple[str, ...] = ()
    reason: str | None = None
    frozen: bool = False


@dataclass(frozen=True)
class Turn:
    """One sequence's words before and after; `old` is None for a new one, `new` for one that is deleted."""

    old: Sequence | None
    new: Sequence | None

    @property
    def names(self) -> Mapping[str, str]:
        """Under which id each old step goes on; steps that are gone are not in it."""
        if self.new is None:
            return {}
        old = {step.id for step in self.old.walked} if self.old else set()
        renamed = {step.was: step.id for step in self.new.walked if step.was in old}
        return {step.id: step.id for step in self.new.walked if step.id in old} | renamed


def outcome(before: WalkState | None, after: WalkState, turn: Turn | None) -> LeadOutcome:
    """Return what became of a walk; no turn means that its sequence was not applied."""
    to = _position(after)
    if before is None:
        return LeadOutcome(after.lead_id, Fate.ENROLLED, None, to, reason=after.end_reason, frozen=after.frozen)
    ahead = _ahead(turn.old, before) if turn else []
    names = turn.names if turn else {}
    coming = _ahead(turn.new, after) if turn else []
    expected = [names.get(key, key) for key in ahead]
    waits = turn is not None and after.version_id == before.version_id and after.status is before.status
    return LeadOutcome(
        lead_id=after.lead_id,
        fate=Fate.WAITS if waits else _fate(before, after, names, changed=expected != coming),
        before=_position(before),
        after=to,
        added=() if waits else tuple(key for key in coming if key not in expected),
        skipped=() if waits else tuple(key for key in ahead if names.get(key) not in coming),
        reason=after.end_reason,
        frozen=after.frozen,
    )


def _fate(before: WalkState, after: WalkState, names: Mapping[str, str], *, changed: bool) -> Fate:
    if after.status is EnrollmentStatus.COMPLETED:
        return Fate.COMPLETED
    if not after.running:
        return Fate.CANCELLED
    if before.frozen != after.frozen:
        return Fate.FREEZES if after.frozen else Fate.THAWS
    same = (names.get(before.step or "", before.step), before.at) == (after.step, after.at)
    return Fate.STAYS if same and not changed else Fate.MOVES


def _position(state: WalkState) -> Position | None:
    return Position(state.step, state.at) if state.step is not None and state.running else None


def _ahead(sequence: Sequence | None, state: WalkState) -> list[str]:
    """Return the steps that a running walk has before it, its next one included."""
    keys = [step.id for step in sequence.walked] if sequence else []
    if state.step not in keys or _position(state) is None:
        return []
    return [key for key in keys[keys.index(state.step) :] if key not in state.done]
