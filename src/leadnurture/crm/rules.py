"""Scoring rules in the database: the set that ships, and reading them for use."""

from collections.abc import Sequence
from datetime import datetime
from functools import lru_cache
from typing import Any

from sqlalchemy import select
from sqlmodel import Session, col

from leadnurture.crm.operators import read_expected
from leadnurture.crm.scoring import Rule
from leadnurture.crm.scoring_fields import rule_field
from leadnurture.crm.values import Reading
from leadnurture.errors import ConfigurationError, InvalidInputError
from leadnurture.store.tables.scoring import ScoringRule
from leadnurture.store.vocabulary import CriteriaType, Operator

# For wedding photography: name, what it looks at, field, operator, value, points.
SHIPPED = (
    ("Real budget", CriteriaType.BUDGET, "estimated_budget", Operator.GREATER_THAN, "1999", 20),
    ("Generous budget", CriteriaType.BUDGET, "estimated_budget", Operator.GREATER_THAN, "3499", 10),
    ("Small budget", CriteriaType.BUDGET, "estimated_budget", Operator.LESS_THAN, "1000", -15),
    ("Date is set", CriteriaType.WEDDING_DETAILS, "days_until_wedding", Operator.GREATER_THAN, "0", 15),
    ("Venue is booked", CriteriaType.WEDDING_DETAILS, "wedding_venue", Operator.CONTAINS, "", 10),
    ("Within eighteen months", CriteriaType.TIMELINE, "days_until_wedding", Operator.BETWEEN, "60,550", 10),
    ("Very soon", CriteriaType.TIMELINE, "days_until_wedding", Operator.BETWEEN, "0,59", -10),
    ("Recommended", CriteriaType.DEMOGRAPHIC, "lead_source", Operator.IN_LIST, "referral,word_of_mouth", 15),
    ("Left a phone number", CriteriaType.DEMOGRAPHIC, "primary_phone", Operator.CONTAINS, "+", 5),
    ("Wrote back", CriteriaType.ENGAGEMENT, "days_since_reply", Operator.BETWEEN, "0,30", 20),
    ("Asked for a proposal", CriteriaType.BEHAVIORAL, "lead_status", Operator.IN_LIST, "proposal_sent,negotiation", 10),
)
_ACTIVE: Any = (  # a Select of six columns, which has no type
    select(
        col(ScoringRule.rule_name),
        col(ScoringRule.criteria_field),
        col(ScoringRule.criteria_operator),
        col(ScoringRule.criteria_value),
        col(ScoringRule.score_adjustment),
        col(ScoringRule.rule_weight),
    )
    .where(col(ScoringRule.is_active))
    .order_by(col(ScoringRule.rule_order), col(ScoringRule.id))
)


def add_shipped(session: Session, now: datetime) -> None:
    """Put the shipped rules into a new studio."""
    for order, (name, criteria, field, operator, value, points) in enumerate(SHIPPED, start=1):
        session.add(
            ScoringRule(
                rule_name=name,
                criteria_type=criteria,
                criteria_field=field,
                criteria_operator=operator,
                criteria_value=value,
                score_adjustment=points,
                rule_order=order,
                created_at=now,
            )
        )


def active_rules(session: Session, reading: Reading) -> Sequence[Rule]:
    """Return the active rules in their order, ready to score with; raises ConfigurationError for one that can't fit."""
    return [_ready(*row, reading) for row in session.execute(_ACTIVE)]


@lru_cache(maxsize=256)  # every transaction with a fact in it asks for them
def _ready(
    name: str, field: str, operator: Operator, value: str, adjustment: int, weight: float, reading: Reading
) -> Rule:
    try:
        known = rule_field(field)
        expected = read_expected(known, operator, value, reading)
    except InvalidInputError as error:
        raise ConfigurationError(
            f"scoring rule '{name}' cannot be used: {error.message}", hint=f'leadnurture rule set "{name}" --value …'
        ) from None
    return Rule(name, known.name, operator, expected, adjustment, weight, value)
