"""A scoring rule that could never fit is refused when it is written; one that can is kept in one form."""

from zoneinfo import ZoneInfo

import pytest
from pydantic import ValidationError

from leadnurture.crm.rule_drafts import RuleDraft
from leadnurture.crm.values import Reading

READING = Reading("GBP", "GB", ZoneInfo("Europe/London"), "dmy")


def draft(field: str, operator: str, value: object, **more: object) -> RuleDraft:
    given = {"name": "A", "type": "budget", "field": field, "operator": operator, "value": value, "score": 5, **more}
    return RuleDraft.model_validate(given, context={"reading": READING})


@pytest.mark.parametrize(
    ("field", "operator", "value", "kept"),
    [
        ("estimated_budget", "greater_than", "£2,400.50", ("estimated_budget", "2400.5")),
        ("budget", "between", "£2k, 3k", ("estimated_budget", "2000,3000")),
        ("guests", "less_than", "80", ("estimated_guest_count", "80")),
        ("days_until_wedding", "between", [60, 550], ("days_until_wedding", "60,550")),
        ("wedding_date", "less_than", "1/6/2027", ("wedding_date", "2027-06-01")),
        ("inquiry_at", "greater_than", "2027-01-04 10:00", ("inquiry_at", "2027-01-04T10:00:00+00:00")),
        ("status", "in_list", "proposal sent, Won", ("lead_status", "proposal_sent,won")),
        ("source", "in_list", "Word of mouth, insta", ("lead_source", "word_of_mouth,instagram")),
        ("consent_marketing", "equals", "yes", ("consent_marketing", "true")),
        ("wedding_venue", "contains", "", ("wedding_venue", "")),
        ("custom_fields.colour", "equals", "Green", ("custom_fields.colour", "Green")),
        ("interactions.phone_call", "greater_than", 2, ("interactions.phone_call", "2")),
        ("interactions.phone_call.last_30_days", "equals", "0", ("interactions.phone_call.last_30_days", "0")),
    ],
)
def test_a_value_is_kept_in_one_form_whatever_way_it_is_written(
    field: str, operator: str, value: object, kept: tuple[str, str]
) -> None:
    made = draft(field, operator, value)
    assert (made.field, made.value) == kept
    again = draft(made.field, operator, made.value)
    assert (again.field, again.value) == kept


@pytest.mark.parametrize(
    ("field", "operator", "value", "told"),
    [
        ("wedding_dat", "equals", "x", "did you mean 'wedding_date'?"),
        ("interactions.phone_cal", "equals", 1, "did you mean 'interactions.phone_call'?"),
        ("interactions.phone_call.last_0_days", "equals", 1, "counts nothing"),
        ("interactions.phone_call.lately", "equals", 1, "counts nothing"),
        ("interactions.score_updated", "equals", 1, "a rule cannot look at it"),
        ("lead_score", "greater_than", 50, "a rule cannot look at it"),
        ("temperature", "equals", "hot", "a rule cannot look at it"),
        ("estimated_budget", "greater_than", "lots", "not an amount of money"),
        ("estimated_budget", "contains", "2", "contains does not fit"),
        ("wedding_venue", "greater_than", "5", "greater_than does not fit"),
        ("guests", "greater_than", "many", "is none"),
        ("guests", "between", "1,2,3", "a lower and an upper value"),
        ("guests", "between", "9,2", "a lower and an upper value"),
        ("guests", "greater_than", [1, 2], "compared with one value"),
        ("status", "equals", "wone", "did you mean 'won'?"),
        ("status", "in_list", "new,maybe", "'maybe' is none of"),
        ("wedding_location", "equals", " ", "this is empty"),
        ("wedding_location", "in_list", "Bath,,Wells", "this is empty"),
        ("wedding_location", "in_list", ["Bath, Somerset", "Wells"], "no comma"),
        ("wedding_date", "equals", "soon", "soon"),
        ("guests", "equals", None, "compared with a value"),
    ],
)
def test_a_value_that_does_not_fit_is_refused_with_the_reason(
    field: str, operator: str, value: object, told: str
) -> None:
    with pytest.raises(ValidationError) as refused:
        draft(field, operator, value)
    assert told in str(refused.value)


@pytest.mark.parametrize(
    "more",
    [
        {"score": 101},
        {"score": "5"},
        {"score": True},
        {"weight": -1},
        {"weight": 10},
        {"weight": float("nan")},
        {"name": " "},
        {"name": "two\nlines"},
        {"name": "x" * 256},
        {"type": "weather"},
        {"order": -1},
    ],
)
def test_points_weights_and_names_have_bounds(more: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        draft("guests", "equals", 5, **more)
