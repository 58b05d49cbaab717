"""Many leads scored anew at once, and what follows from that: walks that wait are asked again, sequences begin.

A changed rule is no fact about a couple, so whoever changes one decides whether sequences may begin by it
(`Change.enrolling`); else those that fit now pass the leads over, as after an import or an apply.
"""

from collections import Counter
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import func, or_, update
from sqlmodel import col, select

from leadnurture.crm import rescoring
from leadnurture.crm.change import Change
from leadnurture.crm.rescoring import Move
from leadnurture.crm.rules import active_rules
from leadnurture.crm.scoring import Scorer
from leadnurture.crm.values import Reading
from leadnurture.engine import enrolling
from leadnurture.engine.book import Edition
from leadnurture.engine.by_score import depends_on_score
from leadnurture.engine.candidates import candidates
from leadnurture.engine.engine import Engine
from leadnurture.engine.planning import apart
from leadnurture.store.tables.lead import Lead
from leadnurture.store.tables.sequence import Enrollment, PassedOver
from leadnurture.store.vocabulary import EnrollmentStatus, Temperature

SHOWN = 10  # of the moves, for people


@dataclass
class Rescored:
    """What scoring anew did: leads looked at, scores changed, leads per turn of temperature, and what began by it.

    `enrolled` and `passed_over` are leads per sequence; `asked_again` counts walks whose next step was held or waited.
    """

    leads: int = 0
    scores: int = 0
    temperatures: Counter[tuple[Temperature, Temperature]] = field(default_factory=Counter)
    enrolled: Mapping[str, int] = field(default_factory=dict)
    passed_over: Mapping[str, int] = field(default_factory=dict)
    asked_again: int = 0
    first: list[Move] = field(default_factory=list)

    @property
    def moved(self) -> int:
        """How many leads it concerns: their score is another one, or their temperature (by new thresholds)."""
        return max(self.scores, self.temperatures.total())

    def as_json(self) -> dict[str, Any]:
        """Return the documented keys."""
        return {
            "leads": self.leads,
            "scores_changed": self.scores,
            "temperatures": [
                {"from": old.value, "to": new.value, "leads": leads} for (old, new), leads in self.temperatures.items()
            ],
            "enrolled": dict(self.enrolled),
            "passed_over": dict(self.passed_over),
            "asked_again": self.asked_again,
        }


Act = Callable[[Change], object]


def rehearse(engine: Engine, act: Act, asleep: str, *, enrolling: bool, ids: Collection[int] | None = None) -> Rescored:
    """Return what `perform` would do now; nothing is changed."""
    with apart(engine) as (change, copy):
        change.enrolling, change.asleep = enrolling, asleep
        act(change)
        told = rescore_all(change, copy, ids)
        change.session.rollback()
    return told


def perform(engine: Engine, act: Act, asleep: str, *, enrolling: bool, ids: Collection[int] | None = None) -> Rescored:
    """Do what changes the rules, if anything, and score all leads (or some) anew, in one transaction."""
    with engine.change(enrolling=enrolling) as change:
        change.asleep = asleep
        act(change)
        return rescore_all(change, engine, ids)


def rescore_all(change: Change, engine: Engine, ids: Collection[int] | None = None) -> Rescored:
    """Score all leads, or some, anew in an open transaction, with all that follows."""
    session, told = change.session, Rescored()
    session.flush()
    rules = active_rules(session, Reading.of(change.config))
    scorer = Scorer(rules)
    for batch in rescoring.leads_in_batches(session, ids):
        moved = rescoring.moves(session, change.config, change.now, rules, scorer, batch)
        rescoring.carry_out(change, moved)
        _count(told, batch, moved)
        told.asked_again += _ask_again(change, [move.lead_id for move in moved])
        _consider(change, engine, [move.lead_id for move in moved])
    engine.follow(change)
    told.enrolled = Counter(name for _, name in change.enrolled)
    told.passed_over = _passed_over(change)
    return told


def _count(told: Rescored, batch: Sequence[int], moved: Sequence[Move]) -> None:
    told.leads += len(batch)
    told.scores += sum(move.score.value != move.old for move in moved)
    turns = ((move.old_temperature, move.temperature) for move in moved)
    told.temperatures.update(turn for turn in turns if turn[0] is not turn[1])
    told.first += moved[: SHOWN - len(told.first)]


def _ask_again(change: Change, ids: Sequence[int]) -> int:
    """Let steps that are held or wait be decided again: what they ask for may hold now."""
    if not ids:
        return 0
    waiting = (
        update(Enrollment)
        .where(
            col(Enrollment.lead_id).in_(ids),
            col(Enrollment.status) == EnrollmentStatus.ACTIVE,
            or_(col(Enrollment.held_reason).is_not(None), col(Enrollment.waiting_reason).is_not(None)),
            col(Enrollment.next_at) > change.now,
        )
        .values(next_at=change.now)
    )
    done = change.session.execute(waiting, execution_options={"synchronize_session": False})
    return int(done.rowcount)  # type: ignore[attr-defined]


def _consider(change: Change, engine: Engine, ids: Sequence[int]) -> None:
    """Look at the leads for sequences whose entry a score can decide."""
    editions = engine.book.current(change.session)
    asked = [one for one in editions if depends_on_score(one.sequence.enroll.when)]
    if not ids or not asked:
        return
    asked += [one for one in editions if one.sequence.default and one not in asked]  # they take whom no other takes
    for lead in _leads(change, asked, ids):
        enrolling.consider(change, lead, editions, engine.is_holiday, {one.sequence.id for one in asked})
    change.session.flush()


def _leads(change: Change, asked: Sequence[Edition], ids: Sequence[int]) -> Sequence[Lead]:
    query = candidates((one.sequence for one in asked), change.now, change.config.studio.zone)
    query = query.where(col(Lead.id).in_(ids)).order_by(col(Lead.id)).execution_options(populate_existing=True)
    found: Sequence[Lead] = change.session.exec(query).all()
    return found


def _passed_over(change: Change) -> Mapping[str, int]:
    query = (
        select(PassedOver.sequence_id, func.count())
        .where(PassedOver.created_at == change.now, PassedOver.reason == change.asleep)
        .group_by(col(PassedOver.sequence_id))
    )
    return dict(change.session.exec(query).all())
