"""Lanes: one thread and one connection each, offering messages and handing them over only when they are told to.

A lane knows nothing of the database. It reports what happened and waits; the coordinator commits, then says go.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from queue import SimpleQueue
from threading import Thread

from leadnurture.channels.mail.message import FrozenMessage
from leadnurture.channels.transport import Answer, Line, Verdict


@dataclass(frozen=True)
class Job:
    """One outbox row on its way; `permit` tells its lane whether to hand it over."""

    outbox_id: int
    message: FrozenMessage
    permit: "SimpleQueue[bool]" = field(default_factory=SimpleQueue)


@dataclass(frozen=True)
class Ready:
    """The server took sender and recipients, but for those it `refused`; the lane waits for its permit."""

    job: Job
    refused: Mapping[str, str]


@dataclass(frozen=True)
class Settled:
    """The lane is done with the message. `answer` is None if it was told not to hand it over."""

    job: Job
    answer: Answer | None


Report = Ready | Settled


class Lane(Thread):
    """Takes jobs until it is given None; then closes its line."""

    def __init__(self, line: Line, jobs: "SimpleQueue[Job | None]", reports: "SimpleQueue[Report]") -> None:
        super().__init__(name="delivery lane", daemon=True)
        self._line, self._jobs, self._reports = line, jobs, reports

    def run(self) -> None:
        """Work until told to end."""
        try:
            while (job := self._jobs.get()) is not None:
                self._reports.put(Settled(job, self._delivered(job)))
        finally:
            self._line.close()

    def _delivered(self, job: Job) -> Answer | None:
        answer = self._asked(lambda: self._line.offer(job.message), Verdict.SERVER)
        if answer.verdict is not Verdict.ACCEPTED:
            return answer
        self._reports.put(Ready(job, answer.refused))
        if job.permit.get():
            return self._asked(self._line.hand_over, Verdict.UNKNOWN)
        self._line.withdraw()
        return None

    def _asked(self, question: Callable[[], Answer], otherwise: Verdict) -> Answer:
        """Return the answer; a fault of ours is one, too: a lane that dies would be waited for for ever."""
        try:
            return question()
        except Exception as fault:  # noqa: BLE001 - told in the message's reason
            return Answer(otherwise, f"{type(fault).__name__}: {fault}", named=True)
