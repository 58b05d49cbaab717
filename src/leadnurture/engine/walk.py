"""One enrollment's way: beginning, going on to the next step, and the end; always with its reason."""

from datetime import datetime, timedelta

from sqlalchemy import delete
from sqlmodel import Session, col, select

from leadnurture.crm.change import Change, FactKind
from leadnurture.crm.timeline import note
from leadnurture.engine.book import Edition
from leadnurture.engine.schedule import IsHoliday
from leadnurture.engine.timing import timing_of
from leadnurture.sequences.base import END
from leadnurture.sequences.step import Step
from leadnurture.store.tables.lead import Lead
from leadnurture.store.tables.sequence import Enrollment, Execution
from leadnurture.store.vocabulary import EnrollmentStatus, ExecutionStatus, InteractionType

ASK_AGAIN = timedelta(days=1)  # how long a held step waits at most before it is looked at again
FINISHED = (ExecutionStatus.EXECUTED, ExecutionStatus.SKIPPED, ExecutionStatus.FAILED)


def begin(
    change: Change, lead: Lead, edition: Edition, pass_number: int, reason: str, is_holiday: IsHoliday
) -> Enrollment:
    """Enroll a lead in an edition's sequence, its first step scheduled."""
    assert lead.id is not None
    enrollment = Enrollment(
        lead_id=lead.id,
        sequence_id=edition.sequence.id,
        version_id=edition.version_id,
        pass_number=pass_number,
        enrollment_date=change.now,
        anchor_at=change.now,
        reason=reason,
    )
    lead.nurture_sequence_id = edition.sequence.id
    change.session.add(enrollment)
    change.session.flush()
    note(change, lead, InteractionType.SEQUENCE_ENROLLED, edition.sequence.name, content=reason)
    change.enrolled.append((lead.id, edition.sequence.id))
    schedule(change, enrollment, edition, edition.sequence.after(None), change.now, is_holiday)
    return enrollment


def go_on(
    change: Change,
    enrollment: Enrollment,
    edition: Edition,
    done_at: datetime,
    is_holiday: IsHoliday,
    done: set[str] | None = None,
    goto: str | None = None,
) -> None:
    """Go on to the step behind the current one, which was done at `done_at`; steps done before are not done again.

    `done` are the finished steps, if the caller knows them; else they are looked up. `goto` is the step to go on with
    instead, or END.
    """
    assert enrollment.current_step is not None
    done = finished_steps(change.session, enrollment) if done is None else done
    enrollment.steps_completed, enrollment.jumped = len(done), goto is not None
    if goto == END:
        end(change, enrollment, EnrollmentStatus.COMPLETED, f"'{enrollment.current_step}' led to the end")
        return
    following = edition.sequence.landing(goto) if goto else edition.sequence.after(enrollment.current_step)
    while following is not None and following.id in done:
        following = edition.sequence.after(following.id)
    schedule(change, enrollment, edition, following, done_at, is_holiday)


def schedule(
    change: Change, enrollment: Enrollment, edition: Edition, step: Step | None, anchor: datetime, is_holiday: IsHoliday
) -> None:
    """Put a step next, the one before it having been done at `anchor`; None completes the walk."""
    enrollment.anchor_at = anchor
    enrollment.held_reason = enrollment.waiting_reason = None
    enrollment.completion_rate = _rate(enrollment.steps_completed, len(edition.sequence.walked))
    if step is None:
        end(change, enrollment, EnrollmentStatus.COMPLETED, "all steps are done")
        return
    lead = change.session.get_one(Lead, enrollment.lead_id)
    due = timing_of(lead, enrollment, edition.sequence, step, change.config, is_holiday).due(anchor)
    enrollment.current_step, enrollment.next_at, enrollment.due_local = step.id, due.at, due.local


def end(change: Change, enrollment: Enrollment, status: EnrollmentStatus, reason: str) -> None:
    """End a walk for a reason that people understand."""
    enrollment.status, enrollment.ended_at, enrollment.end_reason = status, change.now, reason
    enrollment.next_at = enrollment.due_local = enrollment.held_reason = enrollment.waiting_reason = None
    lead = change.session.get(Lead, enrollment.lead_id)
    if lead is None:
        return
    if status is EnrollmentStatus.COMPLETED:
        enrollment.completion_rate, enrollment.current_step = 100.0, None
    note(change, lead, InteractionType.SEQUENCE_ENDED, f"{enrollment.sequence_id}: {status.value}", content=reason)
    change.removed.append((enrollment.lead_id, enrollment.sequence_id))
    change.record(FactKind.ENROLLMENT_ENDED, enrollment.lead_id, enrollment.sequence_id)


def wait_for_delivery(enrollment: Enrollment) -> None:
    """Let the current step wait until what became of its message is known; nothing else is due meanwhile."""
    enrollment.next_at = enrollment.held_reason = enrollment.waiting_reason = None


def hold(enrollment: Enrollment, until: datetime, reason: str) -> None:
    """Keep the current step back until somebody mends what the reason says; it is asked again then, and at `until`."""
    enrollment.next_at, enrollment.held_reason, enrollment.waiting_reason = until, reason, None


def wait(enrollment: Enrollment, until: datetime, reason: str) -> None:
    """Let the current step wait for what comes by itself; it is asked again when the lead changes, and at `until`."""
    enrollment.next_at, enrollment.held_reason, enrollment.waiting_reason = until, None, reason


def finished_steps(session: Session, enrollment: Enrollment) -> set[str]:
    """Return the ids of the steps that this walk has behind it."""
    query = select(Execution.step_key, Execution.status).where(Execution.enrollment_id == enrollment.id)
    return {key for key, status in session.exec(query).all() if status in FINISHED}


def execution_of(session: Session, enrollment: Enrollment) -> Execution | None:
    """Return what came of the walk's current step so far, if it has begun."""
    query = select(Execution).where(
        Execution.enrollment_id == enrollment.id, Execution.step_key == enrollment.current_step
    )
    return session.exec(query).first()


def begun_waiting(session: Session, enrollment: Enrollment) -> Execution | None:
    """Return the execution of a current step that waits; None if it has not begun."""
    query = select(Execution).where(
        Execution.enrollment_id == enrollment.id,
        Execution.step_key == enrollment.current_step,
        Execution.status == ExecutionStatus.WAITING,
    )
    return session.exec(query).first()


def forget_waiting(session: Session, enrollment: Enrollment) -> None:
    """Forget that a step has begun to wait: the walk goes on elsewhere, or ends."""
    waiting = (col(Execution.enrollment_id) == enrollment.id, col(Execution.status) == ExecutionStatus.WAITING)
    session.connection().execute(delete(Execution).where(*waiting))


def _rate(done: int, steps: int) -> float:
    return round(100 * min(done, steps) / steps, 2) if steps else 100.0
