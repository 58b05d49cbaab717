"""Entering by time alone: once per calendar day every lead that could is looked at, for sequences that days decide.

The look reads without a lock and writes batch by batch; one that was interrupted is begun again, and finds those
inside that it has enrolled before.
"""

from collections import Counter
from collections.abc import Collection
from datetime import datetime

from sqlalchemy import text
from sqlmodel import Session, col, select

from leadnurture.engine import barring, enrolling, subjects
from leadnurture.engine.book import Edition
from leadnurture.engine.by_time import next_look
from leadnurture.engine.candidates import candidates
from leadnurture.engine.engine import Engine
from leadnurture.engine.events import Event, OnEvent
from leadnurture.engine.schedule import day_after
from leadnurture.errors import BusyError
from leadnurture.store.due import DUE_LOOKS, stored
from leadnurture.store.errors import DatabaseUnwritableError, NotADatabaseError
from leadnurture.store.tables.lead import Lead
from leadnurture.store.tables.sequence import PassedOver, SequenceRow

BATCH = 500


def enroll(engine: Engine, now: datetime, on_event: OnEvent) -> Counter[str]:
    """Look at the leads that could enter a sequence which is to be looked at; return how many it enrolled."""
    counts: Counter[str] = Counter()
    with engine.database.read() as session:
        due = frozenset(session.execute(text(DUE_LOOKS), {"now": stored(now)}).scalars())
    last: int | None = 0 if due else None
    while last is not None and not engine.stopping.is_set():
        concerned, last = _next_leads(engine, now, due, last)
        counts += _considered(engine, now, due, concerned, on_event)
    if due and last is None:
        _looked(engine, now, due)
    return counts


def _next_leads(engine: Engine, now: datetime, due: Collection[str], last: int) -> tuple[list[int], int | None]:
    """Return who of the next leads behind `last` has something to be decided, and where to go on; None at the end."""
    with engine.database.read() as session:
        editions = _editions(engine, session, due)
        if not editions:
            return [], None
        query = candidates((edition.sequence for edition in editions), now, engine.config.studio.zone)
        leads = session.exec(query.where(col(Lead.id) > last).order_by(col(Lead.id)).limit(BATCH)).all()
        rows = select(PassedOver.lead_id, PassedOver.sequence_id).where(
            col(PassedOver.lead_id).in_([lead.id for lead in leads])
        )
        passed = set(session.exec(rows).all())
        concerned = [lead.id for lead in leads if _is_concerned(engine, now, editions, lead, passed)]
    return concerned, leads[-1].id if len(leads) == BATCH else None


def _editions(engine: Engine, session: Session, due: Collection[str]) -> list[Edition]:
    return [edition for edition in engine.book.current(session) if edition.sequence.id in due]


def _is_concerned(
    engine: Engine, now: datetime, editions: list[Edition], lead: Lead, passed: Collection[tuple[int, str]]
) -> bool:
    """Tell whether a lead seems to enter a sequence, or not to be passed over by it any more."""
    subject = subjects.entering(lead, now, engine.config.studio.zone)
    for edition in editions:
        entry = enrolling.asked(edition, subject)
        if (lead.id, edition.sequence.id) in passed:
            if not entry.holds_or_will:
                return True
        elif entry.fits and not barring.stopped(lead, edition.sequence):
            return True
    return False


def _considered(engine: Engine, now: datetime, due: Collection[str], ids: list[int], on_event: OnEvent) -> Counter[str]:
    """Consider leads in one commit; if one of them cannot be, each in a commit of its own, and say which it was."""
    if not ids:
        return Counter()
    try:
        return Counter(enrolled=_consider(engine, now, due, ids))
    except (BusyError, DatabaseUnwritableError, NotADatabaseError):
        raise  # trouble of the file, not of a lead
    except Exception:  # noqa: BLE001 - one lead that cannot be enrolled must not hold up the others
        return sum((_alone(engine, now, due, lead_id, on_event) for lead_id in ids), Counter[str]())


def _alone(engine: Engine, now: datetime, due: Collection[str], lead_id: int, on_event: OnEvent) -> Counter[str]:
    try:
        return Counter(enrolled=_consider(engine, now, due, [lead_id]))
    except (BusyError, DatabaseUnwritableError, NotADatabaseError):
        raise
    except Exception as error:  # noqa: BLE001 - told in the event
        why = f"they cannot enter: {type(error).__name__}: {error}"
        on_event(Event(now, lead_id, ", ".join(sorted(due)), "", "failed", why))
        return Counter(failed=1)


def _consider(engine: Engine, now: datetime, due: Collection[str], ids: list[int]) -> int:
    with engine.change(now) as change:
        editions = engine.book.current(change.session)
        if not any(edition.sequence.default and edition.sequence.id in due for edition in editions):
            editions = [edition for edition in editions if edition.sequence.id in due]  # the others' fit plays no part
        for lead in change.session.exec(select(Lead).where(col(Lead.id).in_(ids)).order_by(col(Lead.id))).all():
            enrolling.consider(change, lead, editions, engine.is_holiday, due)
    return len(change.enrolled)


def _looked(engine: Engine, now: datetime, due: Collection[str]) -> None:
    """Write down when to look next; a version that cannot be read is looked at again like one that days decide."""
    zone = engine.config.studio.zone
    with engine.database.write() as session:
        readable = {edition.sequence.id: edition.sequence for edition in _editions(engine, session, due)}
        for row in session.exec(select(SequenceRow).where(col(SequenceRow.id).in_(due))).all():
            sequence = readable.get(row.id)
            row.next_look_at = next_look(sequence, now, zone) if sequence else day_after(now, zone)
