"""Why a step is due when it is, in words: its delay or the wedding, its window, a hold, a gap. Pure."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from leadnurture.engine.pacing import Hold
from leadnurture.engine.schedule import after
from leadnurture.engine.timing import Timing, day_words, wedding_words
from leadnurture.reports.as_of import AsOf
from leadnurture.reports.sequence_words import duration_words, window_words
from leadnurture.sequences.window import ANY_TIME


@dataclass(frozen=True)
class Waiting:
    """A step that waits for its moment. `anchor` is when the one before it was done (UTC), `since` says it in words.

    `deadline` is when a step that waits for a condition goes on in any case (UTC).

    `limit` is what gap and caps say now, and `hold` what they would say at its moment; `by_hand` that the owner brought
    it forward, `resumed` that the walk was resumed at that moment.
    """

    timing: Timing
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


def told_when(waiting: Waiting, as_of: AsOf) -> tuple[str, ...]:
    """Return why the step is due at its moment, one sentence per cause, the first cause first."""
    return tuple(_causes(waiting, as_of))


def told_at(instant: datetime, as_of: AsOf) -> str:
    """Return an instant in the studio's zone such as `Tue 12 Jan 10:03`; the year only if it is another one."""
    local = as_of.local(instant)
    year = "" if local.year == as_of.now.year else f" {local.year}"
    return f"{local:%a} {local.day} {local:%b}{year} {local:%H:%M}"


def _causes(waiting: Waiting, as_of: AsOf) -> Iterator[str]:
    due = waiting.timing.due(waiting.anchor).at
    delayed = _delayed(waiting, as_of)
    if waiting.held_reason:
        yield f"it was due {told_at(due, as_of)}, {delayed}" if waiting.timing.meant(waiting.anchor) else delayed
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
        yield f"it was put off to {told_at(waiting.next_at, as_of)}{_put_off(waiting)}"
    else:
        yield delayed
        yield from _window(waiting, _was_moved(waiting, due), as_of)
    yield from _bounds(waiting, as_of)


def _delayed(waiting: Waiting, as_of: AsOf) -> str:
    """Say what the step's moment counts from: the step before it, or the wedding and the clocks where they live."""
    timing, meant = waiting.timing, waiting.timing.meant(waiting.anchor)
    after_what = f"{waiting.since} ({told_at(waiting.anchor, as_of)})"
    if timing.offset is None:
        return f"{duration_words(timing.delay) if timing.delay else 'straight'} after {after_what}"
    if timing.day is None or meant is None:
        return f"{wedding_words(timing.offset)}, whose date is not known"
    clock = f"at {meant.at.astimezone(timing.zone):%H:%M}{_where(timing, as_of)}"
    told = f"{wedding_words(timing.offset)} ({day_words(timing.day)}), {clock}"
    return f"{told}, but not before {after_what}" if meant.at < waiting.anchor else told


def _where(timing: Timing, as_of: AsOf) -> str:
    """Name the lead's zone, if clocks show something else there than in the studio's."""
    return "" if timing.zone.key == as_of.zone.key else f" in {timing.zone.key}"


def _was_moved(waiting: Waiting, due: datetime) -> bool:
    """Tell whether a window put the step off from the moment that its delay, or its day, alone would give."""
    timing = waiting.timing
    if timing.day is not None:
        return due.astimezone(timing.zone).date() != timing.day
    return timing.offset is None and due != after(waiting.anchor, timing.delay, timing.zone)


def _bounds(waiting: Waiting, as_of: AsOf) -> Iterator[str]:
    """Say what will keep the step back still, and when it will be too late."""
    if waiting.hold and not (waiting.held_reason or waiting.waiting_reason):
        yield f"it will not go before {told_at(waiting.hold.until, as_of)}: {waiting.hold.reason}"
    if why := waiting.timing.left_out(waiting.anchor, max(waiting.next_at, as_of.now)):
        yield f"it will be skipped: {why}"
    elif expires := waiting.timing.expires(waiting.anchor):
        yield f"it is skipped if it has not gone by {told_at(expires, as_of)}"


def _window(waiting: Waiting, moved: bool, as_of: AsOf) -> Iterator[str]:
    """Say that the window put it there, if it did."""
    timing = waiting.timing
    if moved and timing.open_window != ANY_TIME:
        opens = f"{waiting.next_at.astimezone(timing.zone):%a %H:%M}{_where(timing, as_of)}"
        yield f"its window opens {opens} ({window_words(timing.open_window)})"


def _put_off(waiting: Waiting) -> str:
    """Say what put a step off beyond its moment; nothing where that is over and was not noted."""
    window = waiting.timing.open_window
    local = waiting.next_at.astimezone(waiting.timing.zone).time().replace(second=0, microsecond=0)
    if waiting.limit and waiting.limit.until >= waiting.next_at:
        return f": {waiting.limit.reason}"
    if waiting.resumed:
        return ", when the walk was resumed by hand"
    opens = window != ANY_TIME and local == window.opens
    return f", when its window opens ({window_words(window)})" if opens else ""
