"""Writing the transcript: what the engine says of a moment, and who entered and left, in an order that never varies."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from zoneinfo import ZoneInfo

from sqlalchemy import func
from sqlmodel import Session, col, or_, select

from leadnurture.channels.mail.address import wire_address
from leadnurture.crm.leads import couple_of
from leadnurture.engine.events import Event
from leadnurture.simulation.happenings import Happening
from leadnurture.simulation.transcript import Entry
from leadnurture.store.database import Database
from leadnurture.store.tables.lead import Lead
from leadnurture.store.tables.outbox import OutboxMessage
from leadnurture.store.tables.sequence import Enrollment, Execution, SequenceStep, SequenceVersion
from leadnurture.store.vocabulary import EnrollmentStatus

_RUNNING = (EnrollmentStatus.ACTIVE, EnrollmentStatus.PAUSED)
_STILL = ("held", "waiting")
_BEGUN, _DONE, _ENDED = range(3)
Rank = tuple[int, int, int, int]  # lead, walk, begun or done or ended, the engine's order
StepKey = tuple[int, str, str]  # lead, sequence, step


class Recorder:
    """Takes the engine's events of a moment, and puts them down as entries when the moment is over."""

    def __init__(self, database: Database, zone: ZoneInfo) -> None:
        self.entries: list[Entry] = []
        self._database, self._zone = database, zone
        self._events: list[Event] = []
        self._still: dict[StepKey, set[tuple[str, str | None]]] = {}
        self._actions: dict[tuple[str, str], str] = {}
        with database.read() as session:
            self._names = {lead.id: couple_of(lead) for lead in session.exec(select(Lead)).all()}
            self._walks = _running(session)
            self._last_walk = session.exec(select(func.max(Enrollment.id))).one() or 0
            self._last_execution = session.exec(select(func.max(Execution.id))).one() or 0

    def take(self, event: Event) -> None:
        """Take what the engine has just done."""
        self._events.append(event)

    def note(self, moment: datetime, lead_id: int, happening: Happening) -> None:
        """Put down an event that was played in."""
        self.entries.append(self._entry(moment, lead_id, None, None, happening.word, happening.given))

    def close(self, moment: datetime) -> None:
        """Put down the moment: each lead's walks one after the other, the beginning first and the end last."""
        with self._database.read() as session:
            self._actions = self._actions or _actions(session)  # by now everything that counts is applied
            titles, others = self._titles(session), _other_recipients(session, moment)
            ranked = [*self._entered_and_left(session, moment), *self._done(moment, titles, others)]
        self.entries += [entry for _, entry in sorted(ranked, key=lambda pair: pair[0])]
        self._events.clear()

    def _entered_and_left(self, session: Session, moment: datetime) -> Iterator[tuple[Rank, Entry]]:
        query = select(Enrollment).where(or_(col(Enrollment.id) > self._last_walk, Enrollment.ended_at == moment))
        known = self._last_walk
        for walk in session.exec(query.order_by(col(Enrollment.id))).all():
            number = walk.id or 0
            if number > known:
                self._walks[walk.lead_id, walk.sequence_id] = self._last_walk = number
                entry = self._entry(moment, walk.lead_id, walk.sequence_id, None, "enrolled", walk.reason)
                yield (walk.lead_id, number, _BEGUN, 0), entry
            if walk.ended_at == moment:
                entry = self._entry(moment, walk.lead_id, walk.sequence_id, None, walk.status.value, walk.end_reason)
                yield (walk.lead_id, number, _ENDED, 0), entry

    def _titles(self, session: Session) -> dict[StepKey, str]:
        """Return the titles of the tasks that the moment's steps have created, and of what they told the owner."""
        query = select(Execution).where(col(Execution.id) > self._last_execution).order_by(col(Execution.id))
        titles: dict[StepKey, str] = {}
        for execution in session.exec(query).all():
            self._last_execution = execution.id or 0
            if title := execution.result.get("task_title") or execution.result.get("title"):
                titles[execution.lead_id, execution.sequence_id, execution.step_key] = title
        return titles

    def _done(
        self, moment: datetime, titles: dict[StepKey, str], others: dict[StepKey, str]
    ) -> Iterator[tuple[Rank, Entry]]:
        gone = {_key(event) for event in self._events if event.outcome == "sent"}
        for number, event in enumerate(self._events):
            key = _key(event)
            if (event.outcome == "queued" and key in gone) or self._is_still(event):
                continue
            reason, subject = event.reason, titles.get(key)
            if event.outcome in {"sent", "queued"}:
                reason, subject = None, event.reason
            entry = self._entry(moment, event.lead_id, event.sequence, event.step, event.outcome, reason, subject)
            entry = replace(entry, to=others.get(key)) if event.outcome == "sent" else entry
            yield (event.lead_id, self._walks.get((event.lead_id, event.sequence), 0), _DONE, number), entry

    def _is_still(self, event: Event) -> bool:
        """Tell whether a step waits as was put down already: it is asked anew each day, with the same answer."""
        if event.outcome not in _STILL:
            self._still.pop(_key(event), None)
            return False
        said, known = (event.outcome, event.reason), self._still.setdefault(_key(event), set())
        is_held = any(outcome == "held" for outcome, _ in known)
        is_still = said in known or (is_held and event.outcome == "waiting")
        known.add(said)
        return is_still

    def _entry(
        self,
        moment: datetime,
        lead_id: int,
        sequence: str | None,
        step: str | None,
        outcome: str,
        reason: str | None,
        subject: str | None = None,
    ) -> Entry:
        at, action = moment.astimezone(self._zone), self._actions.get((sequence or "", step or ""))
        return Entry(at, lead_id, self._names.get(lead_id, "?"), sequence, step, action, outcome, reason, subject)


def _other_recipients(session: Session, moment: datetime) -> dict[StepKey, str]:
    """Return whom the mails sent at a moment went to, where that is not the couple's first address alone."""
    query = select(OutboxMessage.sequence_id, OutboxMessage.step_key, OutboxMessage.recipients, Lead)
    sent = session.exec(query.join(Lead).where(col(OutboxMessage.sent_at) == moment)).all()
    return {
        (lead.id or 0, sequence, step): ", ".join(recipients)
        for sequence, step, recipients, lead in sent
        if recipients != [wire_address(lead.primary_email)]
    }


def _key(event: Event) -> StepKey:
    return event.lead_id, event.sequence, event.step


def _actions(session: Session) -> dict[tuple[str, str], str]:
    """Return the action of each step by sequence and id; where versions differ, the newest one's."""
    query = (
        select(SequenceVersion.sequence_id, SequenceStep.step_key, SequenceStep.step_type)
        .join(SequenceVersion, col(SequenceVersion.id) == SequenceStep.version_id)
        .order_by(col(SequenceVersion.number))
    )
    return {(sequence, step): action for sequence, step, action in session.exec(query).all()}


def _running(session: Session) -> dict[tuple[int, str], int]:
    query = select(Enrollment.lead_id, Enrollment.sequence_id, Enrollment.id).where(
        col(Enrollment.status).in_(_RUNNING)
    )
    return {(lead, sequence): number or 0 for lead, sequence, number in session.exec(query).all()}
