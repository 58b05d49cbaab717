"""What a tick learns about the servers behind its channels while it delivers; kept in memory, for this tick."""

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field, replace

from leadnurture.channels.transport import Answer, Verdict
from leadnurture.engine.lanes import Job, Settled
from leadnurture.outbox_channel import OutboxChannel

SILENCES = 2  # so many messages in a row without an answer to their content, and no more are risked

_TOOK_IT_UP = frozenset({Verdict.ACCEPTED, Verdict.REFUSED})  # the server is at work, whatever came of the message


@dataclass
class Findings:
    """What reports tell: `ripe` ones can be settled, `kept` ones not yet, and which channels are `in_trouble`."""

    ripe: list[Settled] = field(default_factory=list)
    kept: list[Settled] = field(default_factory=list)
    in_trouble: dict[OutboxChannel, Answer] = field(default_factory=dict)


class ChannelWatch:
    """`troubles` are the words of servers that take nothing at present: their channels rest for the tick.

    An answer that may be about the message or about the server is kept until another message tells which: one that is
    taken next says that the first was about its message, and a second couple that fares alike that it was not. Whoever
    is kept must be queued in the file meanwhile, so that a crash only asks again.
    """

    def __init__(self) -> None:
        self.troubles: dict[OutboxChannel, str] = {}
        self._at_work: set[OutboxChannel] = set()
        self._silences: Counter[OutboxChannel] = Counter()
        self._kept: defaultdict[OutboxChannel, list[Settled]] = defaultdict(list)

    def sort(self, settled: Iterable[Settled]) -> Findings:
        """Take note of what lanes report, and return what it tells."""
        found = Findings()
        for one in settled:
            if one.answer is None:
                found.ripe.append(one)
            else:
                self._sort(one, one.answer, found)
        return found

    def left(self) -> list[Settled]:
        """Return what was kept to the end: no other message told what it is about."""
        left = [one for kept in self._kept.values() for one in kept]
        self._kept.clear()
        return left

    def at_work(self) -> frozenset[OutboxChannel]:
        """Return the channels whose server took up a message in this tick, and was in no trouble then."""
        return frozenset(self._at_work - self.troubles.keys())

    def _sort(self, one: Settled, answer: Answer, found: Findings) -> None:
        channel = one.job.message.channel
        self._silences[channel] = self._silences[channel] + 1 if answer.verdict is Verdict.UNKNOWN else 0
        if answer.verdict in _TOOK_IT_UP:
            self._at_work.add(channel)
            found.ripe += [one, *(its_own(other) for other in self._kept.pop(channel, []))]
        elif self._is_open(one, answer):
            self._kept[channel].append(one)
            found.kept.append(one)
        else:
            found.ripe.append(one)
            if answer.verdict is Verdict.SERVER or self._silences[channel] >= SILENCES:
                self._give_up(channel, answer, found)

    def _is_open(self, one: Settled, answer: Answer) -> bool:
        """Whether nobody can tell yet what an answer is about."""
        if answer.verdict is Verdict.TRANSIENT:
            return one.job.message.channel not in self._at_work
        return answer.verdict is Verdict.SERVER and answer.named and not self._fares_alike(one)

    def _fares_alike(self, one: Settled) -> bool:
        """Whether another couple's message has just met the server's trouble, too."""
        kept = self._kept[one.job.message.channel]
        return any(_is_servers(other) and couple(other.job) != couple(one.job) for other in kept)

    def _give_up(self, channel: OutboxChannel, answer: Answer, found: Findings) -> None:
        found.in_trouble.setdefault(channel, answer)
        self._at_work.discard(channel)
        found.ripe += [one for one in self._kept[channel] if _is_servers(one)]
        self._kept[channel] = [one for one in self._kept[channel] if not _is_servers(one)]


def its_own(report: Settled) -> Settled:
    """Return an answer as one about the message."""
    assert report.answer is not None
    return Settled(report.job, replace(report.answer, verdict=Verdict.TRANSIENT))


def couple(job: Job) -> str:
    """Return whom a message is for, as far as one must be told from another."""
    return next(iter(job.message.addressed), job.message.message_id)


def _is_servers(report: Settled) -> bool:
    return report.answer is not None and report.answer.verdict is Verdict.SERVER
