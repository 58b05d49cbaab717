"""Deciding about one step: whether its time has come and its condition holds, doing it, and what follows."""

from collections.abc import Mapping
from contextlib import nullcontext
from functools import cached_property
from typing import Any

from leadnurture.channels.mail.message import UnsendableError
from leadnurture.crm.change import Change
from leadnurture.crm.opt_outs import NOTHING, OptOuts
from leadnurture.crm.timeline import note
from leadnurture.engine import subjects, walk
from leadnurture.engine.book import Edition
from leadnurture.engine.conditions import Subject, judge
from leadnurture.engine.engine import Engine
from leadnurture.engine.events import Event
from leadnurture.engine.moment import EngineMoment, way_out
from leadnurture.engine.pacing import Pacer
from leadnurture.engine.personalize import UnfillableError, letter_names
from leadnurture.engine.timing import timing_of
from leadnurture.errors import ConfigurationError
from leadnurture.sequences.base import END
from leadnurture.sequences.step import Done, Step, Waits
from leadnurture.store.rows import erase_row, rewrite_rows, write_row
from leadnurture.store.tables.lead import Lead
from leadnurture.store.tables.sequence import Enrollment, Execution
from leadnurture.store.vocabulary import EnrollmentStatus, ExecutionStatus, InteractionType


def _way(goto: str | None) -> str:
    """Return in words where the walk goes on."""
    if goto is None:
        return "to the step that follows"
    return "to the end" if goto == END else f"to '{goto}'"


