"""How sure it is that two leads are one couple: a table of pairs, and what holds for any two."""

from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leadnurture.crm.duplicates import SURE_ENOUGH, Known, likeness

JUNE, JULY = date(2027, 6, 12), date(2027, 7, 3)
PHONE = "+447700900142"


def known(key: int = 1, **facts: Any) -> Known:
    given: dict[str, Any] = {"names": (), "addresses": (f"nobody{key}@x{key}.example",), "phones": ()}
    return Known(key, **(given | {"wedding_date": None} | facts))


ALIKE = [
    ({"phones": (PHONE,)}, {"phones": ("+441", PHONE)}, "the same phone +447700900142"),
    ({"phones": (PHONE,), "wedding_date": JUNE}, {"phones": (PHONE,), "wedding_date": JULY}, "the same phone"),
    ({"addresses": ("a@x.org", "b@y.org")}, {"addresses": ("b@y.org",)}, "the same address b@y.org"),
    ({"addresses": ("emma.stone@gmail.com",)}, {"addresses": ("emma.stone@gmial.com",)}, "similar addresses"),
    ({"addresses": ("emma.stone@gmail.com",)}, {"addresses": ("emmastone+wed@gmail.com",)}, "similar addresses"),
    ({"addresses": ("emmastone@gmail.com",)}, {"addresses": ("emmasone@gmail.com",)}, "similar addresses"),
    (
        {"names": ("Emma Stone", "Jack Smith"), "wedding_date": JUNE},
        {"names": ("Jack Smith", "Emma Stone"), "wedding_date": JUNE},
        "the same names and wedding date 2027-06-12",
    ),
    (
        {"names": ("Emma Stone", "Jack Smith"), "wedding_date": JUNE},
        {"names": ("EMMA STONE", "Jack Smyth"), "wedding_date": JUNE},
        "the same names and wedding date",
    ),
    (
        {"names": ("Emma Stone",), "wedding_date": JUNE},
        {"names": ("Emma Stone", "Jack Smith"), "wedding_date": JUNE},
        "the same names and wedding date",
    ),
]
NOT_ALIKE = [
    ({}, {}),
    ({"names": ("Emma Stone", "Jack Smith")}, {"names": ("Emma Stone", "Jack Smith")}),  # names alone say little
    ({"names": ("Emma",), "wedding_date": JUNE}, {"names": ("Emma Jones", "Bob"), "wedding_date": JUNE}),
    ({"names": ("Emma Stone",), "wedding_date": JUNE}, {"names": ("Emma Hart",), "wedding_date": JUNE}),
    ({"wedding_date": JUNE}, {"wedding_date": JUNE}),
    ({"addresses": ("emma1@gmail.com",)}, {"addresses": ("emma2@gmail.com",)}),
    ({"addresses": ("info@barn.example",)}, {"addresses": ("info@bern.example",)}),
    ({"addresses": ("emma.stone@gmail.com",)}, {"addresses": ("emma.stone@hartandholly.example",)}),
    (
        {"addresses": ("emma.stone@gmail.com",), "wedding_date": JUNE},
        {"addresses": ("emma.stone@gmial.com",), "wedding_date": JULY},
    ),
]


@pytest.mark.parametrize(("one", "other", "reason"), ALIKE)
def test_who_is_likely_one_couple_is_offered_with_the_reason(
    one: dict[str, Any], other: dict[str, Any], reason: str
) -> None:
    found = likeness(known(1, **one), known(2, **other))
    assert found.percent >= SURE_ENOUGH
    assert any(said.startswith(reason) for said in found.reasons)


@pytest.mark.parametrize(("one", "other"), NOT_ALIKE)
def test_who_is_not_is_not(one: dict[str, Any], other: dict[str, Any]) -> None:
    assert likeness(known(1, **one), known(2, **other)).percent < SURE_ENOUGH


def test_each_reason_makes_it_surer() -> None:
    facts: dict[str, Any] = {"phones": (PHONE,)}
    by_phone = likeness(known(1, **facts), known(2, **facts)).percent
    facts |= {"names": ("Emma Stone", "Jack"), "wedding_date": JUNE}
    both = likeness(known(1, **facts), known(2, **facts))
    assert by_phone < both.percent < 100
    assert len(both.reasons) == 2


KNOWN = st.builds(
    Known,
    st.integers(1, 9),
    st.lists(st.text(max_size=12), max_size=2).map(tuple),
    st.lists(st.emails(), min_size=1, max_size=2).map(tuple),
    st.lists(st.sampled_from(("+441", "+442", "+443")), max_size=2).map(tuple),
    st.none() | st.sampled_from((JUNE, JULY)),
)


@given(KNOWN, KNOWN)
def test_it_is_a_percentage_that_does_not_ask_who_came_first(one: Known, other: Known) -> None:
    found = likeness(one, other)
    assert 0 <= found.percent <= 100
    assert found.percent == likeness(other, one).percent
    assert bool(found.reasons) or found.percent == 0
