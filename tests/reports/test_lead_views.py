"""A list under a name is the list that its options would give, and the options that are added go before it."""

from pathlib import Path

import pytest
from commands import data, do
from couples import EMMA, add

from leadnurture.errors import InvalidInputError, NotFoundError
from leadnurture.studio import Studio

HOT = ("--source", "instagram", "--source", "website", "--score-min", "5", "--sort-by", "wedding_date", "--limit", "2")


@pytest.fixture
def book(studio: Studio, root: Path) -> Path:
    add(studio, "emma@example.org", **EMMA)
    add(studio, "zoe@example.org", ("Zoë Müller", None), wedding_date=EMMA["wedding_date"].replace(month=5))
    add(studio, "li@example.org", ("Li", None))
    return root


def _ids(root: Path, *words: str) -> list[int]:
    return [lead["id"] for lead in data(root, "lead", "list", *words)["leads"]]


def test_a_view_lists_what_its_options_list(book: Path) -> None:
    saved = data(book, "lead", "view", "save", "Hot summer", *HOT)
    filters = {"source": ["instagram", "website"], "score_min": 5}
    kept = {"name": "Hot summer", "filters": filters, "sort_by": "wedding_date", "sort_order": None, "limit": 2}
    assert saved == {"view": kept, "replaced": False}
    assert _ids(book, "--view", "hot summer") == _ids(book, *HOT) == [2, 1]
    assert data(book, "lead", "list", "--view", "Hot summer")["filters_applied"] == filters
    assert data(book, "lead", "view", "list") == {"views": [kept]}
    assert (
        "source=instagram,website score_min=5, by wedding_date, 2 on a page" in do(book, "lead", "view", "list").stdout
    )


def test_what_is_typed_goes_before_what_the_view_says(book: Path) -> None:
    do(book, "lead", "view", "save", "hot", *HOT)
    assert _ids(book, "--view", "hot", "--sort-order", "desc") == [1, 2]
    assert _ids(book, "--view", "hot", "--score-min", "60") == [1]
    assert _ids(book, "--view", "hot", "--score-min", "0", "--sort-by", "inquiry", "--limit", "9") == [3, 2, 1]


def test_saving_under_a_name_again_replaces_and_removing_forgets(book: Path) -> None:
    do(book, "lead", "view", "save", "hot", *HOT)
    assert data(book, "lead", "view", "save", "HOT", "--search", "emma")["replaced"] is True
    assert _ids(book, "--view", "hot") == [1]
    assert data(book, "lead", "view", "remove", "Hot") == {"removed": "hot"}
    assert data(book, "lead", "view", "list") == {"views": []}
    assert "There are no views yet" in do(book, "lead", "view", "list").stderr


def test_a_view_that_there_is_not_names_the_one_that_was_meant(book: Path) -> None:
    do(book, "lead", "view", "save", "hot", *HOT)
    for words in (("lead", "list", "--view", "hott"), ("lead", "view", "remove", "hott")):
        missed = do(book, *words).exception
        assert isinstance(missed, NotFoundError)
        assert (missed.message, missed.hint) == ("there is no view 'hott'", "did you mean 'hot'?")


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("x", "--status", "maybe"), "--status: 'maybe' is none of"),
        (("x", "--source", "nowhere"), "there is no source 'nowhere'"),
        (("x", "--wedding-date-from", "1823-01-01"), "is the year 1823"),
        (("x", "--sort-by", "hair"), "--sort-by: 'hair' is none of"),
        ((" ",), "a view's name has 1 to 100 characters, not 0"),
        (("x" * 101,), "not 101"),
    ],
)
def test_a_view_that_could_not_be_listed_is_not_saved(book: Path, words: tuple[str, ...], said: str) -> None:
    refused = do(book, "lead", "view", "save", *words).exception
    assert isinstance(refused, InvalidInputError)
    assert said in refused.message
    assert data(book, "lead", "view", "list") == {"views": []}
