"""What a walk comes to next, when, and which delay, window, gap, cap or freeze put it there."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlmodel import Session, select

from leadnurture.config import Config
from leadnurture.crm.opt_outs import NOTHING, opt_outs_of
from leadnurture.engine import advancing, pacing_records, subjects, walk
from leadnurture.engine.conditions import Clause, judge
from leadnurture.engine.pacing import Hold
from leadnurture.engine.schedule import IsHoliday, after
from leadnurture.engine.timing import timing_of
from leadnurture.reports.as_of import AsOf, iso
from leadnurture.reports.why_steps import executions_of
from leadnurture.reports.why_when import Waiting, told_at, told_when
from leadnurture.sequences.actions.wait_until import WaitUntil
from leadnurture.sequences.sequence import Sequence
from leadnurture.sequences.step import Step
from leadnurture.store.tables.lead import Lead
from leadnurture.store.tables.outbox import OutboxMessage
from leadnurture.store.tables.sequence import Enrollment, Execution
from leadnurture.store.tables.timeline import Interaction
from leadnurture.store.vocabulary import ExecutionStatus, InteractionType, OutboxState

_VERBS = {ExecutionStatus.SKIPPED: "was skipped", ExecutionStatus.EXECUTED: "was done"}


@dataclass(frozen=True)
class NextStep:
    """The step that comes next; `at` in the studio's zone, None while its message is on the way.

    `because` are the causes in words. `clauses` judge its `when` as things stand; `would_skip` names what does not
    hold. `frozen` says why nothing happens before somebody acts.
    """

    step: str
    name: str
    action: str
    at: datetime | None
    because: tuple[str, ...]
    clauses: tuple[Clause, ...]
    would_skip: str | None
    held: str | None
    frozen: str | None

    def as_json(self) -> dict[str, Any]:
        """Return the documented keys."""
        return vars(self) | {
            "at": iso(self.at),
            "because": list(self.because),
            "clauses": [vars(clause) for clause in self.clauses],
        }


@dataclass(frozen=True)
class Surroundings:
    """What explaining a walk's next step needs beside the walk."""

    session: Session
    config: Config
    as_of: AsOf
    is_holiday: IsHoliday
    lead: Lead


def next_step(around: Surroundings, enrollment: Enrollment, sequence: Sequence, frozen: str | None) -> NextStep | None:
    """Return what a running walk comes to next; None if its version has no such step."""
    step = sequence.step(enrollment.current_step or "")
    if step is None:
        return None
    as_of = around.as_of
    subject = subjects.walking(around.session, around.lead, enrollment, sequence, as_of.now, as_of.zone)
    verdict = judge(step.when, subject)
    return NextStep(
        step=step.id,
        name=step.label,
        action=step.action,
        at=as_of.local(enrollment.next_at),
        because=_because(around, enrollment, sequence, step),
        clauses=verdict.trace if enrollment.next_at else (),
        would_skip=_opted_out(around, step) or verdict.why_not or None if enrollment.next_at else None,
        held=enrollment.held_reason,
        frozen=frozen,
    )


def _opted_out(around: Surroundings, step: Step) -> str | None:
    """Return why the couple has closed the way on which a step would reach them."""
    if step.contact is None or around.lead.id is None:
        return None
    closed = opt_outs_of(around.session, [around.lead.id]).get(around.lead.id, NOTHING)
    return closed.why_not(step.contact, step.contacted(around.lead))


def _because(around: Surroundings, enrollment: Enrollment, sequence: Sequence, step: Step) -> tuple[str, ...]:
    if enrollment.next_at is None:
        return tuple(_on_its_way(around, enrollment))
    last = _last(around.session, enrollment)
    waiting = Waiting(
        timing=timing_of(around.lead, enrollment, sequence, step, around.config, around.is_holiday),
        anchor=enrollment.anchor_at,
        since=_since(last),
        next_at=enrollment.next_at,
        held_reason=enrollment.held_reason,
        waiting_reason=enrollment.waiting_reason,
        deadline=_deadline(around, enrollment, step),
        limit=_hold(around, enrollment, step, around.as_of.now),
        hold=_hold(around, enrollment, step, max(enrollment.next_at, around.as_of.now)),
        by_hand=last is not None and last.reason == advancing.REASON,
        resumed=_resumed(around, enrollment),
    )
    return told_when(waiting, around.as_of)


def _last(session: Session, enrollment: Enrollment) -> Execution | None:
    """Return the step that was finished last; delays count from there."""
    finished = [one for one in executions_of(session, enrollment) if one.status in walk.FINISHED]
    return finished[-1] if finished else None


def _deadline(around: Surroundings, enrollment: Enrollment, step: Step) -> datetime | None:
    """Return when a step that has begun to wait for a condition goes on in any case."""
    begun = walk.begun_waiting(around.session, enrollment)
    if begun is None or not isinstance(step, WaitUntil):
        return None
    return after(begun.due_at or begun.created_at, step.timeout, around.as_of.zone)


def _since(last: Execution | None) -> str:
    if last is None:
        return "they entered"
    verb = "was sent" if "message_id" in last.result else _VERBS.get(last.status, last.status.value)
    return f"'{last.step_key}' {verb}"


def _hold(around: Surroundings, enrollment: Enrollment, step: Step, at: datetime) -> Hold | None:
    """Return what gap and caps would say to the step at an instant, as far as is known now."""
    if not step.reaches_couple:
        return None
    pacer = pacing_records.load(around.session, around.config.limits, around.as_of.now)
    return pacer.hold(enrollment.lead_id, at, step.channel)


def _resumed(around: Surroundings, enrollment: Enrollment) -> bool:
    """Tell whether the owner let the walk go on at the very moment that its step has been due since."""
    query = select(Interaction.id).where(
        Interaction.lead_id == enrollment.lead_id,
        Interaction.interaction_type == InteractionType.AUTOMATION_RESUMED,
        Interaction.created_at == enrollment.next_at,
    )
    return around.session.exec(query).first() is not None


def _on_its_way(around: Surroundings, enrollment: Enrollment) -> Iterator[str]:
    query = select(OutboxMessage).where(
        OutboxMessage.enrollment_id == enrollment.id, OutboxMessage.step_key == enrollment.current_step
    )
    message = around.session.exec(query).first()
    if message is None:
        yield "it has begun, and waits for what comes of it"
    elif message.state is OutboxState.QUEUED:
        yield f"its message {message.id} is queued and due {told_at(message.due_at, around.as_of)}"
        if message.reason:
            yield f"{message.attempts} attempts failed for the moment; the last answer: {message.reason}"
    elif message.state is OutboxState.SENT:
        yield f"its message {message.id} has arrived; the walk goes on when it is resumed"
    else:
        yield f"nobody knows whether its message {message.id} has arrived: {message.reason or 'it is handed over now'}"
        yield f"leadnurture outbox resolve {message.id} --sent or --resend says so"
