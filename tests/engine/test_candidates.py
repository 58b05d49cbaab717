"""What the database chooses for the daily look: nobody whom a condition fits is left out."""

from datetime import timedelta
from typing import Any

import pytest
from conditions_and_leads import LONDON, NOW, TODAY, conditions, leads, read
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import Engine, create_engine
from sqlmodel import Session, SQLModel, select

from leadnurture.engine.candidates import may_fit
from leadnurture.engine.conditions import judge
from leadnurture.engine.subjects import entering
from leadnurture.sequences.condition import Condition
from leadnurture.store.tables.lead import Lead


def empty() -> Engine:
    engine = create_engine("sqlite://")
    SQLModel.metadata.create_all(engine)
    return engine


DATABASE = empty()


def chosen(condition: Condition, lead: Lead) -> bool:
    with Session(DATABASE) as session:
        session.add(Lead(**lead.model_dump()))
        session.flush()
        return session.exec(select(Lead.id).where(may_fit(condition, TODAY))).first() is not None


@given(conditions(of_entry=True), leads())
def test_whom_a_condition_fits_is_chosen(condition: Condition, lead: Lead) -> None:
    if judge(condition, entering(lead, NOW, LONDON)).held:
        assert chosen(condition, lead)


@given(
    st.sampled_from(["days_since_inquiry", "days_since_contact", "days_since_reply"]),
    st.sampled_from(["equals", "greater_than", "less_than", "between", "in_list"]),
    st.lists(st.integers(-3, 410) | st.floats(0, 1e300), min_size=2, max_size=2).map(sorted),
    leads(),
)
def test_whom_a_count_of_days_fits_is_chosen(field: str, operator: str, bounds: list[float], lead: Lead) -> None:
    value = bounds if operator in {"between", "in_list"} else bounds[0]
    condition = read({"fields": [{"field": field, "operator": operator, "value": value}]})
    if judge(condition, entering(lead, NOW, LONDON)).held:
        assert chosen(condition, lead)


@pytest.mark.parametrize(("operator", "value"), [("greater_than", 30), ("between", [20, 25]), ("in_list", [1, 4])])
def test_whom_a_count_of_days_rules_out_by_far_is_not(operator: str, value: Any) -> None:
    condition = read({"fields": [{"field": "days_since_contact", "operator": operator, "value": value}]})
    facts: dict[str, Any] = {"lead_source": "website", "primary_email": "mia@example.org", "unsubscribe_token": "t"}
    facts |= {"inquiry_at": NOW, "created_at": NOW, "updated_at": NOW}
    for days in (None, 10):
        contact = None if days is None else NOW - timedelta(days=days)
        assert not chosen(condition, Lead(**facts, last_contact_at=contact))


@given(leads())
def test_whom_the_database_can_rule_out_is_not(lead: Lead) -> None:
    words = [
        {"status": "new", "source": ["website", "instagram"]},
        {"temperature": "hot", "priority": "high"},
        {"score": {"min": 40, "max": 60}, "consent": True},
        {"wedding": {"within": "90d"}},
        {"wedding": {"beyond": "36h"}},
        {"wedding": {"known": False}, "replied": True},
        {"any": [{"status": "new"}, {"all": [{"replied": False}, {"consent": False}]}]},
    ]
    for condition in map(read, words):
        assert chosen(condition, lead) == judge(condition, entering(lead, NOW, LONDON)).held
