"""How often something happened with couples, for the scoring rules that ask."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from datetime import datetime, timedelta

from sqlalchemy import func
from sqlmodel import Session, col, select

from leadnurture.crm.scoring import Rule
from leadnurture.crm.scoring_fields import InteractionCount, interaction_count
from leadnurture.store.tables.timeline import Interaction

Counts = Mapping[int, Mapping[str, int]]  # by lead, by the rules' path


def counts_asked(rules: Iterable[Rule]) -> tuple[InteractionCount, ...]:
    """Return what the rules count on timelines, each once."""
    found = (interaction_count(rule.field) for rule in rules)
    return tuple(dict.fromkeys(count for count in found if count is not None))


def interaction_counts(
    session: Session, asked: Iterable[InteractionCount], now: datetime, ids: Collection[int]
) -> Counts:
    """Return the counts as of `now` for leads; one that nothing happened with is counted as 0 everywhere."""
    asked = tuple(asked)
    counts: Counts = defaultdict(lambda: dict.fromkeys((count.path for count in asked), 0))
    for count in asked:
        query = select(Interaction.lead_id, func.count()).where(
            col(Interaction.lead_id).in_(ids), Interaction.interaction_type == count.kind
        )
        if count.days is not None:
            query = query.where(col(Interaction.created_at) > now - timedelta(days=count.days))
        for lead_id, number in session.exec(query.group_by(col(Interaction.lead_id))).all():
            counts[lead_id][count.path] = number  # type: ignore[index]
    return counts
