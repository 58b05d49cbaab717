"""Whoever books or moves a couple onto a day that is taken hears it at once, not only from `today`."""

from datetime import date
from pathlib import Path

import pytest
from commands import do
from couples import add, happen

from leadnurture.crm import standing
from leadnurture.crm.blocking import block
from leadnurture.studio import Studio

DAY, NEXT_DAY = date(2027, 6, 12), date(2027, 6, 13)
TAKEN = "Their date is taken   → leadnurture date check 2027-06-12"
TWICE = "Double-booked: more weddings than you take are on that day   → leadnurture date check 2027-06-12"


@pytest.fixture
def book(studio: Studio, root: Path) -> Path:
    emma = add(studio, "emma@example.org", ("Emma", None), wedding_date=DAY)
    add(studio, "zoe@example.org", ("Zoe", None), wedding_date=DAY)
    add(studio, "ida@example.org", ("Ida", None), wedding_date=NEXT_DAY)
    happen(studio, emma, lambda change, lead: standing.convert(change, lead, 100_000))
    return root


@pytest.mark.parametrize(
    "words",
    [
        ("lead", "status", "zoe", "won", "--value", "2000"),
        ("lead", "convert", "zoe", "--value", "2000"),
        ("lead", "set", "emma", "wedding_date=2027-06-12", "guests=80"),
    ],
)
def test_a_second_booking_on_a_day_is_told_at_once(book: Path, words: tuple[str, ...]) -> None:
    if "emma" in words:
        do(book, "lead", "convert", "zoe", "--value", "2000")
        do(book, "lead", "set", "emma", "wedding_date=2027-06-14")
    assert do(book, *words).stderr.splitlines()[-1] == TWICE


def test_an_inquiry_that_moves_onto_a_taken_day_is_told_at_once(book: Path) -> None:
    assert do(book, "lead", "set", "ida", "wedding_date=2027-06-12").stderr.splitlines()[-1] == TAKEN
    assert do(book, "lead", "set", "ida", "guests=80").stderr.splitlines()[-1] != TAKEN


def test_a_booking_on_a_day_that_is_blocked_is_told_at_once(book: Path, studio: Studio) -> None:
    with studio.change() as change:
        block(change, [NEXT_DAY], "Holiday")
    told = do(book, "lead", "status", "ida", "won", "--value", "2000").stderr.splitlines()[-1]
    assert told == "Double-booked: that day is blocked   → leadnurture date check 2027-06-13"


def test_of_several_it_is_told_how_many(book: Path) -> None:
    told = do(book, "lead", "set", "wedding_date=2027-06-12", "--where", "status=new", "--yes").stderr.splitlines()
    assert told[-1] == "1 of them on days that are taken or booked twice   → leadnurture date list"
    assert do(book, "lead", "tag", "zoe", "ida", "vip").stderr.splitlines()[-1] == "Tagged vip: 2 of 2 couples changed"


def test_what_is_not_in_the_way_is_not_told(book: Path) -> None:
    assert do(book, "lead", "status", "ida", "won", "--value", "2000").stderr == "Lead 3 (Ida): now won\n"
    assert do(book, "lead", "status", "zoe", "lost", "--reason", "date taken").stderr == "Lead 2 (Zoe): now lost\n"
