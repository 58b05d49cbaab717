"""What the engine is at: due, waiting, held, failed, in doubt; and whether the files are what runs."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import func, text
from sqlmodel import Session, col, select

from leadnurture.config import Config
from leadnurture.errors import ConfigurationError
from leadnurture.reports.as_of import AsOf, iso
from leadnurture.reports.retention import Retention, retention
from leadnurture.reports.sequence_files import FileState, SequenceFile, sequence_files
from leadnurture.reports.trouble import Failure, HeldGroup, failures, held_groups
from leadnurture.reports.worker import WorkerState, worker_state
from leadnurture.sequences.folder import Folder
from leadnurture.store import due
from leadnurture.store.tables.outbox import OutboxMessage
from leadnurture.store.tables.sequence import Execution
from leadnurture.store.vocabulary import ExecutionStatus, OutboxState

REFUSED_FOR = timedelta(days=7)
_EVERYTHING = 1_000_000_000  # no batch: status counts all that is due


@dataclass(frozen=True)
class Status:
    """The engine's state as of an instant; instants in the studio's zone.

    `waiting` are running walks that are not due; `files` those that differ from what was applied. `files_unreadable`
    says why they could not be looked at. `looked_for_at` is when a message in doubt is looked for (again). `rests` are
    channels that are left alone because their server was in trouble; their instants are UTC.
    """

    as_of: AsOf
    studio: str
    worker: WorkerState
    due_enrollments: int
    due_messages: int
    waiting: int
    next_at: datetime | None
    rests: tuple[due.Rest, ...]
    held: tuple[HeldGroup, ...]
    failed: tuple[Failure, ...]
    messages: dict[str, int]
    looked_for_at: datetime | None
    refused_lately: int
    last_sent_at: datetime | None
    files: tuple[SequenceFile, ...]
    files_unreadable: str | None
    retention: Retention

    def as_json(self) -> dict[str, Any]:
        """Return the documented keys."""
        return {
            "as_of": iso(self.as_of.now),
            "studio": self.studio,
            "running": self.worker.running_as_json(),
            "worker": self.worker.as_json(),
            "due": {"enrollments": self.due_enrollments, "messages": self.due_messages},
            "waiting": self.waiting,
            "next_at": iso(self.next_at),
            "resting": [rest.as_json() for rest in self.rests],
            "held": [group.as_json() for group in self.held],
            "failed": [failure.as_json() for failure in self.failed],
            "outbox": self.messages
            | {
                "looked_for_at": iso(self.looked_for_at),
                "refused_last_7_days": self.refused_lately,
                "last_sent_at": iso(self.last_sent_at),
            },
            "sequences": [file.as_json() for file in self.files],
            "sequences_unreadable": self.files_unreadable,
            "retention": self.retention.as_json(),
        }


def status(session: Session, config: Config, now: datetime, folder: Folder, state: Path, configuration: str) -> Status:
    """Return what is due, waiting and wrong as of `now`.

    `state` is the folder where the lock lies; `configuration` as `locate.configuration_mark` has it.
    """
    as_of = AsOf.of(config, now)
    moment = due.moment(now, configuration, _EVERYTHING)
    waiting, next_step = session.execute(text(due.WAITING_ENROLLMENTS), moment).one()
    others = [session.execute(text(query), moment).scalar() for query in (due.NEXT_MESSAGE, due.NEXT_LOOK_UP)]
    rests = due.rests_of(session.execute(text(due.RESTS), moment).all())
    files, unreadable = _files(session, config, folder)
    return Status(
        as_of=as_of,
        studio=config.studio.name,
        worker=worker_state(state, as_of),
        due_enrollments=len(session.execute(text(due.DUE_ENROLLMENTS), moment).all()),
        due_messages=len(session.execute(text(due.DUE_MESSAGES), moment).all()),
        waiting=waiting,
        next_at=as_of.local(due.soonest((next_step, *others), rests)),
        rests=rests,
        held=held_groups(session),
        failed=failures(session, as_of),
        messages=_messages(session),
        looked_for_at=as_of.local(_looked_for(session)),
        refused_lately=_refused(session, now - REFUSED_FOR),
        last_sent_at=as_of.local(session.exec(select(func.max(OutboxMessage.sent_at))).one()),
        files=files,
        files_unreadable=unreadable,
        retention=retention(session, config, now),
    )


def _messages(session: Session) -> dict[str, int]:
    """Return how many messages are on their way, or stuck on it."""
    query = select(OutboxMessage.state, func.count()).group_by(col(OutboxMessage.state))
    counts = dict(session.exec(query).all())
    stuck = (OutboxState.QUEUED, OutboxState.IN_DOUBT, OutboxState.PARKED)
    return {state.value: counts.get(state, 0) for state in stuck}


def _looked_for(session: Session) -> datetime | None:
    query = select(func.min(OutboxMessage.due_at)).where(OutboxMessage.state == OutboxState.IN_DOUBT)
    return session.exec(query).one()


def _refused(session: Session, since: datetime) -> int:
    """Return how many messages the server refused since then; one that was withdrawn is skipped, not failed."""
    query = (
        select(func.count())
        .select_from(OutboxMessage)
        .join(Execution, col(Execution.id) == OutboxMessage.execution_id)
        .where(OutboxMessage.state == OutboxState.REFUSED, Execution.status == ExecutionStatus.FAILED)
        .where(col(Execution.executed_at) >= since)
    )
    return session.exec(query).one()


def _files(session: Session, config: Config, folder: Folder) -> tuple[tuple[SequenceFile, ...], str | None]:
    try:
        found = sequence_files(session, config, folder)
    except ConfigurationError as error:  # status is what one runs when something is wrong: it tells what it can
        return (), error.message
    return tuple(file for file in found if file.state is not FileState.APPLIED), None
