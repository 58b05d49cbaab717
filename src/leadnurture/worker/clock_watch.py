"""Noticing that the clock moved otherwise than time passed."""

from leadnurture.clock import Clock, monotonic

_JUMP = 30  # seconds by which the clock and the time that has passed may disagree


class ClockWatch:
    """Notices that the clock was set, or that the computer slept."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._at, self._passed = clock.now(), monotonic()

    def has_jumped(self) -> bool:
        """Tell whether it has since it was asked last."""
        at, passed = self._clock.now(), monotonic()
        moved, elapsed = (at - self._at).total_seconds(), passed - self._passed
        self._at, self._passed = at, passed
        return abs(moved - elapsed) > _JUMP
