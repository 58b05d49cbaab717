"""Whether, and why: each clause of the condition language, held and not held, in words that people understand."""

from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from leadnurture.crm.portrait import portrait
from leadnurture.crm.values import Reading
from leadnurture.engine.conditions import Clause, Subject, Verdict, judge
from leadnurture.sequences.condition import Condition
from leadnurture.store.tables.lead import Lead
from leadnurture.store.vocabulary import LeadStatus, Priority, Temperature

LONDON = ZoneInfo("Europe/London")
READING = Reading("GBP", "GB", LONDON, "dmy")
NOW = datetime(2027, 6, 14, 22, 30, tzinfo=UTC)
FACTS: dict[str, Any] = {
    "lead_source": "instagram",
    "primary_email": "mia@example.org",
    "unsubscribe_token": "t",
    "inquiry_at": NOW - timedelta(days=3),
    "created_at": NOW,
    "updated_at": NOW,
    "lead_status": LeadStatus.CONTACTED,
    "lead_score": 55,
    "lead_temperature": Temperature.WARM,
    "priority_level": Priority.HIGH,
    "wedding_date": date(2027, 7, 14),
    "estimated_budget": 240_000,
    "quality_rating": 4.5,
    "tags": ["VIP", "diary"],
    "custom_fields": {"colour": "Green"},
    "last_reply_at": datetime(2027, 6, 1, tzinfo=UTC),
}


def judged(words: dict[str, Any], *, replied: bool = False, **facts: Any) -> Verdict:
    condition = Condition.model_validate(words, context={"reading": READING})
    return judge(condition, Subject(portrait(Lead(**FACTS | facts), NOW, LONDON), replied))


CLAUSES: list[tuple[dict[str, Any], dict[str, Any], Clause]] = [
    ({"status": ["contacted"]}, {}, Clause("status is contacted", "contacted", held=True)),
    ({"status": ["new", "qualified"]}, {}, Clause("status is new or qualified", "contacted", held=False)),
    ({"status": "contacted"}, {}, Clause("status is contacted", "contacted", held=True)),
    ({"source": ["Insta"]}, {}, Clause("source is instagram", "instagram", held=True)),
    ({"source": ["website"]}, {}, Clause("source is website", "instagram", held=False)),
    ({"temperature": ["warm", "hot"]}, {}, Clause("temperature is warm or hot", "warm", held=True)),
    ({"temperature": ["cold"]}, {}, Clause("temperature is cold", "warm", held=False)),
    ({"priority": ["high"]}, {}, Clause("priority is high", "high", held=True)),
    ({"priority": ["low"]}, {}, Clause("priority is low", "high", held=False)),
    ({"score": {"min": 55}}, {}, Clause("score is 55 to 100", "55", held=True)),
    ({"score": {"max": 54}}, {}, Clause("score is 0 to 54", "55", held=False)),
    ({"tags": {"all": ["vip", "Diary"]}}, {}, Clause("tags have all of vip, Diary", "tagged VIP, diary", held=True)),
    ({"tags": {"all": ["vip", "x"]}}, {}, Clause("tags have all of vip, x", "tagged VIP, diary", held=False)),
    ({"tags": {"any": ["x", "vip"]}}, {}, Clause("tags have any of x, vip", "tagged VIP, diary", held=True)),
    ({"tags": {"any": "x"}}, {}, Clause("tags have any of x", "tagged VIP, diary", held=False)),
    (
        {"wedding": {"available": False}},
        {"date_available": False},
        Clause("their date is taken", "taken", held=True),
    ),
    ({"wedding": {"available": True}}, {"date_available": True}, Clause("their date is free", "free", held=True)),
    ({"wedding": {"available": True}}, {"date_available": False}, Clause("their date is free", "taken", held=False)),
    ({"wedding": {"available": False}}, {}, Clause("their date is taken", "no date", held=False)),
    ({"tags": {"none": ["x"]}}, {}, Clause("tags have none of x", "tagged VIP, diary", held=True)),
    ({"tags": {"none": ["vip"]}}, {"tags": []}, Clause("tags have none of vip", "tagged nothing", held=True)),
    ({"tags": {"none": ["vip"]}}, {}, Clause("tags have none of vip", "tagged VIP, diary", held=False)),
    ({"wedding": {"known": True}}, {}, Clause("the wedding date is known", "in 30 days", held=True)),
    ({"wedding": {"known": False}}, {}, Clause("the wedding date is not known", "in 30 days", held=False)),
    (
        {"wedding": {"known": True}},
        {"wedding_date": None},
        Clause("the wedding date is known", "without a date", held=False),
    ),
    ({"wedding": {"within": "30d"}}, {}, Clause("the wedding is within 30d", "in 30 days", held=True)),
    ({"wedding": {"within": "29d"}}, {}, Clause("the wedding is within 29d", "in 30 days", held=False)),
    (
        {"wedding": {"within": "4w"}},
        {"wedding_date": date(2027, 6, 1)},
        Clause("the wedding is within 4w", "13 days ago", held=False),
    ),
    ({"wedding": {"beyond": "29d"}}, {}, Clause("the wedding is beyond 29d", "in 30 days", held=True)),
    ({"wedding": {"beyond": "30d"}}, {}, Clause("the wedding is beyond 30d", "in 30 days", held=False)),
    (
        {"wedding": {"beyond": "1d"}},
        {"wedding_date": None},
        Clause("the wedding is beyond 1d", "without a date", held=False),
    ),
    ({"consent": False}, {}, Clause("consent to marketing is not given", "not given", held=True)),
    ({"consent": True}, {}, Clause("consent to marketing is given", "not given", held=False)),
    ({"consent": True}, {"consent_marketing": True}, Clause("consent to marketing is given", "given", held=True)),
    ({"replied": False}, {}, Clause("they have not replied", "not replied", held=True)),
    ({"replied": True}, {}, Clause("they replied", "not replied", held=False)),
    ({"opened": "welcome"}, {}, Clause("they opened welcome", "not opened", held=False)),
    ({"clicked": False}, {}, Clause("they clicked in no mail", "not clicked", held=True)),
]


