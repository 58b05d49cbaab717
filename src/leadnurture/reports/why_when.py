"""Why a step is due when it is, in words: its delay, its window, a hold, a gap, a cap. Pure."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from leadnurture.engine.pacing import Hold
from leadnurture.engine.schedule import IsHoliday, after, due_at
from leadnurture.reports.as_of import AsOf
from leadnurture.reports.sequence_words import duration_words, window_words
from leadnurture.sequences.duration import Duration
from leadnurture.sequences.window import ANY_TIME, Window


@dataclass(frozen=True)
class Waiting:
    """A step that waits for its moment. `since` is what its delay counts from (UTC), in words too: "'x' was sent".

    `deadline` is when a step that waits for a condition goes on in any case (UTC).

    `limit` is what gap and caps say now, and `hold` what they would say at its moment; `by_hand` that the owner brought
    it forward, `resumed` that the walk was resumed at that moment.
    """

    delay: Duration
    window: Window
    anchor: datetime
    since: str
    next_at: datetime
    held_reason: str | None
    waiting_reason: str | None
    deadline: datetime | None
    limit: Hold | None
    hold: Hold | None
    by_hand: bool
    resumed: bool


def told_when(waiting: Waiting, as_of: AsOf, is_holiday: IsHoliday) -> tuple[str, ...]:
    """Return why the step is due at its moment, one sentence per cause, the first cause first."""
    return tuple(_causes(waiting, as_of, is_holiday))


def told_at(instant: datetime, as_of: AsOf) -> str:
    """Return an instant in the studio's zone such as `Tue 12 Jan 10:03`; the year only if it is another one."""
    local = as_of.local(instant)
    year = "" if local.year == as_of.now.year else f" {local.year}"
    return f"{local:%a} {local.day} {local:%b}{year} {local:%H:%M}"


def _causes(waiting: Waiting, as_of: AsOf, is_holiday: IsHoliday) -> Iterator[str]:
    due = due_at(waiting.anchor, waiting.delay, waiting.window, as_of.zone, is_holiday).at
    length = duration_words(waiting.delay) if waiting.delay else "straight"
    delayed = f"{length} after {waiting.since} ({told_at(waiting.anchor, as_of)})"
    if waiting.held_reason:
        yield f"it was due {told_at(due, as_of)}, {delayed}"
        yield f"it waits because {waiting.held_reason}; it is asked again {told_at(waiting.next_at, as_of)}"
    elif waiting.deadline:
        yield f"it began {delayed}"
        yield f"it waits ({waiting.waiting_reason}) until {told_at(waiting.deadline, as_of)} at the latest"
    elif waiting.waiting_reason:
        yield f"it was due {told_at(due, as_of)}, {delayed}"
        yield f"it was put off to {told_at(waiting.next_at, as_of)}: {waiting.waiting_reason}"
    elif waiting.next_at < due:
        yield "its delay was left out by hand" if waiting.by_hand else "it was brought forward"
        yield from _window(waiting, waiting.next_at > as_of.now, as_of)
    elif waiting.next_at > due:
        yield f"it was due {told_at(due, as_of)}, {delayed}"
        yield f"it was put off to {told_at(waiting.next_at, as_of)}{_put_off(waiting, as_of)}"
    else:
        yield delayed
        yield from _window(waiting, due != after(waiting.anchor, waiting.delay, as_of.zone), as_of)
    if waiting.hold and not (waiting.held_reason or waiting.waiting_reason):
        yield f"it will not go before {told_at(waiting.hold.until, as_of)}: {waiting.hold.reason}"


def _window(waiting: Waiting, moved: bool, as_of: AsOf) -> Iterator[str]:
    """Say that the window put it there, if it did."""
    if moved and waiting.window != ANY_TIME:
        yield f"its window opens {as_of.local(waiting.next_at):%a %H:%M} ({window_words(waiting.window)})"


def _put_off(waiting: Waiting, as_of: AsOf) -> str:
    """Say what put a step off beyond its delay; nothing where that is over and was not noted."""
    local = as_of.local(waiting.next_at).time().replace(second=0, microsecond=0)
    if waiting.limit and waiting.limit.until >= waiting.next_at:
        return f": {waiting.limit.reason}"
    if waiting.resumed:
        return ", when the walk was resumed by hand"
    opens = waiting.window != ANY_TIME and local == waiting.window.opens
    return f", when its window opens ({window_words(waiting.window)})" if opens else ""
