"""Hypothesis strategies: any lead, and any condition that the language takes, with what its fields may hold."""

from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from hypothesis import strategies as st

from leadnurture.crm.fields import LEAD_FIELDS, Kind, LeadField
from leadnurture.crm.operators import FITTING
from leadnurture.crm.values import Reading
from leadnurture.sequences.condition import Condition
from leadnurture.store.tables.lead import Lead
from leadnurture.store.vocabulary import BudgetRange, LeadStatus, Operator, Priority, Temperature

LONDON = ZoneInfo("Europe/London")
READING = Reading("GBP", "GB", LONDON, "dmy")
NOW = datetime(2027, 6, 14, 22, 30, tzinfo=UTC)
TODAY = date(2027, 6, 14)
TAGS = ("vip", "silent", "Große")
SOURCES = ("website", "instagram", "referral")
VENUES = ("The Barn", "Babington House", "")
STEPS = ("welcome", "gallery")

dates = st.dates(TODAY - timedelta(days=400), TODAY + timedelta(days=400))
instants = st.integers(0, 400 * 24).map(lambda hours: NOW - timedelta(hours=hours))
plain_json = st.recursive(
    st.none() | st.booleans() | st.integers(0, 99) | st.floats(0, 9) | st.sampled_from(("ivory", "Ivory ", "")),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.sampled_from(("dress", "no. of guests")), inner),
    max_leaves=4,
)


