"""Channels in trouble are left alone for a while: noted with the answer that told of it, ended by a good one."""

from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import replace
from datetime import datetime

from sqlalchemy import text
from sqlmodel import Session, select, update

from leadnurture.channels.transport import Answer, Verdict
from leadnurture.crm.change import Change
from leadnurture.engine.channel_watch import couple, its_own
from leadnurture.engine.engine import Engine
from leadnurture.engine.lanes import Settled
from leadnurture.engine.retry import is_about_server, rest_until
from leadnurture.outbox_channel import OutboxChannel, Trouble
from leadnurture.store import due
from leadnurture.store.tables.channel_rest import ChannelRest


def resting(session: Session, now: datetime, configuration: str) -> tuple[due.Rest, ...]:
    """Return the channels that are left alone at `now`, under a configuration."""
    return due.rests_of(session.execute(text(due.RESTS), due.moment(now, configuration)).all())


def noted(engine: Engine) -> frozenset[OutboxChannel]:
    """Return the channels that rest, or whose rest is over and has not proved right yet."""
    with engine.database.read() as session:
        return frozenset(rest.channel for rest in session.exec(select(ChannelRest)).all())


def end_all(change: Change) -> None:
    """Let every channel be tried at once; how often its server failed in a row is not forgotten."""
    change.session.execute(update(ChannelRest).values(until=change.now))


def note(
    change: Change, engine: Engine, in_trouble: Mapping[OutboxChannel, Answer], at_work: Collection[OutboxChannel]
) -> None:
    """Begin and lengthen the rests of channels in trouble, each once a tick; end those of channels that work."""
    for channel, answer in in_trouble.items():
        _begin(change, engine, channel, answer)
    for channel in at_work:
        if channel not in in_trouble:
            _end(change, channel)


def judged(session: Session, left: list[Settled]) -> list[Settled]:
    """Return answers that no other message shed light on as what they are taken for in the end."""
    by_channel: defaultdict[OutboxChannel, list[Settled]] = defaultdict(list)
    for report in left:
        by_channel[report.job.message.channel].append(report)
    return [one for channel, own in by_channel.items() for one in _judged(session.get(ChannelRest, channel), own)]


def _judged(rest: ChannelRest | None, own: list[Settled]) -> list[Settled]:
    failures = rest.failures if rest is not None else 0
    if is_about_server([couple(one.job) for one in own], failures, _verdicts(own)):
        return [_servers(one) for one in own]
    return [its_own(one) for one in own]


def _verdicts(own: list[Settled]) -> set[Verdict]:
    return {one.answer.verdict for one in own if one.answer is not None}


def _servers(report: Settled) -> Settled:
    """Return an answer as one about the server."""
    answer = report.answer
    assert answer is not None
    trouble = answer.trouble if answer.verdict is Verdict.SERVER else Trouble.POSTPONED
    return Settled(report.job, replace(answer, verdict=Verdict.SERVER, trouble=trouble, named=False))


def _begin(change: Change, engine: Engine, channel: OutboxChannel, answer: Answer) -> None:
    known = change.session.get(ChannelRest, channel)
    if known is not None and known.until > change.now and known.configuration == engine.configuration:
        return  # another lane of this tick met it, too
    failures = known.failures + 1 if known is not None else 1
    change.session.merge(
        ChannelRest(
            channel=channel,
            trouble=answer.trouble,
            reason=answer.reply,
            failures=failures,
            since=known.since if known is not None else change.now,
            until=rest_until(failures, answer.trouble, change.now),
            configuration=engine.configuration,
        )
    )


def _end(change: Change, channel: OutboxChannel) -> None:
    known = change.session.get(ChannelRest, channel)
    if known is not None:
        change.session.delete(known)
