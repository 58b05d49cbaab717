"""Where leads come from: what a source gives them, what a landing page tells, and every touch with its date."""

from datetime import timedelta

import pytest

from leadnurture.clock import VirtualClock
from leadnurture.crm import leads, sources, standing
from leadnurture.crm.source_drafts import read_source
from leadnurture.crm.sources import UnknownSourceError
from leadnurture.crm.utm import landing_details
from leadnurture.errors import InvalidInputError
from leadnurture.reports.lead_touches import lead_touches
from leadnurture.reports.source_list import months_begun, source_list
from leadnurture.store.tables.lead import Lead
from leadnurture.store.vocabulary import LeadStatus, Priority, SourceCategory
from leadnurture.studio import Studio

EMMA = {"primary_email": "emma@example.org"}
GIVEN = {"category": "directory", "priority": "high", "assign": "Ann", "cost-per-lead": "£2", "cost-per-month": "£45"}


def add_source(studio: Studio, name: str, *utm: str, **given: str) -> None:
    columns = read_source({"category": "directory", **given}, utm, studio.reading())
    with studio.change() as change:
        sources.add(change, name, columns)


def enter(studio: Studio, name: str, **values: object) -> Lead:
    with studio.change() as change:
        return leads.create(change, {"primary_email": f"{name}@example.org", **values}, origin="typed")


def landing(query: str) -> dict[str, object]:
    return {"source_details": landing_details(f"https://example.com/?{query}")}


def test_a_lead_begins_with_its_source_s_priority_and_assignment(studio: Studio) -> None:
    with studio.change() as change:
        sources.add(change, "Bride Book 2", read_source(GIVEN, ["medium=referral"], studio.reading()))
    lead = enter(studio, "emma", lead_source="bride_book_2")
    assert (lead.priority_level, lead.assigned_to_user_id) == (Priority.HIGH, "Ann")
    own = enter(studio, "zoe", lead_source="bride_book_2", priority_level=Priority.LOW, assigned_to_user_id="Ben")
    assert (own.priority_level, own.assigned_to_user_id) == (Priority.LOW, "Ben")


def test_a_landing_page_tells_the_source_by_its_parameters_and_else_by_name(studio: Studio) -> None:
    add_source(studio, "spring fair", "source=fair", "campaign=spring")
    add_source(studio, "all fairs", "source=fair")
    cases = {
        "utm_source=fair&utm_campaign=spring": "spring_fair",
        "utm_source=fair&utm_campaign=autumn": "all_fairs",
        "utm_source=insta": "instagram",
        "gclid=x&utm_term=y": "google_ads",
        "utm_source=who_knows": "website",
    }
    for number, (query, meant) in enumerate(cases.items()):
        assert enter(studio, f"couple{number}", **landing(query)).lead_source == meant, query
    said = enter(studio, "zoe", lead_source="referral", **landing("utm_source=insta"))
    assert said.lead_source == "referral"


def test_a_touch_keeps_what_the_page_told(studio: Studio) -> None:
    lead = enter(studio, "emma", **landing("utm_source=insta"))
    with studio.read() as session:
        (touch,) = sources.touches_of(session, lead.id or 0)
    assert (touch.source_name, touch.details["utm_source"]) == ("instagram", "insta")
    assert touch.touched_at == lead.inquiry_at


def test_the_first_and_the_last_touch_are_known_in_whatever_order_they_are_told(
    studio: Studio, clock: VirtualClock
) -> None:
    lead = enter(studio, "emma", lead_source="website")
    for days, name in ((20, "instagram"), (-10, "wedding_show"), (5, "referral")):
        with studio.change() as change:
            found = leads.find(change.session, "emma")
            sources.touch(change, found, clock.now() + timedelta(days=days), source=name)
    with studio.read() as session:
        told = lead_touches(session, studio.config, clock.now(), lead).as_json()
    assert [one["source"] for one in told["touches"]] == ["wedding_show", "website", "referral", "instagram"]
    assert (told["first_touch"]["source"], told["last_touch"]["source"]) == ("wedding_show", "instagram")
    with studio.change() as change:
        booked = standing.convert(change, leads.find(change.session, "emma"), 240_000)
        assert (booked.first_touch_source, booked.last_touch_source) == ("wedding_show", "instagram")


