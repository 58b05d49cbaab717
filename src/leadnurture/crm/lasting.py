"""The lasting adjustments of leads, as values."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from datetime import timedelta

from sqlmodel import Session, col, select

from leadnurture.crm.scoring import Lasting
from leadnurture.store.tables.scoring import ScoreAdjustment


def lasting_of(row: ScoreAdjustment) -> Lasting:
    """Return a stored adjustment as a value."""
    minutes = row.half_life_minutes
    return Lasting(row.adjustment, row.created_at, None if minutes is None else timedelta(minutes=minutes))


def lasting_adjustments(session: Session, ids: Collection[int]) -> Mapping[int, Sequence[Lasting]]:
    """Return the lasting adjustments of leads by lead; none for a lead without."""
    found: dict[int, list[Lasting]] = defaultdict(list)
    query = select(ScoreAdjustment).where(col(ScoreAdjustment.lead_id).in_(ids)).order_by(col(ScoreAdjustment.id))
    for row in session.exec(query).all():
        found[row.lead_id].append(lasting_of(row))
    return found
