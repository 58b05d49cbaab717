"""What the owner does with walks by hand: enroll, pause, resume, cancel. Advancing and trying again are next door.

Each is part of the caller's transaction and stands on the timeline as the owner's doing.
"""

from collections.abc import Collection, Iterable, Sequence

from sqlmodel import col, select

from leadnurture.crm.change import Change
from leadnurture.crm.leads import couple_of
from leadnurture.crm.timeline import note
from leadnurture.engine import barring, enrolling, migration, next_moment, stopping, walk
from leadnurture.engine.book import Edition
from leadnurture.engine.engine import Engine
from leadnurture.errors import ConflictError, NotFoundError
from leadnurture.sequences import versions
from leadnurture.sequences.folder import meant_by
from leadnurture.sequences.suggestions import did_you_mean
from leadnurture.store.tables.lead import Lead
from leadnurture.store.tables.sequence import Enrollment, SequenceRow
from leadnurture.store.vocabulary import EnrollmentStatus, ExecutionStatus, InteractionType

RUNNING = frozenset({EnrollmentStatus.ACTIVE, EnrollmentStatus.PAUSED})


class BarredError(ConflictError):
    """Leads that must not enter a sequence, each with the reason."""

    def __init__(self, identity: str, barred: Sequence[tuple[Lead, str]]) -> None:
        told = [f"{couple_of(lead)}: {why}" for lead, why in barred]
        whole = f"{couple_of(barred[0][0])} cannot enter '{identity}': {barred[0][1]}"
        several = "\n  ".join([f"{len(barred)} leads cannot enter '{identity}', so nobody was enrolled:", *told])
        again = any("been through it" in why or "less than" in why for _, why in barred)
        super().__init__(
            several if len(barred) > 1 else whole,
            hint=f"`again` under `enroll` in sequences/{identity}.yaml says who may come back" if again else None,
            detail={"barred": [{"lead_id": lead.id, "reason": why} for lead, why in barred]},
        )


class WrongStandingError(ConflictError):
    """A walk stands so that what was asked for cannot be done with it."""

    def __init__(self, enrollment: Enrollment, wanted: str) -> None:
        hint = f"leadnurture lead why {enrollment.lead_id} {enrollment.sequence_id}"
        super().__init__(f"{told(enrollment)} is {enrollment.status.value}, so it cannot be {wanted}", hint=hint)


def told(enrollment: Enrollment) -> str:
    """Return how one speaks of a walk."""
    return f"enrollment {enrollment.id} (lead {enrollment.lead_id} in '{enrollment.sequence_id}')"


def enroll(change: Change, engine: Engine, leads: Iterable[Lead], identity: str) -> list[Enrollment]:
    """Enroll leads whatever the sequence's entry condition says: all of them, or nobody.

    Raises NotFoundError for a sequence that is not applied, ConflictError for one that is switched off, and BarredError
    for leads that opted out, bounced, are in it already …
    """
    edition = _edition(change, engine, identity)
    entering = list({lead.id: lead for lead in leads}.values())
    reasons = [(lead, barring.barred(change, lead, edition.sequence)) for lead in entering]
    if barred := [(lead, why) for lead, why in reasons if why is not None]:
        raise BarredError(edition.sequence.id, barred)
    return [_enter(change, engine, lead, edition) for lead in entering]


def _edition(change: Change, engine: Engine, identity: str) -> Edition:
    name = meant_by(identity)
    row = change.session.get(SequenceRow, name)
    if row is None or row.deleted_at is not None:
        known = change.session.exec(select(SequenceRow.id).where(col(SequenceRow.deleted_at).is_(None))).all()
        hint = did_you_mean(name, known).removeprefix("; ") or "leadnurture apply makes a file count"
        raise NotFoundError(f"no sequence '{name}' is applied", hint=hint)
    if not row.is_active:
        hint = f"set `active: true` in sequences/{name}.yaml and run: leadnurture apply"
        raise ConflictError(f"'{name}' is switched off: nothing would happen to them in it", hint=hint)
    return engine.book.edition(change.session, versions.current(change.session, row).id or 0)


def _enter(change: Change, engine: Engine, lead: Lead, edition: Edition) -> Enrollment:
    entry = enrolling.Entry(edition, fits=True, reason="enrolled by hand")
    enrolling.enter(change, lead, entry, engine.is_holiday)
    query = select(Enrollment).where(Enrollment.lead_id == lead.id, Enrollment.sequence_id == edition.sequence.id)
    return change.session.exec(query.order_by(col(Enrollment.id).desc()).limit(1)).one()


def pause(change: Change, enrollment: Enrollment) -> None:
    """Freeze one walk until it is resumed; a message of its that is queued stays queued. Raises WrongStandingError."""
    require(enrollment, {EnrollmentStatus.ACTIVE}, "paused")
    enrollment.status = EnrollmentStatus.PAUSED
    say(change, enrollment, InteractionType.AUTOMATION_PAUSED, f"{enrollment.sequence_id}: paused")


def resume(change: Change, engine: Engine, enrollment: Enrollment) -> None:
    """Let a paused walk go on. What fell due meanwhile comes now, once, in its window. Raises WrongStandingError."""
    require(enrollment, {EnrollmentStatus.PAUSED}, "resumed")
    enrollment.status, enrollment.held_reason = EnrollmentStatus.ACTIVE, None
    say(change, enrollment, InteractionType.AUTOMATION_RESUMED, f"{enrollment.sequence_id}: resumed")
    migration.catch_up(change, engine.book, engine.is_holiday, enrollment)  # its message may have been settled since
    edition = engine.book.edition(change.session, enrollment.version_id)
    _settled_meanwhile(change, engine, enrollment, edition)
    if enrollment.next_at is not None and enrollment.next_at <= change.now:
        next_moment.due_now(change, enrollment, edition, engine.is_holiday)


def _settled_meanwhile(change: Change, engine: Engine, enrollment: Enrollment, edition: Edition) -> None:
    """Go on from a message that was on its way when the walk was paused, and has been settled since."""
    execution = walk.execution_of(change.session, enrollment)
    if execution is None or execution.status in {ExecutionStatus.PENDING, ExecutionStatus.WAITING}:
        return
    if execution.status is ExecutionStatus.FAILED:
        walk.end(change, enrollment, EnrollmentStatus.FAILED, f"step '{execution.step_key}' failed: {execution.error}")
        return
    walk.go_on(change, enrollment, edition, execution.executed_at or change.now, engine.is_holiday)


def cancel(change: Change, enrollment: Enrollment) -> None:
    """End a walk; what is queued for it is withdrawn. Raises WrongStandingError."""
    require(enrollment, RUNNING, "cancelled")
    stopping.cancel(change, enrollment, "cancelled by hand")


def require(enrollment: Enrollment, standings: Collection[EnrollmentStatus], wanted: str) -> None:
    """Make sure that a walk stands so that it can be `wanted` (paused, resumed …); raises WrongStandingError."""
    if enrollment.status not in standings:
        raise WrongStandingError(enrollment, wanted)


def say(
    change: Change, enrollment: Enrollment, kind: InteractionType, subject: str, content: str | None = None
) -> None:
    """Put what the owner did with a walk on the lead's timeline."""
    lead = change.session.get_one(Lead, enrollment.lead_id)
    metadata = {"sequence": enrollment.sequence_id, "enrollment_id": enrollment.id}
    note(change, lead, kind, subject, content=content, metadata=metadata, who="owner")
