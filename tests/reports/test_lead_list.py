from datetime import UTC, date, datetime
from typing import Any

import pytest
from couples import EMMA, add, happen
from sqlalchemy import event

from leadnurture.crm import standing
from leadnurture.crm.values import BadValueError
from leadnurture.errors import InvalidInputError
from leadnurture.reports.lead_filter_reading import read_filters
from leadnurture.reports.lead_list import LeadList, Page, lead_list, read_page
from leadnurture.store.vocabulary import LeadStatus
from leadnurture.studio import Studio


def _list(studio: Studio, page: Page | None = None, **typed: Any) -> LeadList:
    filters = read_filters(studio.reading(), **typed)
    with studio.read() as session:
        return lead_list(session, studio.config, studio.now(), filters, page or Page())


def _emails(studio: Studio, page: Page | None = None, **typed: Any) -> list[str]:
    return [str(lead["primary_email"]).partition("@")[0] for lead in _list(studio, page, **typed).leads]


@pytest.fixture
def book(studio: Studio) -> Studio:
    """Four couples: emma asked first, then zoe, li and nobody."""
    emma = add(studio, "emma@example.org", inquiry_at=datetime(2026, 1, 4, 10, 0, tzinfo=UTC), **EMMA)
    add(
        studio,
        "zoe@example.org",
        ("Zoë Müller", "José"),
        wedding_location="Zürich",
        tags=["Élise", "by hand"],
        inquiry_at=datetime(2026, 1, 10, 23, 30, tzinfo=UTC),
        wedding_date=date(2027, 5, 1),
    )
    add(
        studio,
        "li@example.org",
        ("王小明", None),
        priority_level="urgent",
        inquiry_at=datetime(2026, 1, 11, 0, 0, tzinfo=UTC),
    )
    add(
        studio,
        "nobody@example.org",
        tags=['say "vip" to_me', "100%"],
        inquiry_at=datetime(2026, 7, 1, 23, 30, tzinfo=UTC),
    )
    happen(studio, emma, lambda change, lead: standing.convert(change, lead, 240_000))
    return studio


@pytest.mark.parametrize(
    ("typed", "fitting"),
    [
        ({}, ["nobody", "li", "zoe", "emma"]),
        ({"status": ["won"]}, ["emma"]),
        ({"status": ["Won", "new"]}, ["nobody", "li", "zoe", "emma"]),
        ({"source": ["Insta"]}, ["emma"]),
        ({"priority": ["urgent"]}, ["li"]),
        ({"temperature": ["cold"], "score_max": 5}, ["nobody", "li"]),
        ({"score_min": 60}, ["emma"]),
        ({"wedding_date_from": "1 May 2027", "wedding_date_to": "2027-05-31"}, ["zoe"]),
        ({"created_to": "2026-01-10"}, ["zoe", "emma"]),
        ({"created_from": "2026-01-11", "created_to": "2026-01-11"}, ["li"]),
        ({"created_from": "2026-07-02"}, ["nobody"]),  # half past eleven in UTC is the next day in London's summer
        ({"search": "emma & jack"}, ["emma"]),
        ({"search": "emma zoë"}, []),
        ({"search": "ZÜRICH"}, ["zoe"]),
        ({"search": "hollow"}, ["emma"]),
        ({"search": "王"}, ["li"]),
        ({"search": "%"}, []),
        ({"search": "_"}, []),
        ({"tags": ["VIP"]}, ["emma"]),  # the tag that only holds "vip" is another one
        ({"tags": ["vi"]}, []),
        ({"tags": ["Élise"]}, ["zoe"]),
        ({"tags": ["by hand", "Élise"]}, ["zoe"]),
        ({"tags": ["by hand", "vip"]}, []),
        ({"tags": ['say "vip" to_me']}, ["nobody"]),
        ({"tags": ["1__%"]}, []),
        ({"assigned_to": "somebody"}, []),
    ],
)
def test_a_filter_lets_through_what_fits(book: Studio, typed: dict[str, Any], fitting: list[str]) -> None:
    assert _emails(book, **typed) == fitting


