"""One walk's steps: what the newer database knows of its messages is written into the backup, and the walk goes on."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import TypeVar

from sqlmodel import Session, col, select

from leadnurture.crm.change import Change
from leadnurture.crm.timeline import note
from leadnurture.engine import renaming, walk
from leadnurture.engine.accepted import TOLD
from leadnurture.engine.book import UnreadableVersionError
from leadnurture.engine.engine import Engine
from leadnurture.engine.restored.outcome import IN_DOUBT, PARKED, Outcome, pause
from leadnurture.store.tables.lead import Lead
from leadnurture.store.tables.outbox import OutboxMessage
from leadnurture.store.tables.sequence import Enrollment, Execution
from leadnurture.store.vocabulary import EnrollmentStatus, ExecutionStatus, OutboxState

Row = TypeVar("Row", Execution, OutboxMessage)


def carry(
    change: Change, engine: Engine, newer: Session, here: Enrollment, there: Enrollment, outcome: Outcome
) -> None:
    """Carry over a walk's messages that went out or may have, and the steps that were left out; then let it go on.

    Other steps are done again: what they did is not in the backup.
    """
    executions, messages = _under_names_here(change, newer, here, there)
    sent = {
        key: one for key, one in messages.items() if one.state is OutboxState.SENT and not _knows(change, here, one)
    }
    doubtful = {key: one for key, one in messages.items() if one.state in IN_DOUBT and not _knows(change, here, one)}
    for key, message in sent.items():
        _write(change, here, executions[key], message)
        _tell(change, here, message)
    for key, message in doubtful.items():
        _write(change, here, executions[key], message)
        _stand_at(change, here, key, executions.values())
    for execution in executions.values():
        if execution.status is ExecutionStatus.SKIPPED:
            _leave_out(change, here, execution)
    change.session.flush()
    outcome["sent"] += len(sent)
    outcome["parked"] += len(doubtful)
    _go_on(change, engine, here, executions, outcome)
    _pause_unknown(change, engine, here, sent, outcome)


def _under_names_here(
    change: Change, newer: Session, here: Enrollment, there: Enrollment
) -> tuple[dict[str, Execution], dict[str, OutboxMessage]]:
    """Return what the newer database has of a walk by step: under the names here, where a message tells the step.

    A step may have been renamed since; its message is known by its Message-ID. Where another step has its old name by
    now, what is here takes the new one.
    """
    executions, theirs = _of(newer, Execution, there), _of(newer, OutboxMessage, there)
    named, taken = {one.message_id: one.step_key for one in theirs}, {one.step_key for one in executions}
    since: dict[str, str] = {}
    for mine in _of(change.session, OutboxMessage, here):
        name = named.get(mine.message_id, mine.step_key)
        if name != mine.step_key and mine.step_key in taken:
            renaming.rename(change.session, here, [{mine.step_key: name}])
        elif name != mine.step_key:
            since[name] = mine.step_key
    return _named(executions, since), _named(theirs, since)


def _named(rows: Iterable[Row], since: Mapping[str, str]) -> dict[str, Row]:
    """Return copies of rows by their step, under the names that it has in `since`."""
    named = (type(row)(**row.model_dump() | {"step_key": since.get(row.step_key, row.step_key)}) for row in rows)
    return {row.step_key: row for row in named}


def _of(session: Session, kind: type[Row], walked: Enrollment) -> list[Row]:
    query = select(kind).where(kind.enrollment_id == walked.id).order_by(col(kind.id))
    return list(session.exec(query).all())


def _knows(change: Change, here: Enrollment, message: OutboxMessage) -> bool:
    """Tell whether the backup knows as much about a message already."""
    query = select(OutboxMessage.state).where(
        OutboxMessage.enrollment_id == here.id, OutboxMessage.step_key == message.step_key
    )
    return change.session.exec(query).first() in {OutboxState.SENT, message.state}


def _write(change: Change, here: Enrollment, execution: Execution, message: OutboxMessage | None = None) -> None:
    """Put a step of the newer database in the place of what the backup has of it."""
    present: list[OutboxMessage | Execution] = [
        *_of(change.session, OutboxMessage, here),
        *_of(change.session, Execution, here),
    ]
    for old in (one for one in present if one.step_key == execution.step_key):
        change.session.delete(old)
        change.session.flush()  # the message first: it hangs on the execution
    place = {"lead_id": here.lead_id, "enrollment_id": here.id}
    written = Execution(**execution.model_dump(exclude={"id"}) | place | {"version_id": here.version_id})
    change.session.add(written)
    change.session.flush()
    if message is not None:
        posted = OutboxMessage(**message.model_dump(exclude={"id"}) | place | {"execution_id": written.id})
        if posted.state in IN_DOUBT:
            posted.state, posted.reason = OutboxState.PARKED, posted.reason or PARKED
        change.session.add(posted)
        change.session.flush()


def _tell(change: Change, here: Enrollment, message: OutboxMessage) -> None:
    """Put a message on the timeline, at its time."""
    lead = change.session.get_one(Lead, here.lead_id)
    metadata = {"message_id": message.message_id, "sequence": here.sequence_id, "step": message.step_key}
    told = "known from the database that a backup has replaced"
    at = replace(change, now=message.sent_at or change.now)
    note(at, lead, TOLD[message.channel], message.subject, content=told, metadata=metadata, outcome="sent")


def _stand_at(change: Change, here: Enrollment, key: str, executions: Iterable[Execution]) -> None:
    """Let a walk wait where its message is in doubt; what it had behind it there is behind it here as well."""
    mine = {one.step_key for one in _of(change.session, Execution, here)}
    for execution in executions:
        if execution.status in walk.FINISHED and execution.step_key not in mine:
            _write(change, here, execution)
    if here.status in {EnrollmentStatus.ACTIVE, EnrollmentStatus.PAUSED}:
        here.current_step = key
        walk.wait_for_delivery(here)


def _leave_out(change: Change, here: Enrollment, execution: Execution) -> None:
    """Leave out what was left out there, unless the backup knows better."""
    mine = next((one for one in _of(change.session, Execution, here) if one.step_key == execution.step_key), None)
    if mine is None or mine.status in {ExecutionStatus.PENDING, ExecutionStatus.WAITING}:
        _write(change, here, execution)


def _go_on(
    change: Change, engine: Engine, here: Enrollment, executions: Mapping[str, Execution], outcome: Outcome
) -> None:
    """Let a walk go on behind its current step if that is done; delays count from what was done last."""
    done = walk.finished_steps(change.session, here)
    if here.status is not EnrollmentStatus.ACTIVE or here.current_step not in done:
        return
    try:
        edition = engine.book.edition(change.session, here.version_id)
    except UnreadableVersionError as error:
        pause(change, here, error.message, outcome)
        return
    moments = [execution.executed_at for key, execution in executions.items() if key in done and execution.executed_at]
    walk.go_on(change, here, edition, max(moments, default=change.now), engine.is_holiday, done)


def _pause_unknown(change: Change, engine: Engine, here: Enrollment, sent: Iterable[str], outcome: Outcome) -> None:
    """Let a walk wait if messages went out by steps that the backup's version does not have: it may repeat them."""
    if here.status is not EnrollmentStatus.ACTIVE:
        return
    steps = engine.book.edition(change.session, here.version_id).sequence.steps
    if unknown := sorted(set(sent) - {step.id for step in steps}):
        reason = f"messages went out after the backup by steps that its version does not have: {', '.join(unknown)}"
        pause(change, here, reason, outcome)
