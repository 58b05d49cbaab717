"""Deciding: every step whose time has come is done, skipped, held or frozen for delivery, each with its reason.

A batch of enrollments is one transaction. If one of them cannot be decided, the batch is undone and decided again one
by one, so that it does not hold up the others.
"""

from collections import Counter, defaultdict
from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from sqlmodel import col, select

from leadnurture.crm.change import Change
from leadnurture.crm.opt_outs import NOTHING, opt_outs_of
from leadnurture.engine import pacing_records, walk
from leadnurture.engine.decision import Decision
from leadnurture.engine.engine import Engine
from leadnurture.engine.events import Event, OnEvent
from leadnurture.engine.pacing import Pacer
from leadnurture.errors import BusyError
from leadnurture.store.due import DUE_ENROLLMENTS, stored
from leadnurture.store.errors import DatabaseUnwritableError, NotADatabaseError
from leadnurture.store.tables.lead import Lead
from leadnurture.store.tables.sequence import Enrollment, Execution
from leadnurture.store.vocabulary import ExecutionStatus

BATCH = 100


def decide(engine: Engine, now: datetime, on_event: OnEvent) -> Counter[str]:
    """Decide every due enrollment; return how many were executed, skipped, held, queued or failed."""
    counts: Counter[str] = Counter()
    while not engine.stopping.is_set():
        try:
            events, enrolled = _transaction(engine, now, BATCH)
        except (BusyError, DatabaseUnwritableError, NotADatabaseError):
            raise  # trouble of the file, not of a lead
        except Exception:  # noqa: BLE001 - one lead that cannot be decided must not hold up the others
            events, enrolled = _one_by_one(engine, now)
        counts["enrolled"] += enrolled
        for event in events:
            counts[event.outcome] += 1
            on_event(event)
        if len(events) < BATCH:
            break
    return counts


def _transaction(engine: Engine, now: datetime, size: int) -> tuple[list[Event], int]:
    """Decide the next `size` due enrollments in one commit; return what was done, and how many were enrolled."""
    with engine.change(now) as change:
        pacer = pacing_records.load(change.session, change.config.limits, now)
        events = _batch(change, engine, pacer, _due(change, size))
    return events, len(change.enrolled)


def _one_by_one(engine: Engine, now: datetime) -> tuple[list[Event], int]:
    """Decide a batch again, each enrollment in a commit of its own; one that fails is held with what went wrong."""
    events: list[Event] = []
    enrolled = 0
    for _ in range(BATCH):
        try:
            decided, entered = _transaction(engine, now, 1)
        except (BusyError, DatabaseUnwritableError, NotADatabaseError):
            raise
        except Exception as error:  # noqa: BLE001 - told in the enrollment's reason
            decided, entered = [_set_aside(engine, now, error)], 0
        if not decided:
            break
        events += decided
        enrolled += entered
    return events, enrolled


def _set_aside(engine: Engine, now: datetime, error: Exception) -> Event:
    """Hold the first due enrollment, without reacting to anything: what fails may be in the reaction."""
    # What the database says is told without the statement that it says it about.
    cause = error.orig if isinstance(error, DBAPIError) and error.orig else error
    why = getattr(error, "message", None) or f"{type(cause).__name__}: {cause}"
    with engine.database.write() as session:
        change = Change(session, now, engine.config)
        walked = session.get_one(Enrollment, _due(change, 1)[0])
        walk.hold(walked, now + walk.ASK_AGAIN, f"it cannot be done: {why}")
        return Event(now, walked.lead_id, walked.sequence_id, walked.current_step or "", "held", walked.held_reason)


def _due(change: Change, size: int) -> list[int]:
    due = {"now": stored(change.now), "batch": size}
    return [row[0] for row in change.session.execute(text(DUE_ENROLLMENTS), due)]


def _batch(change: Change, engine: Engine, pacer: Pacer, ids: list[int]) -> list[Event]:
    walks = change.session.exec(select(Enrollment).where(col(Enrollment.id).in_(ids))).all()
    wanted = select(Lead).where(col(Lead.id).in_({enrollment.lead_id for enrollment in walks}))
    leads = {lead.id or 0: lead for lead in change.session.exec(wanted).all()}
    by_id = {enrollment.id: enrollment for enrollment in walks}
    past = _past(change, ids)
    closed = opt_outs_of(change.session, leads)
    decisions = [
        Decision(change, engine, pacer, walked, leads[walked.lead_id], past[key], closed.get(walked.lead_id, NOTHING))
        for key, walked in ((key, by_id[key]) for key in ids)
    ]
    events = [decision.made() for decision in decisions]
    for decision in decisions:  # at the end, so that the database hears of all of them at once
        if decision.posted:
            walk.wait_for_delivery(decision.enrollment)
    return events


def _past(change: Change, ids: list[int]) -> Mapping[int, dict[str, ExecutionStatus]]:
    """Return how the steps stand that the walks have come to, by walk."""
    query = select(Execution.enrollment_id, Execution.step_key, Execution.status)
    past: defaultdict[int, dict[str, ExecutionStatus]] = defaultdict(dict)
    for walked, key, status in change.session.exec(query.where(col(Execution.enrollment_id).in_(ids))).all():
        past[walked][key] = ExecutionStatus(status)
    return past
