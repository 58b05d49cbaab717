"""Wait for something to happen, but not for ever."""

from datetime import time
from typing import ClassVar

from leadnurture.sequences.base import Target
from leadnurture.sequences.condition import Condition
from leadnurture.sequences.duration import Duration, PositiveDuration
from leadnurture.sequences.step import Done, Moment, Outcome, Step, Waits
from leadnurture.sequences.yaml_tree import Path

_TOMORROW = Duration(days=1)


class WaitUntil(Step):
    """The walk rests until the condition holds, then goes to `then`; after `timeout` it goes to `otherwise`.

    Either is a later step or `end`; left out, it is the step that follows.
    """

    action_name: ClassVar[str] = "wait_until"
    may_wait: ClassVar[bool] = True

    until: Condition
    timeout: PositiveDuration
    then: Target | None = None
    otherwise: Target | None = None

    def targets(self) -> tuple[tuple[Path, str], ...]:
        """Where it goes when the condition holds, and when it has waited long enough."""
        ways = (("then", self.then), ("otherwise", self.otherwise))
        return tuple(((key,), target) for key, target in ways if target)

    @property
    def leads_on(self) -> bool:
        """Unless both ways lead elsewhere."""
        return self.then is None or self.otherwise is None

    def perform(self, moment: Moment) -> Outcome:
        """Look whether the waiting is over; days go by without a fact, so it is looked at each morning, too."""
        judged = moment.judged(self.until)
        if judged.held:
            return Done({"held": True, "goto": self.then}, goto=self.then, reason=judged.because)
        deadline = moment.after(self.timeout, since=moment.since)
        if deadline <= moment.change.now:
            reason = f"{self.timeout} have passed, and {judged.because}"
            return Done({"held": False, "goto": self.otherwise}, goto=self.otherwise, reason=reason)
        return Waits(min(deadline, moment.after(_TOMORROW, time(0))), judged.because)