def test_where_no_source_may_be_made_all_unknown_ones_are_told_at_once(studio: Studio) -> None:
    with studio.change() as change:
        change.new_sources = False
        with pytest.raises(UnknownSourceError) as refused:
            sources.require_all(change, ["instagram", "instgram", "aunt_mabel", "instgram"])
        assert refused.value.names == ("instgram", "aunt_mabel")
        assert "did you mean 'instagram'?" in refused.value.message
        with pytest.raises(UnknownSourceError):
            leads.create(change, {**EMMA, "lead_source": "aunt_mabel"}, origin="typed")
    with studio.change() as change:
        assert leads.create(change, {**EMMA, "lead_source": "aunt_mabel"}, origin="typed").lead_source == "aunt_mabel"


@pytest.mark.parametrize(
    ("option", "text", "told"),
    [
        ("category", "directry", "did you mean 'directory'?"),
        ("priority", "soon", "is none of"),
        ("cost-per-lead", "lots", "not an amount of money"),
        ("cost-per-month", "-4", "negative"),
        ("url", "contact page", "no address of a page"),
    ],
)
def test_what_is_said_of_a_source_is_refused_with_its_option(studio: Studio, option: str, text: str, told: str) -> None:
    with pytest.raises(InvalidInputError) as refused:
        read_source({option: text}, (), studio.reading())
    assert refused.value.message.startswith(f"--{option}: ")
    assert told in refused.value.message


@pytest.mark.parametrize("text", ["medium", "medium=", "mediun=x", "=x", "utm_=x"])
def test_a_parameter_that_no_link_has_is_refused(studio: Studio, text: str) -> None:
    with pytest.raises(InvalidInputError):
        read_source({}, [text], studio.reading())


def test_the_figures_of_a_source_are_those_of_its_leads(studio: Studio, clock: VirtualClock) -> None:
    add_source(studio, "bridebook 2", **{key: GIVEN[key] for key in ("cost-per-lead", "cost-per-month")})
    for number, status in enumerate((LeadStatus.NEW, LeadStatus.QUALIFIED, LeadStatus.PROPOSAL_SENT, LeadStatus.SPAM)):
        enter(studio, f"couple{number}", lead_source="bridebook_2", lead_status=status)
    enter(studio, "emma", lead_source="bridebook_2", inquiry_at=clock.now() - timedelta(days=40))
    with studio.change() as change:
        standing.convert(change, leads.find(change.session, "emma"), 240_000)
    with studio.read() as session:
        report = source_list(session, studio.config, clock.now())
    figures = next(one for one in report.sources if one.source.source_name == "bridebook_2")
    assert (figures.total_leads, figures.qualified_leads, figures.converted_leads) == (5, 3, 1)
    assert (figures.conversion_rate, figures.total_revenue) == (25.0, 240_000)
    assert figures.spent == 5 * 200 + 3 * 4500  # the first inquiry was in November, it is January
    assert figures.cost_per_lead == figures.spent / 5
    told = report.as_json()["performance_summary"]
    assert told["total_sources"] == len(sources.SHIPPED) + 1
    assert (told["best_performing_source"], told["highest_conversion_rate"]) == ("bridebook_2", 25.0)
    assert told["lowest_cost_per_lead"] == {"amount": 2900, "currency": "GBP"}


def test_a_month_that_has_begun_counts(clock: VirtualClock) -> None:
    now = clock.now()
    assert [months_begun(now - timedelta(days=days), now) for days in (0, 4, 35, 400)] == [1, 2, 3, 15]


def test_the_link_of_a_source_names_it_unless_its_parameters_say_otherwise(studio: Studio) -> None:
    add_source(studio, "plain", url="www.example.com/contact")
    add_source(studio, "own", "source=Fair", "medium=print", url="www.example.com/contact")
    with studio.read() as session:
        report = source_list(session, studio.config, studio.now())
    links = {one.source.source_name: one.tracking_link for one in report.sources}
    assert links["plain"] == "https://www.example.com/contact?utm_source=plain"
    assert links["own"] == "https://www.example.com/contact?utm_source=Fair&utm_medium=print"
    assert links["website"] is None


def test_a_source_s_category_is_one_of_the_eight(studio: Studio) -> None:
    for category in SourceCategory:
        assert read_source({"category": category.value}, (), studio.reading()) == {"source_category": category}
