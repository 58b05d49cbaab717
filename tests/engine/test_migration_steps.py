"""Which step comes next when a new version meets a lead half way."""

from dataclasses import dataclass
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leadnurture.crm.values import Reading
from leadnurture.engine.landing import next_step
from leadnurture.sequences.parse import parse
from leadnurture.sequences.sequence import Sequence

READING = Reading("GBP", "GB", ZoneInfo("Europe/London"), "dmy")


def sequence(*steps: str) -> Sequence:
    """Return a sequence of such steps: `a`, `b<old` (was old), `-c` (not active)."""
    lines = []
    for step in steps:
        key, _, was = step.removeprefix("-").partition("<")
        lines += [f"  - {{id: {key}, action: wait_delay, delay: 1d, active: {str(not step.startswith('-')).lower()}"]
        lines[-1] += f", was: {was}}}" if was else "}"
    read = parse("name: x\nsteps:\n" + "\n".join(lines), "x.yaml", "x", READING)
    assert read.sequence is not None, read.problems
    return read.sequence


def landed(old: str, new: str, position: str | None, done: str = "") -> str | None:
    step = next_step(sequence(*old.split()), sequence(*new.split()), position, set(done.split()))
    return step.id if step else None


TABLE: dict[str, tuple[str, str, str | None, str, str | None]] = {
    "nothing changes": ("a b c", "a b c", "b", "a", "b"),
    "the next step stays next": ("a b c", "a b d c", "b", "a", "b"),
    "a new step right ahead comes first": ("a b c", "a n b c", "b", "a", "n"),
    "several new steps right ahead come in their order": ("a b c", "a m n b c", "b", "a", "m"),
    "a new step behind never comes": ("a b c", "n a b c", "b", "a", "b"),
    "a new step between what is done never comes": ("a b c", "a n b c", "c", "a b", "c"),
    "a step right ahead that is not new has been passed": ("a b c d", "a d b c", "b", "a", "b"),
    "the next step is gone: the first that survives": ("a b c", "a c", "b", "a", "c"),
    "the next step is gone, a new one in its place": ("a b c", "a n c", "b", "a", "n"),
    "all that was ahead is gone: what comes behind the last one done": ("a b", "a n", "b", "a", "n"),
    "all that was ahead is gone: the walk is complete": ("a b", "n a", "b", "a", None),
    "nothing was done and everything is new": ("a b", "m n", "a", "", "m"),
    "before the first step, a new one ahead": ("a b", "n a b", "a", "", "n"),
    "the next step has another name": ("a b c", "a story<b c", "b", "a", "story"),
    "a step done has another name": ("a b c", "first<a n b c", "b", "a", "n"),
    "a renamed step is not done again": ("a b c", "b c late<a", "c", "a b", "c"),
    "a done step is moved ahead": ("a b c", "b a c", "b", "a", "b"),
    "a done step is moved behind the next one": ("a b c", "c a b", "c", "a b", "c"),
    "the order is turned round": ("a b c", "c b a", "b", "a", "b"),
    "the next step sleeps": ("a b c", "a -b c", "b", "a", "c"),
    "a sleeping step ahead wakes": ("a -n b", "a n b", "b", "a", "n"),
    "a step of which the old version knows nothing": ("a b", "a b c", "zzz", "a", "b"),
    "a walk that was at its end": ("a b", "a b c", None, "a b", "c"),
}


@pytest.mark.parametrize(("old", "new", "position", "done", "expected"), TABLE.values(), ids=TABLE.keys())
def test_the_next_step_is_found(old: str, new: str, position: str | None, done: str, expected: str | None) -> None:
    assert landed(old, new, position, done) == expected


@dataclass(frozen=True)
class Edit:
    """Two versions of a sequence, and a lead that walks by the old one."""

    old: list[str]
    new: list[str]  # new keys; `was` maps renamed ones to the old
    was: dict[str, str]
    position: str
    done: set[str]

    def old_name(self, key: str) -> str:
        return self.was.get(key, key)

    def sequences(self) -> tuple[Sequence, Sequence]:
        named = [f"{key}<{self.was[key]}" if key in self.was else key for key in self.new]
        return sequence(*self.old), sequence(*named)

    def landed(self) -> str | None:
        step = next_step(*self.sequences(), self.position, self.done)
        return step.id if step else None

    def walked(self) -> list[str]:
        """Return the steps that the lead still gets, in order."""
        key, found = self.landed(), []
        behind = {new for new in self.new if self.old_name(new) in self.done}
        order = [*self.new, None]
        while key is not None:
            found.append(key)
            rest = order[order.index(key) + 1 :]
            key = next(after for after in rest if after not in behind)
        return found


@st.composite
def edits(draw: st.DrawFn) -> Edit:
    """Return any edit of a sequence: steps removed, inserted, renamed, reordered; and a lead at any of its steps."""
    old = [f"s{number}" for number in range(draw(st.integers(1, 6)))]
    position = draw(st.sampled_from(old))
    earlier = old[: old.index(position)]
    done = draw(st.sets(st.sampled_from(earlier))) if earlier and draw(st.booleans()) else set(earlier)
    kept = [key for key in old if draw(st.booleans())] if draw(st.booleans()) else list(old)
    kept = draw(st.permutations(kept)) if draw(st.booleans()) else kept
    was = {f"r{key}": key for key in kept if draw(st.integers(0, 3)) == 0}
    names = {old_key: new_key for new_key, old_key in was.items()}
    new = [names.get(key, key) for key in kept]
    for number in range(draw(st.integers(0, 3))):
        new.insert(draw(st.integers(0, len(new))), f"n{number}")
    return Edit(old, new or ["n9"], was, position, done)


@given(edits())
def test_a_step_that_is_done_never_comes_again(edit: Edit) -> None:
    assert not {edit.old_name(key) for key in edit.walked()} & edit.done


@given(edits())
def test_the_next_step_stays_next_unless_new_ones_stand_right_ahead_of_it(edit: Edit) -> None:
    names = {edit.old_name(key): key for key in edit.new}
    if edit.position not in names:
        return
    walked = edit.walked()
    ahead = walked[: walked.index(names[edit.position])]
    assert all(key.startswith("n") for key in ahead)
    assert [*ahead, names[edit.position]] == edit.new[edit.new.index(walked[0]) :][: len(ahead) + 1]


@given(edits())
def test_every_step_that_comes_later_in_both_versions_is_reached(edit: Edit) -> None:
    walked = edit.walked()
    names = {edit.old_name(key): key for key in edit.new}
    later = [names[key] for key in edit.old[edit.old.index(edit.position) :] if key in names]
    if later:
        landing = edit.new.index(later[0])
        assert {key for key in later if edit.new.index(key) >= landing} <= set(walked)


@given(edits())
def test_a_new_step_between_the_next_and_the_end_is_reached_and_one_behind_never_comes(edit: Edit) -> None:
    walked = edit.walked()
    names = {edit.old_name(key): key for key in edit.new}
    if edit.position not in names:
        return
    place = edit.new.index(names[edit.position])
    fresh = {key for key in edit.new if key.startswith("n")}
    assert fresh & set(edit.new[place:]) <= set(walked)
    passed = [number for number, key in enumerate(edit.new[:place]) if key not in fresh]
    assert not fresh & set(edit.new[: max(passed, default=0)]) & set(walked)
