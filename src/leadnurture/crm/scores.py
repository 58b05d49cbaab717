"""Keeping leads' scores: recomputed in the same transaction as the fact that changes them."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlmodel import Session

from leadnurture.crm.change import Change, FactKind
from leadnurture.crm.interaction_counts import counts_asked, interaction_counts
from leadnurture.crm.lasting import lasting_adjustments
from leadnurture.crm.portrait import portrait
from leadnurture.crm.scoring import Rule, Score, score_of, temperature_of, worth_of
from leadnurture.crm.timeline import note
from leadnurture.store.tables.lead import Lead
from leadnurture.store.tables.scoring import ScoreAdjustment
from leadnurture.store.vocabulary import InteractionType


def rescore(change: Change, lead: Lead, rules: Sequence[Rule]) -> Score:
    """Recompute a lead's score and temperature; a changed score is on the timeline and recorded as a fact."""
    score = explain(change, lead, rules)
    old, thresholds = lead.lead_score, change.config.score
    temperature = temperature_of(score.value, hot=thresholds.hot, warm=thresholds.warm)
    if score.value == old and temperature == lead.lead_temperature:
        return score
    lead.lead_score, lead.lead_temperature = score.value, temperature
    if score.value != old:
        subject, given = told(old, score)
        note(change, lead, InteractionType.SCORE_UPDATED, subject, metadata=given)
    change.record(FactKind.SCORED, lead.id)
    return score


def told(old: int, score: Score) -> tuple[str, dict[str, Any]]:
    """Return what a timeline says of a changed score: its subject, and the rules that made the score."""
    given: dict[str, Any] = {
        "old_score": old,
        "new_score": score.value,
        "score_adjustments": [vars(point) for point in score.points],
    }
    if score.lasting:
        given["lasting"] = round(score.lasting, 2)
    return f"Score {old} → {score.value}", given


def explain(change: Change, lead: Lead, rules: Sequence[Rule]) -> Score:
    """Return what a lead's score is now, point by point, without storing anything."""
    assert lead.id is not None
    values = scored_values(change.session, lead, rules, change.now, change.config.studio.zone)
    adjustments = lasting_adjustments(change.session, [lead.id]).get(lead.id, ())
    return score_of(values, rules, worth_of(adjustments, change.now))


def scored_values(
    session: Session, lead: Lead, rules: Sequence[Rule], now: datetime, zone: ZoneInfo
) -> Mapping[str, Any]:
    """Return all that rules look at of a lead as of `now`: its portrait, and the interactions that they count."""
    values, asked = portrait(lead, now, zone), counts_asked(rules)
    if not asked or lead.id is None:
        return values
    return {**values, **interaction_counts(session, asked, now, [lead.id])[lead.id]}


def adjust(
    change: Change,
    lead: Lead,
    by: int,
    *,
    reason: str | None,
    notes: str | None = None,
    half_life: timedelta | None = None,
) -> None:
    """Add a lasting adjustment to a lead's score, which fades by its half-life; the score follows before the commit."""
    assert lead.id is not None
    change.session.add(
        ScoreAdjustment(
            lead_id=lead.id,
            adjustment=by,
            reason=reason,
            notes=notes,
            created_at=change.now,
            half_life_minutes=None if half_life is None else round(half_life / timedelta(minutes=1)),
        )
    )
    change.session.flush()
    change.record(FactKind.ADJUSTED, lead.id, reason)
