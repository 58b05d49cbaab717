"""The scores of many leads at once: which would be another one now, and writing that down.

Only the columns that the rules look at are read, and nothing passes through the session's unit of work.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import insert
from sqlmodel import Session, col, select

from leadnurture.config import Config
from leadnurture.crm.change import Change
from leadnurture.crm.interaction_counts import counts_asked, interaction_counts
from leadnurture.crm.lasting import lasting_adjustments
from leadnurture.crm.portrait import DERIVED, derived
from leadnurture.crm.scores import told
from leadnurture.crm.scoring import Rule, Score, Scorer, temperature_of, worth_of
from leadnurture.crm.scoring_fields import INTERACTIONS
from leadnurture.store.rows import rewrite_rows
from leadnurture.store.tables.lead import Lead
from leadnurture.store.tables.timeline import Interaction
from leadnurture.store.vocabulary import InteractionType, Temperature

AT_ONCE = 1000  # leads: few enough for one statement's list of ids


@dataclass(frozen=True)
class Move:
    """A lead whose score or temperature is not what the rules make of it now."""

    lead_id: int
    old: int
    old_temperature: Temperature
    score: Score
    temperature: Temperature


def leads_in_batches(session: Session, ids: Collection[int] | None) -> Iterator[list[int]]:
    """Yield the ids of leads in order, some at once: those that are given, or of all leads."""
    wanted = sorted(ids) if ids is not None else session.exec(select(Lead.id).order_by(col(Lead.id))).all()
    for start in range(0, len(wanted), AT_ONCE):
        yield [one for one in wanted[start : start + AT_ONCE] if one is not None]


def moves(
    session: Session, config: Config, now: datetime, rules: Sequence[Rule], scorer: Scorer, ids: Collection[int]
) -> list[Move]:
    """Return those of some leads whose score or temperature changes at `now`; nothing is written.

    The `scorer` is of these rules, and may be kept from one call to the next.
    """
    thresholds, found = config.score, []
    lasting, read = lasting_adjustments(session, ids), _values(session, config, now, rules, ids)
    for lead_id, values in read.items():
        score = scorer.score(values, worth_of(lasting.get(lead_id, ()), now))
        temperature = temperature_of(score.value, hot=thresholds.hot, warm=thresholds.warm)
        old, old_temperature = values["lead_score"], values["lead_temperature"]
        if score.value != old or temperature is not old_temperature:
            found.append(Move(lead_id, old, old_temperature, score, temperature))
    return found


def carry_out(change: Change, several: Sequence[Move]) -> None:
    """Write the new scores, and what the timelines say of them."""
    if not several:
        return
    written = {move.lead_id: {"lead_score": move.score.value, "lead_temperature": move.temperature} for move in several}
    rewrite_rows(change.session, Lead, written)
    entries = [_entry(change, move) for move in several if move.score.value != move.old]
    if entries:
        change.session.connection().execute(insert(Interaction.__table__), entries)  # type: ignore[attr-defined]


def _values(
    session: Session, config: Config, now: datetime, rules: Sequence[Rule], ids: Collection[int]
) -> Mapping[int, dict[str, Any]]:
    """Return what the rules look at, by lead, with the score and temperature that are stored."""
    asked, zone = {rule.field.partition(".")[0] for rule in rules}, config.studio.zone
    computed = asked & DERIVED.keys()
    stored = {need for name in computed for need in DERIVED[name].needs} | (asked - computed - {INTERACTIONS})
    names = sorted(stored | {"id", "lead_score", "lead_temperature"})
    columns = Lead.__table__.c  # type: ignore[attr-defined]
    rows = session.connection().execute(select(*(columns[name] for name in names)).where(columns.id.in_(ids)))
    read = {values["id"]: values for values in (dict(zip(names, row, strict=True)) for row in rows)}
    counted = counts_asked(rules)
    counts = interaction_counts(session, counted, now, ids) if counted else None
    for lead_id, values in read.items():
        values.update(derived(values, computed, now, zone))
        if counts is not None:
            values.update(counts[lead_id])
    return read


def _entry(change: Change, move: Move) -> dict[str, Any]:
    subject, given = told(move.old, move.score)
    return {
        "lead_id": move.lead_id,
        "user_id": "leadnurture",
        "interaction_type": InteractionType.SCORE_UPDATED,
        "interaction_subject": subject,
        "interaction_metadata": given,
        "follow_up_required": False,
        "created_at": change.now,
    }
