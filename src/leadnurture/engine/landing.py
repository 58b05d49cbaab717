"""Which step of a new version a walk comes to next. Pure.

Steps are known by their ids (`was` names an id before a rename). A step done never comes again; the next step stays
next if it is still there; a new step right ahead of it comes first; one behind the lead never comes.
"""

from collections.abc import Collection

from leadnurture.sequences.sequence import Sequence
from leadnurture.sequences.step import Step


def next_step(
    old: Sequence, new: Sequence, position: str | None, done: Collection[str], *, jumped: bool = False
) -> Step | None:
    """Return the step of `new` that a lead comes to next whose next step in `old` was `position`.

    `done` are the old ids of the steps behind the lead; `jumped`: a branch led right to `position`, so that no new step
    slips in before it. None: the walk is complete.
    """
    behind = {step.id for step in new.walked if step.id in done or (step.was or step.id) in done}
    order = list(new.walked)
    landing = _landing(old, new, position)
    if landing is None:
        last = max((number for number, step in enumerate(order) if step.id in behind), default=-1)
        passed = behind | _passed(old, new, position)
        return next((step for step in order[last + 1 :] if step.id not in passed), None)
    known = {step.id for step in old.walked}
    start = order.index(landing)
    while (
        not jumped
        and start > 0
        and (before := order[start - 1]).id not in behind
        and not ({before.id, before.was} & known)
    ):
        start -= 1
    return next((step for step in order[start:] if step.id not in behind), None)


def _landing(old: Sequence, new: Sequence, position: str | None) -> Step | None:
    """Return the first step from the lead's position on that survives in the new version."""
    keys = [step.id for step in old.walked]
    ahead = keys[keys.index(position) :] if position in keys else []
    survivors = {step.was or step.id: step for step in new.walked} | {step.id: step for step in new.walked}
    return next((survivors[key] for key in ahead if key in survivors), None)


def _passed(old: Sequence, new: Sequence, position: str | None) -> set[str]:
    """Return the ids in `new` of the steps that the lead had before it in `old`, those that a branch left out too."""
    keys = [step.id for step in old.walked]
    before = set(keys[: keys.index(position)]) if position in keys else set[str]()
    return {step.id for step in new.walked if (step.was or step.id) in before or step.id in before}
