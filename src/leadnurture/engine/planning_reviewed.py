"""Applying exactly what was reviewed, or nothing: whatever moved since then is told."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from sqlmodel import Session

from leadnurture.crm.leads import couple_of
from leadnurture.engine.applying import Applied
from leadnurture.engine.engine import Engine
from leadnurture.engine.planning import apart, watch
from leadnurture.engine.planning_saved import SavedLead, SavedPlan, SavedSequence, digests, saved_sequence
from leadnurture.errors import ConflictError
from leadnurture.sequences.folder import Draft
from leadnurture.sequences.versions import Difference, Pending, compare
from leadnurture.store.tables.lead import Lead
from leadnurture.store.tables.sequence import SequenceRow

_SHOWN = 10


@dataclass(frozen=True)
class Movement:
    """One thing that is not any more as it was when the plan was made."""

    sequence: str
    what: str
    lead_id: int | None = None


class PlanMovedError(ConflictError):
    """Something has moved since the plan was made; nothing was applied."""

    def __init__(self, movements: list[Movement]) -> None:
        lines = [f"  {one.sequence}: {one.what}" for one in movements[:_SHOWN]]
        more = [f"  … and {len(movements) - _SHOWN} more"] if len(movements) > _SHOWN else []
        super().__init__(
            "\n".join(["the plan does not hold any more; nothing was applied:", *lines, *more]),
            hint="look again, and save a new one: leadnurture plan --out FILE",
            detail={"moved": [vars(one) for one in movements]},
        )


def apply_reviewed(engine: Engine, plan: SavedPlan, drafts: Iterable[Draft]) -> list[Applied]:
    """Apply a saved plan to the files as they are; raises PlanMovedError if that is not what was reviewed."""
    with apart(engine) as (change, copy):
        pending = unmoved(change.session, plan, drafts)
        applied, effects = watch(change, copy, pending)
        now = {effect.identity: saved_sequence(effect) for effect in effects}
        _require_still(list(_walks(change.session, plan, now)))
    return applied


def unmoved(session: Session, plan: SavedPlan, drafts: Iterable[Draft]) -> list[Pending]:
    """Return what a plan applies; raises PlanMovedError if a file or a version is not what it was."""
    pending = {one.identity: one for one in compare(session, drafts)}
    _require_still([one for saved in plan.applied for one in _words(session, saved, pending.get(saved.sequence))])
    return [pending[saved.sequence] for saved in plan.applied]


def _require_still(movements: list[Movement]) -> None:
    if movements:
        raise PlanMovedError(movements)


def _words(session: Session, saved: SavedSequence, pending: Pending | None) -> Iterator[Movement]:
    row = session.get(SequenceRow, saved.sequence)
    running = row.current_version if row else None
    if running != saved.version:
        now, then = (f"version {number}" if number else "none" for number in (running, saved.version))
        yield Movement(saved.sequence, f"{now} runs; the plan was made when {then} did")
        return
    files = digests(pending.draft) if pending else {}
    for name in sorted(files.keys() | saved.files.keys()):
        if files.get(name) != saved.files.get(name):
            yield Movement(saved.sequence, f"{name} {_became(name, files, saved)}")
    if files == saved.files and (pending is None or pending.difference is not saved.change):
        yield Movement(saved.sequence, "it was deleted or applied meanwhile")


def _became(name: str, files: dict[str, str], saved: SavedSequence) -> str:
    if name not in files:
        return "is gone"
    return "was edited" if name in saved.files else "is new"


def _walks(session: Session, plan: SavedPlan, now: dict[str, SavedSequence]) -> Iterator[Movement]:
    before = {saved.sequence: saved for saved in plan.sequences}
    for name in before | now:
        was, is_ = (side.get(name) or _nothing(name) for side in (before, now))
        yield from _leads(session, name, _by_lead(was), _by_lead(is_))
        for lead_id in sorted(set(was.stay_out) ^ set(is_.stay_out)):
            fits = "fits it now, too, and would stay out" if lead_id in is_.stay_out else "would not stay out any more"
            yield Movement(name, f"{_called(session, lead_id)} {fits}", lead_id)


def _nothing(name: str) -> SavedSequence:
    return SavedSequence(sequence=name, change=Difference.UNCHANGED, version=None, files={}, leads=(), stay_out=())


def _by_lead(saved: SavedSequence) -> dict[int, SavedLead]:
    return {one.lead_id: one for one in saved.leads}


def _leads(session: Session, name: str, was: dict[int, SavedLead], now: dict[int, SavedLead]) -> Iterator[Movement]:
    for lead_id in sorted(was.keys() | now.keys()):
        if (what := _moved(was.get(lead_id), now.get(lead_id))) is not None:
            yield Movement(name, f"{_called(session, lead_id)} {what}", lead_id)


def _moved(was: SavedLead | None, now: SavedLead | None) -> str | None:
    """Return what a lead has done since the plan was made; None if it stands where it stood."""
    if now is None:
        return "has left it" if was and was.step else "would not enter any more"
    if was is None:
        return "has entered it" if now.step else "would enter, too"
    if was.step != now.step:
        return f"has moved on from '{was.step}' to '{now.step}'"
    return None if was.digest == now.digest else "stands before the same step, but the change would mean something else"


def _called(session: Session, lead_id: int) -> str:
    lead = session.get(Lead, lead_id)
    return couple_of(lead) if lead else f"lead {lead_id}"