def maybe(values: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    return st.none() | values


@st.composite
def leads(draw: st.DrawFn) -> Lead:
    """Any lead, as the database could hold it."""
    given_tags = draw(st.lists(st.sampled_from(TAGS), unique=True))
    return Lead(
        id=1,
        primary_email="mia@example.org",
        unsubscribe_token="t",
        lead_source=draw(st.sampled_from(SOURCES)),
        source_details=draw(st.dictionaries(st.sampled_from(("campaign", "a.b")), plain_json, max_size=2)),
        custom_fields=draw(st.dictionaries(st.sampled_from(("dress", "no. of guests")), plain_json, max_size=2)),
        wedding_date=draw(maybe(dates)),
        wedding_venue=draw(maybe(st.sampled_from(VENUES))),
        date_available=draw(maybe(st.booleans())),
        primary_phone=draw(maybe(st.just("+442079460000"))),
        estimated_guest_count=draw(maybe(st.integers(0, 300))),
        estimated_budget=draw(maybe(st.integers(0, 500_000))),
        budget_range=draw(maybe(st.sampled_from(BudgetRange))),
        services_needed=draw(st.lists(st.sampled_from(("photo", "video")), unique=True)),
        lead_status=draw(st.sampled_from(LeadStatus)),
        lead_score=draw(st.integers(0, 100)),
        lead_temperature=draw(st.sampled_from(Temperature)),
        priority_level=draw(st.sampled_from(Priority)),
        quality_rating=draw(maybe(st.sampled_from((1.0, 3.5, 5.0)))),
        inquiry_at=draw(instants),
        last_contact_at=draw(maybe(instants)),
        last_reply_at=draw(maybe(instants)),
        converted_at=draw(maybe(instants)),
        conversion_value=draw(maybe(st.integers(0, 500_000))),
        consent_marketing=draw(st.booleans()),
        tags=given_tags,
        created_at=NOW,
        updated_at=NOW,
    )


OPERANDS: dict[Kind, st.SearchStrategy[Any]] = {
    Kind.NUMBER: st.integers(-5, 400) | st.floats(0, 100).map(lambda number: round(number, 2)),
    Kind.RATING: st.sampled_from((1, 3.5, 5)),
    Kind.MONEY: st.integers(0, 5000).map(lambda pounds: f"£{pounds}"),
    Kind.DATE: dates.map(str),
    Kind.INSTANT: dates.map(str),
    Kind.TEXT: st.sampled_from((*VENUES, *SOURCES, "barn", "ivory", 7, True)),
    Kind.EMAIL: st.sampled_from(("mia@example.org", "example")),
    Kind.PHONE: st.sampled_from(("+44", "+442079460000")),
    Kind.ZONE: st.sampled_from(("Europe/London", "America/New_York")),
    Kind.TRUTH: st.booleans(),
    Kind.LIST: st.sampled_from((*TAGS, "photo")),
}
PATHS = {**LEAD_FIELDS} | {
    path: LeadField(path, Kind.TEXT, path)
    for path in (
        "custom_fields.dress",
        "custom_fields.no. of guests",
        "custom_fields.dress.dress",
        "source_details.a.b",
    )
}


@st.composite
def field_tests(draw: st.DrawFn) -> dict[str, Any]:
    """Any comparison of any field that the language takes."""
    operator = draw(st.sampled_from(Operator))
    path, field = draw(st.sampled_from([pair for pair in PATHS.items() if pair[1].kind in FITTING[operator]]))
    one = st.sampled_from([word.value for word in field.words]) if field.words else OPERANDS[field.kind]
    value = draw(one)
    if operator is Operator.BETWEEN:
        value = draw(st.tuples(one, one).map(lambda pair: sorted(pair, key=_rank)))
    elif operator is Operator.IN_LIST:
        value = draw(st.lists(one, min_size=1, max_size=3))
    return {"field": path, "operator": operator.value, "value": value}


def _rank(value: Any) -> Any:
    return float(value[1:]) if isinstance(value, str) and value.startswith("£") else value


durations = st.integers(1, 400).map("{}d".format) | st.integers(1, 99).map("{}h".format)
mails = st.booleans() | st.lists(st.sampled_from(STEPS), min_size=1)
_ranges = st.tuples(st.integers(0, 100), st.integers(0, 100)).map(sorted)


def _some(words: Any) -> st.SearchStrategy[Any]:
    return st.lists(st.sampled_from([str(word) for word in words]), min_size=1, max_size=3)


def _any_of_these(**parts: st.SearchStrategy[Any]) -> st.SearchStrategy[dict[str, Any]]:
    return st.fixed_dictionaries({}, optional=parts).filter(bool)


@st.composite
def clauses(draw: st.DrawFn, *, of_entry: bool = False) -> dict[str, Any]:
    """Some clauses without a composition; those `of_entry` ask about no mails."""
    parts = {
        "status": _some(LeadStatus),
        "source": _some(SOURCES),
        "temperature": _some(Temperature),
        "priority": _some(Priority),
        "score": _ranges.map(lambda pair: {"min": pair[0], "max": pair[1]}),
        "tags": _any_of_these(all=_some(TAGS), any=_some(TAGS), none=_some(TAGS)),
        "wedding": _any_of_these(within=durations, beyond=durations, known=st.booleans(), available=st.booleans()),
        "consent": st.booleans(),
        "replied": st.booleans(),
        "fields": st.lists(field_tests(), min_size=1, max_size=2),
    } | ({} if of_entry else {"opened": mails, "clicked": mails})
    names = draw(st.lists(st.sampled_from(sorted(parts)), min_size=1, max_size=2, unique=True))
    return {name: draw(parts[name]) for name in names}


@st.composite
def written(draw: st.DrawFn, *, of_entry: bool = False, depth: int = 2) -> dict[str, Any]:
    """Any condition, as a file has it."""
    if depth == 0 or draw(st.booleans()):
        return draw(clauses(of_entry=of_entry))
    inner = written(of_entry=of_entry, depth=depth - 1)
    several = st.lists(inner, min_size=1, max_size=2)
    composition = draw(_any_of_these(all=several, any=several, **{"not": inner}))
    return composition | (draw(clauses(of_entry=of_entry)) if draw(st.booleans()) else {})


def read(words: dict[str, Any]) -> Condition:
    """Return a condition as it is read from a file."""
    return Condition.model_validate(words, context={"reading": READING})


def conditions(*, of_entry: bool = False) -> st.SearchStrategy[Condition]:
    """Any condition, ready to be judged."""
    return written(of_entry=of_entry).map(read)
