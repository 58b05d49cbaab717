"""The six comparisons: over every kind of field, read once, and never at a loss before a value that a lead can have."""

from datetime import UTC, date, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leadnurture.crm.fields import LEAD_FIELDS, Kind, LeadField
from leadnurture.crm.operators import FITTING, field_at, holds, read_expected, value_at
from leadnurture.crm.values import BadValueError, Reading
from leadnurture.money import BadMoneyError
from leadnurture.store.vocabulary import Operator

READING = Reading("GBP", "GB", ZoneInfo("Europe/London"), "dmy")
ACTUAL: dict[Kind, st.SearchStrategy[Any]] = {
    Kind.TEXT: st.text(max_size=5),
    Kind.EMAIL: st.just("mia@example.org"),
    Kind.PHONE: st.just("+442079460000"),
    Kind.DATE: st.dates(date(1990, 1, 1), date(2100, 12, 31)),
    Kind.INSTANT: st.datetimes(datetime(1990, 1, 1), datetime(2100, 1, 1), timezones=st.just(UTC)),  # noqa: DTZ001
    Kind.NUMBER: st.integers(),
    Kind.RATING: st.floats(1, 5),
    Kind.MONEY: st.integers(0, 10**12),
    Kind.TRUTH: st.booleans(),
    Kind.LIST: st.lists(st.text(max_size=5)),
}
given_values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(10**20), 10**20)
    | st.floats()
    | st.text(max_size=12)
    | st.sampled_from(
        ("2027-06-14", "14/6/2027", "£2,000", "2k", "nan", "-inf", "1e400", "yes", "new", " ", ",", "1,2")
    ),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=2),
    max_leaves=4,
)


def actual_of(field: LeadField) -> st.SearchStrategy[Any]:
    values = st.sampled_from(list(field.words)) if field.words else ACTUAL[field.kind]
    return st.none() | values


COMPARABLE = [field for field in LEAD_FIELDS.values() if any(field.kind in kinds for kinds in FITTING.values())]


@given(st.data(), st.sampled_from(COMPARABLE), st.sampled_from(Operator), given_values)
def test_a_comparison_that_is_read_can_be_made(
    data: st.DataObject, field: LeadField, operator: Operator, value: Any
) -> None:
    try:
        expected = read_expected(field, operator, value, READING)
    except (BadValueError, BadMoneyError):
        return
    assert field.kind in FITTING[operator]
    assert holds(operator, data.draw(actual_of(field)), expected) in {True, False}


@given(st.sampled_from(COMPARABLE), st.sampled_from(Operator), given_values)
def test_where_nothing_is_no_comparison_holds(field: LeadField, operator: Operator, value: Any) -> None:
    try:
        expected = read_expected(field, operator, value, READING)
    except (BadValueError, BadMoneyError):
        return
    assert not holds(operator, None, expected)


ordered = st.integers(-1000, 1000)


@given(ordered, ordered, ordered)
def test_comparisons_agree_with_one_another(actual: int, low: int, high: int) -> None:
    field = LEAD_FIELDS["lead_score"]

    def held(operator: Operator, value: Any) -> bool:
        return holds(operator, actual, read_expected(field, operator, value, READING))

    assert [held(Operator.LESS_THAN, low), held(Operator.EQUALS, low), held(Operator.GREATER_THAN, low)].count(
        True
    ) == 1
    assert held(Operator.IN_LIST, [low, high]) == (held(Operator.EQUALS, low) or held(Operator.EQUALS, high))
    if low <= high:
        below, above = held(Operator.LESS_THAN, low), held(Operator.GREATER_THAN, high)
        assert held(Operator.BETWEEN, [low, high]) == (not below and not above)


REFUSED = [
    ("days_since_inquiry", "greater_than", "nan", "'nan' is none"),
    ("lead_score", "less_than", float("inf"), "'inf' is none"),
    ("wedding_date", "greater_than", "", "is compared with a value, and this is empty"),
    ("estimated_budget", "between", ["", 2000], "is compared with a value, and this is empty"),
    ("consent_marketing", "equals", " ", "is compared with a value, and this is empty"),
    ("wedding_date", "in_list", ["2027-06-14", ""], "is compared with a value, and this is empty"),
    ("wedding_venue", "in_list", None, "is compared with a value, not None"),
    ("wedding_venue", "in_list", {"a": 1}, "is compared with a value, not {'a': 1}"),
    ("wedding_venue", "in_list", [], "in_list needs at least one value"),
    ("estimated_budget", "between", [3000, 2000], "between needs a lower and an upper value"),
    ("custom_fields.guests", "greater_than", 100, "greater_than does not fit custom_fields.guests, which is a text"),
    ("custom_fields", "contains", "x", "no operator would"),
]


@pytest.mark.parametrize(("path", "operator", "value", "why"), REFUSED)
def test_what_could_never_fit_is_refused_with_the_reason(path: str, operator: str, value: Any, why: str) -> None:
    field = field_at(path)
    assert field is not None
    with pytest.raises(BadValueError) as caught:
        read_expected(field, Operator(operator), value, READING)
    assert why in caught.value.message


VALUES: dict[str, Any] = {
    "wedding_date": date(2027, 6, 14),
    "custom_fields": {"dress": "ivory", "no. of guests": "90", "date": "unknown", "deep": {"er.": {"x": 1}}},
}


@pytest.mark.parametrize(
    ("path", "found"),
    [
        ("date", date(2027, 6, 14)),
        ("custom_fields.dress", "ivory"),
        ("custom_fields.no. of guests", "90"),
        ("custom_fields.date", "unknown"),
        ("custom_fields.deep.er", None),
        ("custom_fields.dress.length", None),
        ("custom_fields.hat", None),
        ("nowhere.at.all", None),
    ],
)
def test_a_dotted_path_leads_to_the_value_or_to_nothing(path: str, found: Any) -> None:
    assert value_at(VALUES, path) == found
