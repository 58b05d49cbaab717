"""Channels in trouble are left alone for a while: noted with the answer that told of it, ended by a good one."""

from collections.abc import Collection, Mapping
from datetime import datetime

from sqlalchemy import text
from sqlmodel import Session, select, update

from leadnurture.channels.transport import Answer, Verdict
from leadnurture.crm.change import Change
from leadnurture.engine.engine import Engine
from leadnurture.engine.lanes import Job, Settled
from leadnurture.engine.retry import is_everybody, rest_until
from leadnurture.outbox_channel import OutboxChannel, Trouble
from leadnurture.store import due
from leadnurture.store.tables import ChannelRest


def resting(session: Session, now: datetime, configuration: str) -> tuple[due.Rest, ...]:
    """Return the channels that are left alone at `now`, under a configuration."""
    moment = {"now": due.stored(now), "configuration": configuration}
    return due.rests_of(session.execute(text(due.RESTS), moment).all())


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


def set_against_server(session: Session, postponed: list[Settled]) -> list[Settled]:
    """Return messages that were put off while none was taken as the server's trouble, if it tells of that."""
    told: list[Settled] = []
    for channel in {report.job.message.channel for report in postponed}:
        own = [report for report in postponed if report.job.message.channel is channel]
        rest = session.get(ChannelRest, channel)
        so_far = rest.failures if rest is not None and rest.trouble is Trouble.POSTPONED else 0
        everybody = is_everybody((_couple(report.job) for report in own), rests_so_far=so_far)
        told += [_servers(report) for report in own] if everybody else own
    return told


def _couple(job: Job) -> str:
    """Return whom a message is for, as far as one must be told from another."""
    return next(iter(job.message.addressed), job.message.message_id)


def _servers(report: Settled) -> Settled:
    reply = report.answer.reply if report.answer is not None else ""
    return Settled(report.job, Answer(Verdict.SERVER, reply, trouble=Trouble.POSTPONED))


def _begin(change: Change, engine: Engine, channel: OutboxChannel, answer: Answer) -> None:
    known = change.session.get(ChannelRest, channel)
    if known is not None and known.until > change.now and known.configuration == engine.configuration:
        return  # another lane of this tick met it, too
    failures = known.failures + 1 if known is not None and known.configuration == engine.configuration else 1
    change.session.merge(
        ChannelRest(
            channel=channel,
            trouble=answer.trouble,
            reason=answer.reply,
            failures=failures,
            since=known.since if known is not None and failures > 1 else change.now,
            until=rest_until(failures, answer.trouble, change.now),
            configuration=engine.configuration,
        )
    )


def _end(change: Change, channel: OutboxChannel) -> None:
    known = change.session.get(ChannelRest, channel)
    if known is not None:
        change.session.delete(known)
