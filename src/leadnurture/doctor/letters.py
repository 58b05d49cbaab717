"""Is what runs readable and unchanged, and does a message or a walk want the owner?"""

from sqlmodel import col, func, select

from leadnurture.doctor.check import AmissError, Patient
from leadnurture.reports.trouble import held_groups
from leadnurture.sequences.attachments import recorded
from leadnurture.sequences.unapplied import unapplied
from leadnurture.store.tables.outbox import OutboxMessage
from leadnurture.store.tables.sequence import Enrollment, SequenceRow, SequenceVersion
from leadnurture.store.vocabulary import EnrollmentStatus, OutboxState


def applied_versions(patient: Patient) -> str:
    """Can every version that runs be read, are its letters right, and are its attachments as they were?"""
    studio = patient.opened
    query = (
        select(SequenceVersion)
        .join(SequenceRow, col(SequenceRow.id) == SequenceVersion.sequence_id)
        .where(SequenceRow.current_version == SequenceVersion.number, col(SequenceRow.deleted_at).is_(None))
    )
    with studio.read() as session:
        running = session.exec(query).all()
        for version in running:
            assert studio.engine.book.edition(session, version.id or 0).words is not None
            if changed := studio.folder.differing(recorded(version.attachments)):
                told = f"attachments of '{version.sequence_id}' are not as they were applied: {', '.join(changed)}"
                raise AmissError(told, hint="put them back, or run: leadnurture apply")
    return f"{len(running)} applied, all readable"


def unapplied_changes(patient: Patient) -> str:
    """Are the sequence files what runs?"""
    if names := unapplied(patient.root):
        raise AmissError(
            f"changed and not applied: {', '.join(names)}", hint="leadnurture plan shows what would change"
        )
    return "the files are what runs"


def messages_in_doubt(patient: Patient) -> str:
    """Is there a message of which nobody knows whether it arrived?"""
    states = (OutboxState.IN_DOUBT, OutboxState.PARKED)
    with patient.opened.read() as session:
        count = session.exec(
            select(func.count()).select_from(OutboxMessage).where(col(OutboxMessage.state).in_(states))
        ).one()
    if count:
        raise AmissError(f"{count} may or may not have arrived", hint="leadnurture outbox list --state parked")
    return "what became of every message is known"


def held_steps(patient: Patient) -> str:
    """Does a step wait for somebody to mend something?"""
    paused = select(func.count()).select_from(Enrollment)
    with patient.opened.read() as session:
        held = held_groups(session)
        waiting = session.exec(
            paused.where(Enrollment.status == EnrollmentStatus.PAUSED, col(Enrollment.held_reason).is_not(None))
        ).one()
    if waiting:
        hint = "leadnurture enrollment list --status paused; then resume, advance or cancel them"
        raise AmissError(f"{waiting} walks wait for you since a restore", hint=hint)
    if held:
        count, first = sum(group.count for group in held), held[0]
        raise AmissError(f"{count} held, such as in '{first.sequence}': {first.reason}", hint="leadnurture status")
    return "nothing is held"