class Decision:
    """One due enrollment, from its step to the outcome; `past` is how the steps stand that it has come to.

    `closed` is what the couple has opted out of.
    """

    def __init__(
        self,
        change: Change,
        engine: Engine,
        pacer: Pacer,
        enrollment: Enrollment,
        lead: Lead,
        past: Mapping[str, ExecutionStatus],
        closed: OptOuts = NOTHING,
    ) -> None:
        self.change, self.engine, self.pacer = change, engine, pacer
        self.enrollment, self.lead, self.past, self.closed = enrollment, lead, past, closed
        self.step_key = enrollment.current_step or ""
        self.posted = False
        self.notice: str | None = None

    def made(self) -> Event:
        """Decide, and return what was decided."""
        try:
            outcome, reason = self._made()
        except ConfigurationError as error:  # a version that cannot be read stops its own leads only
            outcome, reason = self._held(error.message)
        walked = self.enrollment
        return Event(self.change.now, walked.lead_id, walked.sequence_id, self.step_key, outcome, reason, self.notice)

    def _made(self) -> tuple[str, str | None]:
        edition = self.engine.book.edition(self.change.session, self.enrollment.version_id)
        step = edition.sequence.step(self.step_key)
        if step is None:
            return self._held(f"the sequence has no step '{self.step_key}'")
        if self.past.get(step.id, ExecutionStatus.WAITING) is not ExecutionStatus.WAITING:
            self._go_on(edition)  # a step that has its execution never happens twice
            return "skipped", "it was done before"
        if step.contact and (why := self.closed.why_not(step.contact, step.contacted(self.lead))):
            return self._skipped(edition, step, why)
        begun = walk.begun_waiting(self.change.session, self.enrollment) if step.may_wait else None
        if (other := self._at_another_time(edition, step, begun=begun is not None)) is not None:
            return other
        verdict = judge(step.when if begun is None else None, self._subject)
        if not verdict.held:
            return self._skipped(edition, step, verdict.why_not)
        return self._performed(edition, step, begun)

    def _at_another_time(self, edition: Edition, step: Step, *, begun: bool) -> tuple[str, str | None] | None:
        """Leave the step out if it is too late for it, or let it wait if it is too early; None if now is its time.

        A wait that has `begun` is not late, however long it lasts.
        """
        is_holiday, now = self.engine.is_holiday, self.change.now
        timing = timing_of(self.lead, self.enrollment, edition.sequence, step, self.change.config, is_holiday)
        if not begun and (why := timing.left_out(self.enrollment.anchor_at, now)) is not None:
            return self._skipped(edition, step, why)
        if timing.missing is not None:
            return self._held(timing.missing)
        later = timing.opening(now)
        if later.at <= now:
            return None
        self.enrollment.next_at, self.enrollment.due_local = later.at, later.local
        self.enrollment.held_reason = None  # whatever held it is asked again then
        return "waiting", f"its window opens at {later.local}"

    @cached_property
    def _subject(self) -> Subject:
        change, sequence = (
            self.change,
            self.engine.book.edition(self.change.session, self.enrollment.version_id).sequence,
        )
        return subjects.walking(
            change.session, self.lead, self.enrollment, sequence, change.now, change.config.studio.zone
        )

    def _performed(self, edition: Edition, step: Step, begun: Execution | None) -> tuple[str, str | None]:
        assert self.lead.id is not None
        if step.reaches_couple and (hold := self.pacer.hold(self.lead.id, self.change.now, step.channel)):
            walk.wait(self.enrollment, hold.until, hold.reason)
            return "waiting", hold.reason
        execution = begun or self._written(edition, step)
        try:
            with nullcontext() if step.fills_first else self.change.session.begin_nested():
                return self._act(edition, step, execution)
        except UnfillableError as hole:
            erase_row(self.change.session, execution)
            return self._held(str(hole))
        except UnsendableError as error:
            return self._failed(step, execution, error.message)

    def _act(self, edition: Edition, step: Step, execution: Execution) -> tuple[str, str | None]:
        today = self.change.now.astimezone(self.change.config.studio.zone).date()
        link = way_out(self.change.config, self.lead.unsubscribe_token)
        names = letter_names(self._subject.values, self.change.config, today, link)
        moment = EngineMoment(
            self.change,
            self.lead,
            self.enrollment,
            execution,
            edition,
            step,
            self.engine.folder,
            names,
            self._subject,
            closed=self.closed,
        )
        outcome = step.perform(moment)
        if isinstance(outcome, Waits):
            return self._waiting(execution, outcome)
        if isinstance(outcome, Done):
            return self._done(edition, execution, outcome)
        subject = moment.posted.subject if moment.posted else None
        if not step.channel.reaches_couple:
            self._finish(execution, ExecutionStatus.EXECUTED, result={"subject": subject})
            self._go_on(edition)
            return "queued", subject
        self.posted = True
        self.pacer.count(self.enrollment.lead_id, self.change.now, step.channel)
        return "queued", subject

    def _done(self, edition: Edition, execution: Execution, outcome: Done) -> tuple[str, str | None]:
        told = outcome.reason and f"{_way(outcome.goto)}: {outcome.reason}"
        self._finish(execution, ExecutionStatus.EXECUTED, result=dict(outcome.result), reason=told)
        self.notice = outcome.notice
        if self.enrollment.status is EnrollmentStatus.ACTIVE:
            self._go_on(edition, outcome.goto)
        return "executed", told

    def _go_on(self, edition: Edition, goto: str | None = None) -> None:
        """Let the walk go on behind the step, which is behind it now."""
        done = {key for key, status in self.past.items() if status in walk.FINISHED} | {self.step_key}
        walk.go_on(self.change, self.enrollment, edition, self.change.now, self.engine.is_holiday, done, goto)

    def _waiting(self, execution: Execution, outcome: Waits) -> tuple[str, str | None]:
        values = {"status": ExecutionStatus.WAITING, "updated_at": self.change.now}
        rewrite_rows(self.change.session, Execution, {execution.id or 0: values})
        walk.wait(self.enrollment, outcome.until, outcome.reason)
        return "waiting", outcome.reason

    def _skipped(self, edition: Edition, step: Step, why: str) -> tuple[str, str | None]:
        execution = self._written(edition, step)
        self._finish(execution, ExecutionStatus.SKIPPED, reason=why)
        self._go_on(edition)
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

    def _held(self, why: str) -> tuple[str, str | None]:
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
