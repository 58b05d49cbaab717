"""For every sequence that a lead has not entered: why not, from what was recorded and from judging it afresh."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlmodel import Session, select

from leadnurture.config import Config
from leadnurture.crm.change import Change
from leadnurture.engine import barring, subjects
from leadnurture.engine.book import Book, UnreadableVersionError
from leadnurture.engine.conditions import Clause, Verdict, judge
from leadnurture.reports.as_of import AsOf, iso
from leadnurture.sequences import versions
from leadnurture.sequences.sequence import Sequence
from leadnurture.store.tables.lead import Lead
from leadnurture.store.tables.sequence import Enrollment, PassedOver, SequenceRow
from leadnurture.store.vocabulary import EnrollmentStatus


@dataclass(frozen=True)
class NotEnrolled:
    """A sequence that the lead is not in. `kind` is passed over, barred, condition, by hand, default, switched off …

    `at` is when they were passed over, in the studio's zone; `clauses` judge its entry condition as things stand.
    """

    sequence: str
    name: str
    kind: str
    reason: str
    at: datetime | None
    clauses: tuple[Clause, ...]

    def as_json(self) -> dict[str, Any]:
        """Return the documented keys."""
        return vars(self) | {"at": iso(self.at), "clauses": [vars(clause) for clause in self.clauses]}


class Judging:
    """Judges sequences' entry for one lead, as of now."""

    def __init__(self, session: Session, config: Config, as_of: AsOf, book: Book, lead: Lead) -> None:
        self.session, self.as_of, self.book, self.lead = session, as_of, book, lead
        self.change = Change(session, as_of.now, config)  # only looked through: nothing is written
        self.subject = subjects.entering(lead, as_of.now, as_of.zone)

    def not_enrolled(self, rows: Iterable[SequenceRow]) -> tuple[NotEnrolled, ...]:
        """Return why the lead is in none of the given sequences, the highest priority first."""
        ordered = sorted(rows, key=lambda row: (-row.priority_level, row.id))
        return tuple(self._why(row) for row in ordered)

    def _why(self, row: SequenceRow) -> NotEnrolled:
        try:
            sequence = self._sequence(row)
        except UnreadableVersionError as error:
            return self._told(row, "unreadable", error.message)
        verdict = judge(sequence.enroll.when, self.subject)
        kind, reason, at = self._reason(row, sequence, verdict)
        return self._told(row, kind, reason, at, verdict.trace)

    def _sequence(self, row: SequenceRow) -> Sequence:
        version = versions.current(self.session, row)
        return self.book.edition(self.session, version.id or 0).sequence

    def _reason(self, row: SequenceRow, sequence: Sequence, verdict: Verdict) -> tuple[str, str, datetime | None]:
        if row.deleted_at is not None:
            return "deleted", "it was deleted", None
        if not row.is_active:
            return "switched off", "it is switched off: nobody enters", None
        if sequence.enroll.when is None and not sequence.default:
            return "by hand", "it has no entry condition; leads are enrolled by hand", None
        return self._kept_out(sequence) if verdict.held else ("condition", verdict.why_not, None)

    def _kept_out(self, sequence: Sequence) -> tuple[str, str, datetime | None]:
        """Return what keeps the lead out of a sequence whose condition fits them."""
        passed = self.session.get(PassedOver, (self.lead.id, sequence.id))
        if barred := barring.barred(self.change, self.lead, sequence):
            return "barred", barred, None
        if passed is not None:
            return "passed over", passed.reason, self.as_of.local(passed.created_at)
        if self.lead.automation_paused:
            return "paused", "nobody enters while paused; they are looked at again when they are resumed", None
        if sequence.default and (other := self._other()):
            return "default", f"it is for leads that no other sequence is for; '{other}' is", None
        return "fits", "it fits them by now; they enter when the engine looks at them again", None

    def _other(self) -> str | None:
        """Return what keeps default sequences from speaking: one that the lead walks, or one that fits."""
        running = (EnrollmentStatus.ACTIVE, EnrollmentStatus.PAUSED)
        query = select(Enrollment.sequence_id).where(
            Enrollment.lead_id == self.lead.id,
            Enrollment.status.in_(running),  # type: ignore[attr-defined]
        )
        fitting = (edition.sequence for edition in self.book.current(self.session) if not edition.sequence.default)
        asked = (one.id for one in fitting if one.enroll.when and judge(one.enroll.when, self.subject).held)
        return self.session.exec(query).first() or next(asked, None)

    def _told(
        self, row: SequenceRow, kind: str, reason: str, at: datetime | None = None, clauses: tuple[Clause, ...] = ()
    ) -> NotEnrolled:
        return NotEnrolled(row.id, row.sequence_name, kind, reason, at, clauses)