@pytest.mark.parametrize(("words", "facts", "clause"), CLAUSES)
def test_a_clause_is_judged_with_what_was_asked_and_what_was_there(
    words: dict[str, Any], facts: dict[str, Any], clause: Clause
) -> None:
    verdict = judged(words, **facts)
    assert verdict == Verdict(clause.held, (clause,))
    assert verdict.why_not == ("" if clause.held else f"{clause.asked}, but it is {clause.actual}")


def test_a_reply_counts_where_the_subject_says_so() -> None:
    assert judged({"replied": True}, replied=True).held
    assert not judged({"replied": False}, replied=True).held


MAILS: list[tuple[dict[str, Any], Clause]] = [
    ({"opened": "welcome"}, Clause("they opened welcome", "opened gallery, welcome", held=True)),
    ({"opened": ["story", "gallery"]}, Clause("they opened story or gallery", "opened gallery, welcome", held=True)),
    ({"opened": "story"}, Clause("they opened story", "opened gallery, welcome", held=False)),
    ({"opened": True}, Clause("they opened a mail", "opened gallery, welcome", held=True)),
    ({"opened": False}, Clause("they opened no mail", "opened gallery, welcome", held=False)),
    ({"clicked": "gallery"}, Clause("they clicked in gallery", "clicked in gallery", held=True)),
    ({"clicked": "welcome"}, Clause("they clicked in welcome", "clicked in gallery", held=False)),
]


@pytest.mark.parametrize(("words", "clause"), MAILS)
def test_mails_count_by_their_steps(words: dict[str, Any], clause: Clause) -> None:
    condition = Condition.model_validate(words, context={"reading": READING})
    subject = Subject({}, opened=frozenset({"welcome", "gallery"}), clicked=frozenset({"gallery"}))
    assert judge(condition, subject) == Verdict(clause.held, (clause,))


def test_no_condition_always_holds() -> None:
    assert judge(None, Subject({})) == Verdict(held=True, trace=())


def test_all_that_is_asked_must_hold() -> None:
    words = {"tags": {"any": ["vip"], "none": ["x"]}, "score": {"min": 60}, "status": ["contacted"]}
    verdict = judged(words)
    assert not verdict.held
    assert verdict.why_not == "score is 60 to 100, but it is 55"


def test_the_trace_is_always_in_the_same_order() -> None:
    words = {"replied": False, "consent": False, "wedding": {"known": True}, "tags": {"none": ["x"]}}
    words |= {"score": {"min": 1}, "priority": ["high"], "temperature": ["warm"], "source": ["ig"], "status": ["new"]}
    assert [clause.asked.split()[0] for clause in judged(words).trace] == (
        ["status", "source", "temperature", "priority", "score", "tags", "the", "consent", "they"]
    )


