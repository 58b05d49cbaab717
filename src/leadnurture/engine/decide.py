"""Deciding: every step whose time has come is done, skipped, held or frozen for delivery, each with its reason.

A batch of enrollments is one transaction. If one of them cannot be decided, the batch is undone and decided again one
by one, so that it does not hold up the others.
"""

from collections import Counter
from contextlib import nullcontext
from datetime import datetime
from functools import cached_property
from typing import Any

from sqlalchemy import text
from sqlmodel import col, select

from leadnurture.channels.mail.message import UnsendableError
from leadnurture.crm.change import Change
from leadnurture.crm.portrait import portrait
from leadnurture.crm.timeline import note
from leadnurture.engine import pacing_records, walk
from leadnurture.engine.book import Edition
from leadnurture.engine.conditions import Subject, judge
from leadnurture.engine.engine import Engine
from leadnurture.engine.events import Event, OnEvent
from leadnurture.engine.moment import EngineMoment, way_out
from leadnurture.engine.pacing import Pacer
from leadnurture.engine.personalize import UnfillableError, letter_names
from leadnurture.engine.schedule import opening
from leadnurture.errors import BusyError, ConfigurationError
from leadnurture.sequences.step import Done, Step
from leadnurture.store.due import DUE_ENROLLMENTS, stored
from leadnurture.store.errors import DatabaseUnwritableError, NotADatabaseError
from leadnurture.store.rows import erase_row, rewrite_rows, write_row
from leadnurture.store.tables import Enrollment, Execution, Lead
from leadnurture.store.vocabulary import EnrollmentStatus, ExecutionStatus, InteractionType

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
    why = getattr(error, "message", None) or f"{type(error).__name__}: {error}"
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
    leads = {lead.id: lead for lead in change.session.exec(wanted).all()}
    by_id = {enrollment.id: enrollment for enrollment in walks}
    past = select(Execution.enrollment_id, Execution.step_key).where(col(Execution.enrollment_id).in_(ids))
    done = set(change.session.exec(past).all())
    decisions = [
        _Decision(change, engine, pacer, walked, leads[walked.lead_id], done_before=(key, walked.current_step) in done)
        for key, walked in ((key, by_id[key]) for key in ids)
    ]
    events = [_decided(decision) for decision in decisions]
    for decision in decisions:  # at the end, so that the database hears of all of them at once
        if decision.posted:
            walk.wait_for_delivery(decision.enrollment)
    return events


def _decided(decision: "_Decision") -> Event:
    try:
        outcome, reason = decision.made()
    except ConfigurationError as error:  # a version that cannot be read stops its own leads only
        outcome, reason = decision.held(error.message)
    walked = decision.enrollment
    return Event(decision.change.now, walked.lead_id, walked.sequence_id, decision.step_key, outcome, reason)


