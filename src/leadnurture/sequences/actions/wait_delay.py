"""Wait, and do nothing else."""

from typing import ClassVar

from leadnurture.sequences.duration import PositiveDuration
from leadnurture.sequences.step import Done, Moment, Outcome, Step


class WaitDelay(Step):
    """The next step's delay counts from the end of this one's."""

    action_name: ClassVar[str] = "wait_delay"

    delay: PositiveDuration

    def perform(self, moment: Moment) -> Outcome:  # noqa: ARG002
        """Nothing: the waiting was the delay."""
        return Done()
