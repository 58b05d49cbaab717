"""Deciding: every step whose time has come is done, skipped, held or frozen for delivery, each with its reason.

A batch of enrollments is one transaction; each enrollment inside it has a savepoint, so that one that cannot be decided
does not hold up the others.
"""

from collections import Counter
from datetime import datetime

from sqlalchemy import text
from sqlalchemy.exc import IntegrityError
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
from leadnurture.engine.moment import EngineMoment
from leadnurture.engine.pacing import Pacer
from leadnurture.engine.personalize import UnfillableError, letter_names
from leadnurture.engine.schedule import opening
from leadnurture.errors import ConfigurationError
from leadnurture.sequences.step import Done, Step
from leadnurture.store.due import DUE_ENROLLMENTS, stored
from leadnurture.store.tables import Enrollment, Execution, Lead
from leadnurture.store.vocabulary import EnrollmentStatus, ExecutionStatus, InteractionType

BATCH = 100


def decide(engine: Engine, now: datetime, on_event: OnEvent) -> Counter[str]:
    """Decide every due enrollment; return how many were executed, skipped, held, queued or failed."""
    counts: Counter[str] = Counter()
    pacer: Pacer | None = None
    while not engine.stopping.is_set():
        with engine.change(now) as change:
            pacer = pacer or pacing_records.load(change.session, change.config.limits, now)
            events = _batch(change, engine, pacer)
        counts["enrolled"] += len(change.enrolled)
        for event in events:
            counts[event.outcome] += 1
            on_event(event)
        if len(events) < BATCH:
            break
    return counts


def _batch(change: Change, engine: Engine, pacer: Pacer) -> list[Event]:
    due = {"now": stored(change.now), "batch": BATCH}
    ids = [row[0] for row in change.session.execute(text(DUE_ENROLLMENTS), due)]
    walks = change.session.exec(select(Enrollment).where(col(Enrollment.id).in_(ids))).all()
    wanted = select(Lead).where(col(Lead.id).in_({enrollment.lead_id for enrollment in walks}))
    leads = {lead.id: lead for lead in change.session.exec(wanted).all()}
    by_id = {enrollment.id: enrollment for enrollment in walks}
    return [_decide_one(change, engine, pacer, by_id[key], leads[by_id[key].lead_id]) for key in ids]


def _decide_one(change: Change, engine: Engine, pacer: Pacer, enrollment: Enrollment, lead: Lead) -> Event:
    decision = _Decision(change, engine, pacer, enrollment, lead)
    try:
        outcome, reason = decision.made()
    except ConfigurationError as error:  # a version that cannot be read stops its own leads only
        outcome, reason = decision.held(error.message)
    assert lead.id is not None
    return Event(change.now, lead.id, enrollment.sequence_id, decision.step_key, outcome, reason)


class _Decision:
    """One due enrollment, from its step to the outcome."""

    def __init__(self, change: Change, engine: Engine, pacer: Pacer, enrollment: Enrollment, lead: Lead) -> None:
        self.change, self.engine, self.pacer = change, engine, pacer
        self.enrollment, self.lead = enrollment, lead
        self.step_key = enrollment.current_step or ""

    def made(self) -> tuple[str, str | None]:
        edition = self.engine.book.edition(self.change.session, self.enrollment.version_id)
        step = edition.sequence.step(self.step_key)
        if step is None:
            return self.held(f"the sequence has no step '{self.step_key}'")
        window = edition.sequence.window_of(step)
        zone = self.change.config.studio.zone
        later = opening(self.change.now, window, zone, self.engine.is_holiday)
        if later.at > self.change.now:
            self.enrollment.next_at, self.enrollment.due_local = later.at, later.local
            return "waiting", f"its window opens at {later.local}"
        verdict = judge(step.when, self._subject())
        if not verdict.held:
            return self._skipped(edition, step, verdict.why_not)
        return self._performed(edition, step)

    def _subject(self) -> Subject:
        replied = self.lead.last_reply_at is not None and self.lead.last_reply_at >= self.enrollment.enrollment_date
        return Subject(portrait(self.lead, self.change.now, self.change.config.studio.zone), replied)

    def _performed(self, edition: Edition, step: Step) -> tuple[str, str | None]:
        assert self.lead.id is not None
        if step.reaches_couple and (hold := self.pacer.hold(self.lead.id, self.change.now)):
            walk.hold(self.enrollment, hold.until, hold.reason)
            return "waiting", hold.reason
        try:
            with self.change.session.begin_nested():
                return self._act(edition, step)
        except UnfillableError as hole:
            return self.held(str(hole))
        except UnsendableError as error:
            return self._failed(edition, step, error.message)
        except IntegrityError:  # the step has its execution already: it never happens twice
            walk.go_on(self.change, self.enrollment, edition, self.change.now, self.engine.is_holiday)
            return "skipped", "it was done before"

    def _act(self, edition: Edition, step: Step) -> tuple[str, str | None]:
        execution = self._execution(edition, step, ExecutionStatus.PENDING)
        subject = self._subject()
        today = self.change.now.astimezone(self.change.config.studio.zone).date()
        names = letter_names(subject.values, self.change.config, today)
        moment = EngineMoment(
            self.change, self.lead, self.enrollment, execution, edition, step, self.engine.folder, names
        )
        outcome = step.perform(moment)
        if isinstance(outcome, Done):
            execution.status, execution.executed_at = ExecutionStatus.EXECUTED, self.change.now
            execution.result = dict(outcome.result)
            self.change.session.flush()
            if self.enrollment.status is EnrollmentStatus.ACTIVE:
                walk.go_on(self.change, self.enrollment, edition, self.change.now, self.engine.is_holiday)
            return "executed", None
        assert self.lead.id is not None
        self.enrollment.next_at = self.enrollment.held_reason = None
        self.pacer.count(self.lead.id, self.change.now)
        self.change.session.flush()
        return "queued", moment.posted.subject if moment.posted else None

    def _skipped(self, edition: Edition, step: Step, why: str) -> tuple[str, str | None]:
        execution = self._execution(edition, step, ExecutionStatus.SKIPPED)
        execution.reason, execution.executed_at = why, self.change.now
        self.change.session.flush()
        walk.go_on(self.change, self.enrollment, edition, self.change.now, self.engine.is_holiday)
        note(
            self.change,
            self.lead,
            InteractionType.STEP_SKIPPED,
            f"{self.enrollment.sequence_id}: {step.label}",
            content=why,
        )
        return "skipped", why

    def _failed(self, edition: Edition, step: Step, why: str) -> tuple[str, str | None]:
        execution = self._execution(edition, step, ExecutionStatus.FAILED)
        execution.error, execution.executed_at = why, self.change.now
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

    def _execution(self, edition: Edition, step: Step, status: ExecutionStatus) -> Execution:
        keys = [walked.id for walked in edition.sequence.steps]
        execution = Execution(
            enrollment_id=self.enrollment.id or 0,
            lead_id=self.lead.id or 0,
            sequence_id=edition.sequence.id,
            version_id=edition.version_id,
            step_number=keys.index(step.id) + 1,
            step_key=step.id,
            action_type=step.action,
            status=status,
            due_at=self.enrollment.next_at,
            created_at=self.change.now,
            updated_at=self.change.now,
        )
        self.change.session.add(execution)
        self.change.session.flush()
        return execution
