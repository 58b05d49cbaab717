"""Why a lead stands where they stand: what was sent, skipped, held or stopped, what comes next, what never came."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlmodel import Session, col, select

from leadnurture.config import Config
from leadnurture.crm.leads import couple_of
from leadnurture.engine.book import Book
from leadnurture.engine.holidays import holidays_of
from leadnurture.engine.schedule import IsHoliday, never_a_holiday
from leadnurture.errors import NotFoundError
from leadnurture.reports.as_of import AsOf
from leadnurture.reports.why_next import Surroundings
from leadnurture.reports.why_not_enrolled import Judging, NotEnrolled
from leadnurture.reports.why_walks import WalkStory, walk_story
from leadnurture.reports.why_when import told_at
from leadnurture.sequences.folder import meant_by
from leadnurture.sequences.suggestions import did_you_mean
from leadnurture.store.tables.lead import Lead
from leadnurture.store.tables.sequence import Enrollment, SequenceRow


@dataclass(frozen=True)
class Why:
    """One lead's walks, the newest last, and the sequences that they are not in; `notes` hold for all of them.

    `whole` says that one sequence was asked about: its whole traces are told.
    """

    as_of: AsOf
    lead_id: int
    couple: str
    notes: tuple[str, ...]
    walks: tuple[WalkStory, ...]
    not_enrolled: tuple[NotEnrolled, ...]
    whole: bool

    def as_json(self) -> dict[str, Any]:
        """Return the documented keys."""
        return {
            "lead": {"id": self.lead_id, "couple_names": self.couple},
            "notes": list(self.notes),
            "enrollments": [walk.as_json() for walk in self.walks],
            "not_enrolled": [one.as_json() for one in self.not_enrolled],
        }


def why(
    session: Session, config: Config, now: datetime, lead: Lead, sequence: str | None = None, step: str | None = None
) -> Why:
    """Return why a lead stands where they stand; of one sequence, or one of its steps, if given.

    Raises NotFoundError for a sequence that was never applied, or a step that it does not have.
    """
    assert lead.id is not None
    as_of, book = AsOf.of(config, now), Book(config)
    rows = {row.id: row for row in session.exec(select(SequenceRow)).all()}
    wanted = _wanted(rows, sequence)
    enrollments = [one for one in _enrollments(session, lead) if one.sequence_id in wanted]
    around = Surroundings(session, config, as_of, _holidays(config), lead)
    walks = tuple(walk_story(around, book, one, rows[one.sequence_id]) for one in enrollments)
    walked = {one.sequence_id for one in enrollments}
    others = [rows[name] for name in wanted if name not in walked and (sequence or rows[name].deleted_at is None)]
    return Why(
        as_of=as_of,
        lead_id=lead.id,
        couple=couple_of(lead),
        notes=tuple(_notes(lead, as_of)),
        walks=_about(walks, step),
        not_enrolled=Judging(session, config, as_of, book, lead).not_enrolled(others),
        whole=sequence is not None,
    )


def _wanted(rows: dict[str, SequenceRow], sequence: str | None) -> set[str]:
    if sequence is None:
        return set(rows)
    name = meant_by(sequence)
    if name not in rows:
        hint = did_you_mean(name, rows).removeprefix("; ") or "leadnurture sequence list shows which are applied"
        raise NotFoundError(f"no sequence '{name}' was ever applied", hint=hint)
    return {name}


def _enrollments(session: Session, lead: Lead) -> list[Enrollment]:
    query = select(Enrollment).where(Enrollment.lead_id == lead.id)
    return list(session.exec(query.order_by(col(Enrollment.enrollment_date), col(Enrollment.id))).all())


def _holidays(config: Config) -> IsHoliday:
    return holidays_of(config.studio.country, config.studio.subdivision) if config.studio.country else never_a_holiday


def _about(walks: tuple[WalkStory, ...], step: str | None) -> tuple[WalkStory, ...]:
    """Return only what concerns one step, if one was asked about."""
    if step is None or not walks:
        return walks
    known = {key for walk in walks for key in walk.known_steps}
    if step not in known:
        hint = f"its steps: {', '.join(walks[-1].known_steps)}"
        raise NotFoundError(f"'{walks[-1].sequence}' has no step '{step}'{did_you_mean(step, known)}", hint=hint)
    return tuple(walk.about(step) for walk in walks)


def _notes(lead: Lead, as_of: AsOf) -> Iterator[str]:
    """Say what holds for all sequences."""
    if lead.automation_paused:
        yield f"automation is paused for them: nothing happens before `leadnurture lead resume {lead.id}`"
    facts = (("they opted out", lead.opt_out_date), ("their address bounced", lead.bounced_at))
    yield from (f"{told} {told_at(at, as_of)}: no message goes to them" for told, at in facts if at is not None)
