"""Condensing what nobody needs in full any more: the last phase of a tick.

A step that ended longer ago than `worker.retention_days` keeps its row, with state, reason, moments and the first line
of its error; its message keeps its Message-ID, subject, recipients, thread, moments and state, and loses its bytes. So
nothing that is counted, answered or looked up changes. A step whose message is queued, in doubt or parked stays whole.

Whole days are swept: the first tick of the studio's day finds what is old enough, later ones find nothing more.
"""

from collections import Counter
from contextlib import suppress
from datetime import datetime

from sqlalchemy import text
from sqlmodel import Session, col, select, update

from leadnurture.engine.engine import Engine
from leadnurture.errors import BusyError
from leadnurture.retention import cutoff
from leadnurture.store import due
from leadnurture.store.tables.outbox import OutboxMessage
from leadnurture.store.tables.sequence import Execution

BATCH = 200  # steps in one commit: nobody is to wait for the file
NO_BYTES = b""
_KEPT = frozenset({"message_id"})  # of a step's result


def sweep(engine: Engine, now: datetime) -> Counter[str]:
    """Condense the steps that ended more than `worker.retention_days` before today; return how many they were."""
    before = cutoff(now, engine.config.studio.zone, engine.config.worker.retention_days)
    condensed = 0
    with suppress(BusyError):  # another tick of the day does it
        while not engine.stopping.is_set() and _is_left(engine, before):
            condensed += _condense(engine, before, now)
    return Counter(condensed=condensed)


def _is_left(engine: Engine, before: datetime) -> bool:
    with engine.database.read() as session:
        return bool(_old(session, before, 1))


def _condense(engine: Engine, before: datetime, now: datetime) -> int:
    """Condense some steps and their messages in one commit; return how many."""
    with engine.database.write() as session:
        executions = _old(session, before, BATCH)
        for execution in executions:
            execution.result = {name: value for name, value in execution.result.items() if name in _KEPT}
            execution.error = execution.error and execution.error.partition("\n")[0]
            execution.condensed_at = now
        session.flush()
        of_these = col(OutboxMessage.execution_id).in_([execution.id for execution in executions])
        session.connection().execute(update(OutboxMessage).where(of_these).values(content=NO_BYTES))
    return len(executions)


def _old(session: Session, before: datetime, most: int) -> list[Execution]:
    """Return steps that ended before an instant, with all that they sent, and have not been condensed."""
    asked = {"before": due.stored(before), "batch": most}
    old = [row[0] for row in session.execute(text(due.OLD_EXECUTIONS), asked)]
    return list(session.exec(select(Execution).where(col(Execution.id).in_(old))).all())
