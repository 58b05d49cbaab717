from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leadnurture.money import BadMoneyError, format_money, money_json, parse_money


@pytest.mark.parametrize(
    ("text", "minor"),
    [
        ("2400", 240000),
        ("£2,400.00", 240000),
        ("2.400,00", 240000),
        ("£3k", 300000),
        ("2.5K", 250000),
        (" £ 1 234 ", 123400),
        ("12,5", 1250),
        ("0", 0),
        ("GBP 20", 2000),
    ],
)
def test_amounts_as_people_write_them(text: str, minor: int) -> None:
    assert parse_money(text, "GBP") == minor


@pytest.mark.parametrize(
    "text", ["lots", "-3", "€20", "1.2345", "2-3k", "", "£", "1e9", "999999999999999", "½", "NaN", "Infinity", "k"]
)
def test_what_is_no_amount_is_told(text: str) -> None:
    with pytest.raises(BadMoneyError):
        parse_money(text, "GBP")


@given(st.integers(0, 10**11), st.sampled_from(["GBP", "EUR", "JPY", "SEK", "KWD", "USD"]))
def test_what_is_shown_reads_back_to_the_same(minor: int, currency: str) -> None:
    assert parse_money(format_money(minor, currency), currency) == minor


@given(st.text())
def test_any_text_is_an_amount_or_a_clear_error(text: str) -> None:
    with suppress(BadMoneyError):
        assert parse_money(text, "GBP") >= 0


def test_json_carries_minor_units_and_the_currency() -> None:
    assert money_json(240000, "GBP") == {"amount": 240000, "currency": "GBP"}
    assert money_json(None, "GBP") is None
