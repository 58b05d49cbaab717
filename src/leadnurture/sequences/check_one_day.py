"""Whether two steps in a row reach the couple on one and the same day."""

from collections.abc import Iterator
from datetime import time, timedelta
from itertools import pairwise

from leadnurture.config import Config
from leadnurture.sequences.condition import Condition
from leadnurture.sequences.folder import Draft
from leadnurture.sequences.problems import Problem
from leadnurture.sequences.sequence import Sequence
from leadnurture.sequences.step import Step
from leadnurture.sequences.straight_on import goes_straight_on

_DAY = timedelta(days=1)
_NOON = timedelta(hours=12)
_SAYS_NOTHING_NEW = frozenset({"replied"})  # who has replied has left, unless the sequence says otherwise


def two_on_one_day(draft: Draft, sequence: Sequence, config: Config) -> Iterator[Problem]:
    """Yield a warning for each step that reaches the couple on the day of the step that reached them before.

    Only where that is so for everybody who gets the first one, on an ordinary day: it is left out where conditions,
    branches or the wedding decide on it.
    """
    numbers = {step.id: number for number, step in enumerate(sequence.steps)}
    for row in _rows(sequence.walked):
        first, second = row[0], row[-1]
        if _surely_both(row) and _on_one_day(row, sequence, config.limits.lead_gap):
            message = f"'{second.id}' reaches the couple on the same day as '{first.id}'"
            hint = f"give '{second.id}' a delay of 1d or more, or make one message of '{first.id}' and '{second.id}'"
            yield draft.parsed.warning(("steps", numbers[second.id], "delay"), message, hint)


def _rows(steps: tuple[Step, ...]) -> Iterator[tuple[Step, ...]]:
    """Yield each step that reaches the couple with all up to the next one that does."""
    reaching = [number for number, step in enumerate(steps) if step.reaches_couple]
    for start, end in pairwise(reaching):
        yield steps[start : end + 1]


def _surely_both(row: tuple[Step, ...]) -> bool:
    """Tell whether everybody who gets the first of a row gets the last."""
    first, *between, last = row
    if not all(map(goes_straight_on, row[1:])):
        return False
    return _asks_nothing(last.when) or (last.when == first.when and not between)


def _asks_nothing(when: Condition | None) -> bool:
    return when is None or (when.model_fields_set <= _SAYS_NOTHING_NEW and when.replied is False)


def _on_one_day(row: tuple[Step, ...], sequence: Sequence, lead_gap: timedelta) -> bool:
    """Tell whether the last step of a row happens on the day of the first, on most days on which the first can."""
    windows = [sequence.window_of(step) for step in row]
    start = clock = _usual_hour(windows[0].at, windows[0].closes)
    days = windows[0].days
    for step, window in zip(row[1:], windows[1:], strict=True):
        clock += step.delay.roughly
        if step is row[-1]:
            clock = max(clock, start + lead_gap)
        clock = max(clock, _since_midnight(window.opens))
        if clock >= (_since_midnight(window.closes) if window.closes else _DAY):
            return False
        days = days & window.days
    return 2 * len(days) > len(windows[0].days)


def _usual_hour(at: time | None, closes: time | None) -> timedelta:
    """Return when a step usually happens: as its window opens, or at noon if it is open all day."""
    if at is not None:
        return _since_midnight(at)
    return _NOON if closes is None or _since_midnight(closes) > _NOON else timedelta()


def _since_midnight(clock: time) -> timedelta:
    return timedelta(hours=clock.hour, minutes=clock.minute)
