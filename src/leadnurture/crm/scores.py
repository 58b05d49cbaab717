"""Keeping leads' scores: recomputed in the same transaction as the fact that changes them."""

from collections.abc import Sequence

from sqlalchemy import func
from sqlmodel import select

from leadnurture.crm.change import Change, FactKind
from leadnurture.crm.portrait import portrait
from leadnurture.crm.scoring import Rule, Score, score_of, temperature_of
from leadnurture.crm.timeline import note
from leadnurture.store.tables import Lead, ScoreAdjustment
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
        given = {
            "old_score": old,
            "new_score": score.value,
            "score_adjustments": [vars(point) for point in score.points],
        }
        note(change, lead, InteractionType.SCORE_UPDATED, f"Score {old} → {score.value}", metadata=given)
    change.record(FactKind.SCORED, lead.id)
    return score


def explain(change: Change, lead: Lead, rules: Sequence[Rule]) -> Score:
    """Return what a lead's score is now, point by point, without storing anything."""
    lasting = change.session.exec(
        select(func.coalesce(func.sum(ScoreAdjustment.adjustment), 0)).where(ScoreAdjustment.lead_id == lead.id)
    ).one()
    return score_of(portrait(lead, change.now, change.config.studio.zone), rules, int(lasting))


def adjust(change: Change, lead: Lead, by: int, *, reason: str | None, notes: str | None = None) -> None:
    """Add a lasting adjustment to a lead's score; the score itself follows before the commit."""
    assert lead.id is not None
    change.session.add(
        ScoreAdjustment(lead_id=lead.id, adjustment=by, reason=reason, notes=notes, created_at=change.now)
    )
    change.session.flush()
    change.record(FactKind.ADJUSTED, lead.id, reason)