HELD, FAILED = {"status": ["contacted"]}, {"status": ["new"]}
TREES: list[tuple[dict[str, Any], bool, str]] = [
    ({"all": [HELD, {"score": {"min": 50}}]}, True, ""),
    ({"all": [HELD, FAILED]}, False, "status is new, but it is contacted"),
    ({"any": [FAILED, HELD]}, True, ""),
    ({"any": [FAILED, {"score": {"min": 60}}]}, False, "status is new or score is 60 to 100, but it is contacted; 55"),
    ({"not": FAILED}, True, ""),
    ({"not": HELD}, False, "not (status is contacted), but it is so"),
    ({"not": {"all": [HELD, FAILED]}}, True, ""),
    ({"not": {"any": [FAILED, FAILED]}}, True, ""),
    ({"not": {"any": [HELD, FAILED]}}, False, "not (status is contacted or status is new), but it is so"),
    (
        {"not": {"any": [FAILED, HELD], "replied": False}},
        False,
        "not (they have not replied and (status is new or status is contacted)), but it is so",
    ),
    ({"not": {"not": FAILED}}, False, "not (not (status is new)), but it is so"),
    ({"any": [{"all": [HELD, FAILED]}, {"not": FAILED}]}, True, ""),
    ({"status": ["contacted"], "any": [FAILED]}, False, "status is new, but it is contacted"),
]


@pytest.mark.parametrize(("words", "held", "why_not"), TREES)
def test_conditions_are_composed_by_all_any_and_not(words: dict[str, Any], held: bool, why_not: str) -> None:
    verdict = judged(words)
    assert (verdict.held, verdict.why_not) == (held, why_not)


def test_any_tells_the_clauses_of_the_part_that_fits() -> None:
    assert judged({"any": [FAILED, HELD]}).trace == (Clause("status is contacted", "contacted", held=True),)


FIELDS: list[tuple[str, str, Any, bool, str]] = [
    ("estimated_budget", "greater_than", "£2,399.99", True, "£2,400"),
    ("budget", "greater_than", 2400, False, "£2,400"),
    ("budget", "less_than", "2.5k", True, "£2,400"),
    ("estimated_budget", "between", [2000, 2400], True, "£2,400"),
    ("estimated_budget", "equals", "2400.00", True, "£2,400"),
    ("estimated_budget", "in_list", "1200, 2400", True, "£2,400"),
    ("wedding_date", "equals", "14 July 2027", True, "2027-07-14"),
    ("date", "less_than", "2027-07-14", False, "2027-07-14"),
    ("wedding_date", "between", ["2027-07-01", "31/07/2027"], True, "2027-07-14"),
    ("days_until_wedding", "less_than", 31, True, "30"),
    ("inquiry_at", "less_than", "2027-06-12", True, "2027-06-11T22:30:00+00:00"),
    ("days_since_inquiry", "equals", 3, True, "3"),
    ("lead_score", "between", "50, 60", True, "55"),
    ("score", "greater_than", 55, False, "55"),
    ("quality_rating", "greater_than", 4, True, "4.5"),
    ("lead_status", "equals", "Contacted", True, "contacted"),
    ("lead_status", "in_list", ["new", "won"], False, "contacted"),
    ("source", "contains", "INSTA", True, "instagram"),
    ("email_domain", "equals", "example.org", True, "example.org"),
    ("tags", "contains", "vip", True, "VIP, diary"),
    ("tags", "contains", "vi", False, "VIP, diary"),
    ("consent_marketing", "equals", False, True, "False"),
    ("custom_fields.colour", "equals", "green", True, "Green"),
    ("custom_fields.colour", "contains", "re", True, "Green"),
    ("custom_fields.hat", "equals", "green", False, "nothing"),
    ("wedding_venue", "contains", "hall", False, "nothing"),
    ("estimated_guest_count", "less_than", 1000, False, "nothing"),
]


@pytest.mark.parametrize(("field", "operator", "value", "held", "actual"), FIELDS)
def test_a_field_is_compared_as_what_it_is(field: str, operator: str, value: Any, held: bool, actual: str) -> None:
    (clause,) = judged({"fields": [{"field": field, "operator": operator, "value": value}]}).trace
    assert (clause.held, clause.actual) == (held, actual)
    assert clause.asked.startswith(f"{field} {operator.replace('_', ' ')} ")