@pytest.mark.parametrize(
    ("sort_by", "sort_order", "order"),
    [
        ("inquiry", None, ["nobody", "li", "zoe", "emma"]),
        ("inquiry", "asc", ["emma", "zoe", "li", "nobody"]),
        ("lead-score", None, ["emma", "zoe", "nobody", "li"]),
        ("wedding_date", None, ["zoe", "emma", "li", "nobody"]),
        ("wedding_date", "desc", ["emma", "zoe", "nobody", "li"]),
    ],
)
def test_what_matters_most_is_first_and_nothing_known_comes_last(
    book: Studio, sort_by: str, sort_order: str | None, order: list[str]
) -> None:
    assert _emails(book, read_page(book.reading(), 1, 50, sort_by, sort_order)) == order


def test_pages_hold_every_lead_once(book: Studio) -> None:
    pages = [_emails(book, Page(number, 3)) for number in (1, 2, 3)]
    assert pages == [["nobody", "li", "zoe"], ["emma"], []]
    told = _list(book, Page(2, 3)).as_json()
    assert told["pagination"] == {"total": 4, "page": 2, "limit": 3, "total_pages": 2}


def test_the_summary_is_over_all_that_fit_not_over_the_page(book: Studio) -> None:
    spam = add(book, "spam@example.org")
    happen(book, spam, lambda change, lead: standing.set_status(change, lead, LeadStatus.SPAM))
    told = _list(book, Page(1, 1)).as_json()
    scores = [lead["lead_score"] for lead in _list(book).leads]
    assert told["summary"] == {
        "total_leads": 5,
        "new_leads": 3,
        "qualified_leads": 0,
        "converted_leads": 1,
        "average_score": round(sum(scores) / 5, 1),
        "conversion_rate": 25.0,  # spam could never have booked
    }


def test_the_filters_that_were_given_are_told(book: Studio) -> None:
    report = _list(book, status=["new"], wedding_date_from="2027-01-01", score_min=0, tags=["vip"])
    assert report.as_json()["filters_applied"] == {
        "status": ["new"],
        "wedding_date_from": "2027-01-01",
        "score_min": 0,
        "tags": ["vip"],
    }


def test_an_empty_book_has_an_empty_list(studio: Studio) -> None:
    told = _list(studio).as_json()
    assert told["leads"] == []
    assert told["pagination"]["total_pages"] == 0
    assert told["summary"]["average_score"] == 0.0


@pytest.mark.parametrize(
    ("typed", "told"),
    [
        ({"status": ["nwe"]}, "--status: 'nwe' is none of .*did you mean 'new'"),
        ({"temperature": ["warmish"]}, "--temperature: .*did you mean 'warm'"),
        ({"priority": [""]}, "--priority must not be empty"),
        ({"source": ["instagam"]}, "no source 'instagam'; did you mean 'instagram'"),
        ({"score_min": 50, "score_max": 20}, "no score is from 50 on and up to 20"),
        ({"created_from": "soon"}, "'soon'"),
    ],
)
def test_a_filter_that_cannot_be_meant_is_refused(book: Studio, typed: dict[str, Any], told: str) -> None:
    with pytest.raises(InvalidInputError, match=told):
        _list(book, **typed)


def test_an_unknown_order_is_refused_with_what_was_meant(studio: Studio) -> None:
    with pytest.raises(BadValueError, match=r"--sort-by: .*did you mean 'lead_score'"):
        read_page(studio.reading(), 1, 50, "lead_scor", None)
    with pytest.raises(BadValueError, match="--sort-order"):
        read_page(studio.reading(), 1, 50, "inquiry", "up")


def test_a_page_takes_as_many_questions_for_fifty_leads_as_for_one(studio: Studio) -> None:
    def questions() -> int:
        asked: list[str] = []
        engine = studio.database._engine
        event.listen(engine, "before_cursor_execute", listener := lambda *given: asked.append(given[2]))
        _list(studio).as_json()
        event.remove(engine, "before_cursor_execute", listener)
        return len(asked)

    add(studio, "first@example.org")
    for_one = questions()
    for number in range(50):
        add(studio, f"couple{number}@example.org")
    assert questions() == for_one