class _Decision:
    """One due enrollment, from its step to the outcome."""

    def __init__(
        self, change: Change, engine: Engine, pacer: Pacer, enrollment: Enrollment, lead: Lead, *, done_before: bool
    ) -> None:
        self.change, self.engine, self.pacer = change, engine, pacer
        self.enrollment, self.lead, self.done_before = enrollment, lead, done_before
        self.step_key = enrollment.current_step or ""
        self.posted = False

    def made(self) -> tuple[str, str | None]:
        edition = self.engine.book.edition(self.change.session, self.enrollment.version_id)
        step = edition.sequence.step(self.step_key)
        if step is None:
            return self.held(f"the sequence has no step '{self.step_key}'")
        if self.done_before:  # a step that has its execution never happens twice
            walk.go_on(self.change, self.enrollment, edition, self.change.now, self.engine.is_holiday)
            return "skipped", "it was done before"
        window = edition.sequence.window_of(step)
        zone = self.change.config.studio.zone
        later = opening(self.change.now, window, zone, self.engine.is_holiday)
        if later.at > self.change.now:
            self.enrollment.next_at, self.enrollment.due_local = later.at, later.local
            return "waiting", f"its window opens at {later.local}"
        verdict = judge(step.when, self._subject)
        if not verdict.held:
            return self._skipped(edition, step, verdict.why_not)
        return self._performed(edition, step)

    @cached_property
    def _subject(self) -> Subject:
        replied = self.lead.last_reply_at is not None and self.lead.last_reply_at >= self.enrollment.enrollment_date
        return Subject(portrait(self.lead, self.change.now, self.change.config.studio.zone), replied)

    def _performed(self, edition: Edition, step: Step) -> tuple[str, str | None]:
        assert self.lead.id is not None
        if step.reaches_couple and (hold := self.pacer.hold(self.lead.id, self.change.now)):
            walk.hold(self.enrollment, hold.until, hold.reason)
            return "waiting", hold.reason
        execution = self._written(edition, step)
        try:
            with nullcontext() if step.fills_first else self.change.session.begin_nested():
                return self._act(edition, step, execution)
        except UnfillableError as hole:
            erase_row(self.change.session, execution)
            return self.held(str(hole))
        except UnsendableError as error:
            return self._failed(step, execution, error.message)

    def _act(self, edition: Edition, step: Step, execution: Execution) -> tuple[str, str | None]:
        today = self.change.now.astimezone(self.change.config.studio.zone).date()
        link = way_out(self.change.config, self.lead.unsubscribe_token)
        names = letter_names(self._subject.values, self.change.config, today, link)
        moment = EngineMoment(
            self.change, self.lead, self.enrollment, execution, edition, step, self.engine.folder, names
        )
        outcome = step.perform(moment)
        if isinstance(outcome, Done):
            self._finish(execution, ExecutionStatus.EXECUTED, result=dict(outcome.result))
            if self.enrollment.status is EnrollmentStatus.ACTIVE:
                walk.go_on(self.change, self.enrollment, edition, self.change.now, self.engine.is_holiday)
            return "executed", None
        self.posted = True
        self.pacer.count(self.enrollment.lead_id, self.change.now)
        return "queued", moment.posted.subject if moment.posted else None

    def _skipped(self, edition: Edition, step: Step, why: str) -> tuple[str, str | None]:
        execution = self._written(edition, step)
        self._finish(execution, ExecutionStatus.SKIPPED, reason=why)
        walk.go_on(self.change, self.enrollment, edition, self.change.now, self.engine.is_holiday)
        note(
            self.change,
            self.lead,
            InteractionType.STEP_SKIPPED,
            f"{self.enrollment.sequence_id}: {step.label}",
            content=why,
        )
        return "skipped", why

    def _failed(self, step: Step, execution: Execution, why: str) -> tuple[str, str | None]:
        self._finish(execution, ExecutionStatus.FAILED, error=why)
        note(
            self.change,
            self.lead,
            InteractionType.STEP_FAILED,
            f"{self.enrollment.sequence_id}: {step.label}",
            content=why,
        )
        walk.end(self.change, self.enrollment, EnrollmentStatus.FAILED, f"step '{step.id}' failed: {why}")
        return "failed", why

    def held(self, why: str) -> tuple[str, str | None]:
        """Keep the step for a day, or until the lead or the sequence changes."""
        if self.enrollment.held_reason != why:
            note(
                self.change,
                self.lead,
                InteractionType.STEP_HELD,
                f"{self.enrollment.sequence_id}: {self.step_key}",
                content=why,
            )
        walk.hold(self.enrollment, self.change.now + walk.ASK_AGAIN, why)
        return "held", why

    def _finish(self, execution: Execution, status: ExecutionStatus, **more: Any) -> None:
        """Write down how the step ended."""
        values = {"status": status, "executed_at": self.change.now, **more}
        rewrite_rows(self.change.session, Execution, {execution.id or 0: values})

    def _written(self, edition: Edition, step: Step) -> Execution:
        """Write down that the step is being done; the row makes sure that it never is a second time."""
        keys = [walked.id for walked in edition.sequence.steps]
        execution = Execution(
            enrollment_id=self.enrollment.id or 0,
            lead_id=self.lead.id or 0,
            sequence_id=edition.sequence.id,
            version_id=edition.version_id,
            step_number=keys.index(step.id) + 1,
            step_key=step.id,
            action_type=step.action,
            status=ExecutionStatus.PENDING,
            due_at=self.enrollment.next_at,
            created_at=self.change.now,
            updated_at=self.change.now,
        )
        write_row(self.change.session, execution)
        return execution
