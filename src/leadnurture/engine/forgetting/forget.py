"""Forgetting one couple, from the first look to the last byte. The caller holds the studio's lock: nobody ticks."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlmodel import Session, col, select

from leadnurture.crm import dates
from leadnurture.crm.leads import couple_of
from leadnurture.engine.engine import Engine
from leadnurture.engine.forgetting import backups, figures, files, rows
from leadnurture.engine.forgetting.backups import Backups, Treatment
from leadnurture.engine.forgetting.traces import Traces
from leadnurture.errors import BusyError, ConfigurationError, ConflictError
from leadnurture.store.tables.lead import Lead
from leadnurture.store.tables.outbox import OutboxMessage
from leadnurture.store.vocabulary import OutboxState

_UNKNOWN = (OutboxState.IN_DOUBT, OutboxState.PARKED)


class UnsettledMessageError(ConflictError):
    """A message to them may have arrived, and nobody could say so once they are forgotten."""

    def __init__(self, lead: Lead, message: OutboxMessage) -> None:
        hint = (
            "leadnurture run --once looks into it"
            if message.state is OutboxState.IN_DOUBT
            else f"leadnurture outbox resolve {message.id} --sent (or --resend), then forget them"
        )
        super().__init__(
            f"nobody knows yet whether message {message.id} ({message.subject}) has reached {couple_of(lead)}",
            hint=hint,
        )


class UnerasableFileError(ConfigurationError):
    """A file about them cannot be changed; their rows are still there, so that it can be done again."""

    def __init__(self, error: OSError) -> None:
        super().__init__(
            f"{error.filename}: {error.strerror}; nothing of them was taken out of the database yet",
            hint="check its permissions, then forget them again",
        )


@dataclass(frozen=True)
class Forgotten:
    """What was done: letters and log lines that are gone, the backups, and what still names them (files, others' rows).

    `compacted`: the database file was written anew, so that no byte of what was deleted is left in it.
    """

    lead_id: int
    letters: int
    log_lines: int
    backups: Backups
    compacted: bool
    files: tuple[Path, ...]
    mentions: tuple[str, ...]

    def as_json(self) -> dict[str, Any]:
        """Return the documented keys."""
        kept = {name: getattr(self, name) for name in ("lead_id", "letters", "log_lines", "compacted")}
        treated = {name: [str(path) for path in paths] for name, paths in vars(self.backups).items()}
        return kept | {"backups": treated, "files": [str(path) for path in self.files], "mentions": list(self.mentions)}


def require_settled(session: Session, lead: Lead) -> None:
    """Make sure that the fate of every message to a lead is known; raises UnsettledMessageError."""
    query = select(OutboxMessage).where(OutboxMessage.lead_id == lead.id, col(OutboxMessage.state).in_(_UNKNOWN))
    if (message := session.exec(query.order_by(col(OutboxMessage.id))).first()) is not None:
        raise UnsettledMessageError(lead, message)


def forget(engine: Engine, lead_id: int, now: datetime, treatment: Treatment = Treatment.LIST) -> list[Forgotten]:
    """Forget one couple; see `forget_all`."""
    return forget_all(engine, [lead_id], now, treatment)


def forget_all(
    engine: Engine, lead_ids: Sequence[int], now: datetime, treatment: Treatment = Treatment.LIST
) -> list[Forgotten]:
    """Erase couples everywhere: files first, so that a failure leaves the rows by which it can be done again.

    Raises UnsettledMessageError, UnerasableFileError and the errors of `store.errors`.
    """
    root = engine.folder.root
    erased = [_erase(engine, root, lead_id, now) for lead_id in lead_ids]
    compacted = _compacted(engine)
    return [_account(engine, root, traces, gone, treatment, compacted=compacted) for traces, gone in erased]


def _erase(engine: Engine, root: Path, lead_id: int, now: datetime) -> tuple[Traces, tuple[int, int]]:
    with engine.change(now) as change:
        session = change.session
        lead = session.get_one(Lead, lead_id)
        require_settled(session, lead)
        traces = rows.traces_of(session, lead)
        query = select(OutboxMessage.message_id).where(OutboxMessage.lead_id == lead.id)
        message_ids = session.exec(query).all()
        try:
            gone = files.erase_letters(root, traces.own, message_ids), files.erase_log_lines(root, traces.own)
            files.erase_notes(root, traces.own)
        except OSError as error:
            raise UnerasableFileError(error) from error
        figures.keep(session, lead, engine.config.studio.zone)
        day = lead.wedding_date
        rows.erase(session, traces, now)
        if day is not None:
            dates.settle(change, [day])
    return traces, gone


def _compacted(engine: Engine) -> bool:
    """Write the file anew; whoever reads it just now keeps us from that, and what was deleted is zeros until then."""
    try:
        rows.compact(engine.database.path)
    except BusyError:
        return False
    return True


def _account(
    engine: Engine, root: Path, traces: Traces, gone: tuple[int, int], treatment: Treatment, *, compacted: bool
) -> Forgotten:
    """Treat the backups, and look for what is left."""
    treated = backups.treat(backups.holding(root, traces.own), traces.own, treatment)
    named, mentions = files.naming(root, traces), []
    if engine.database.path in named:
        with engine.database.read() as session:
            mentions = rows.mentions(session, traces)
    others = tuple(path for path in named if path != engine.database.path or not mentions)
    return Forgotten(traces.lead_ids[0], *gone, treated, compacted, others, tuple(mentions))
