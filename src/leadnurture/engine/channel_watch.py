"""What a tick learns about the servers behind its channels while it delivers; kept in memory, for this tick."""

from collections import Counter
from collections.abc import Iterable

from leadnurture.channels.transport import Answer, Verdict
from leadnurture.engine.lanes import Settled
from leadnurture.outbox_channel import OutboxChannel

SILENCES = 2  # so many messages in a row without an answer to their content, and no more are risked

_TOOK_IT_UP = frozenset({Verdict.ACCEPTED, Verdict.REFUSED})  # the server is at work, whatever came of the message


class ChannelWatch:
    """`troubles` are the words of servers that take nothing at present: their channels rest for the tick.

    Messages that were put off are kept back until one was taken: before that nobody knows whether it was about them.
    Until they are settled they stay queued in the file, so a crash only asks again.
    """

    def __init__(self) -> None:
        self.troubles: dict[OutboxChannel, str] = {}
        self._at_work: set[OutboxChannel] = set()
        self._silences: Counter[OutboxChannel] = Counter()
        self._kept: list[Settled] = []

    def ripe(self, settled: Iterable[Settled]) -> list[Settled]:
        """Take note of what lanes report; return what can be settled now."""
        reports = [*self._kept, *settled]
        self._at_work |= {_channel(one) for one in reports if _verdict(one) in _TOOK_IT_UP}
        self._kept = [
            one for one in reports if _verdict(one) is Verdict.TRANSIENT and _channel(one) not in self._at_work
        ]
        return [one for one in reports if one not in self._kept]

    def left(self) -> list[Settled]:
        """Return what was kept back to the end: nothing was taken on these channels."""
        left, self._kept = self._kept, []
        return left

    def in_trouble(self, settled: Iterable[Settled]) -> dict[OutboxChannel, Answer]:
        """Return the channels that these answers show to be in trouble, with the answer that does."""
        found: dict[OutboxChannel, Answer] = {}
        for one in settled:
            channel, answer = _channel(one), one.answer
            if answer is None:
                continue
            self._silences[channel] = self._silences[channel] + 1 if answer.verdict is Verdict.UNKNOWN else 0
            if answer.verdict is Verdict.SERVER or self._silences[channel] >= SILENCES:
                found.setdefault(channel, answer)
        self._at_work -= found.keys()
        return found

    def at_work(self) -> frozenset[OutboxChannel]:
        """Return the channels whose server took up a message in this tick, and was in no trouble then."""
        return frozenset(self._at_work - self.troubles.keys())


def _channel(report: Settled) -> OutboxChannel:
    return report.job.message.channel


def _verdict(report: Settled) -> Verdict | None:
    return None if report.answer is None else report.answer.verdict
