"""Money is an integer of minor units (pence, cents) and the studio's currency; never a float."""

import re
from decimal import Decimal, InvalidOperation

from leadnurture.errors import InvalidInputError

_SYMBOLS = {"£": "GBP", "€": "EUR", "$": "USD", "₹": "INR", "¥": "JPY", "zł": "PLN", "kr": "SEK", "Fr.": "CHF"}
_SHOWN = {"GBP": "£", "EUR": "€", "USD": "$", "AUD": "A$", "CAD": "C$", "NZD": "NZ$", "INR": "₹", "JPY": "¥"}
# ISO 4217: currencies whose minor unit is not a hundredth.
_EXPONENTS = {"JPY": 0, "KRW": 0, "ISK": 0, "CLP": 0, "VND": 0, "BHD": 3, "KWD": 3, "OMR": 3, "TND": 3, "JOD": 3}
_LARGEST = 10**12
_GROUPED = re.compile(r"^\d{1,3}([.,' \u00a0\u202f]\d{3})+$")


class BadMoneyError(InvalidInputError):
    """A text that is no amount of money."""

    def __init__(self, text: str, why: str) -> None:
        super().__init__(f"'{text}' is not an amount of money: {why}", hint="write it like 2400, 2,400.00 or £2,400")


def exponent(currency: str) -> int:
    """Return how many decimal places the currency has (ISO 4217)."""
    return _EXPONENTS.get(currency, 2)


def parse_money(text: str, currency: str) -> int:
    """Read an amount such as `£2,400.00`, `2.400,00 €`, `2400` or `2.5k` as minor units of `currency`.

    Raises BadMoneyError for anything else, a negative amount, and another currency's symbol.
    """
    bare, factor = _without_currency(text, currency), 1
    if bare[-1:] in {"k", "K"}:
        bare, factor = bare[:-1].strip(), 1000
    try:
        minor = Decimal(_plain_number(bare, exponent(currency))) * factor * 10 ** exponent(currency)
    except InvalidOperation:
        why = "it has more than a number" if re.search(r"\d", bare) else "it has no number in it"
        raise BadMoneyError(text, why) from None
    if not 0 <= minor <= _LARGEST:
        raise BadMoneyError(text, "it is negative" if minor < 0 else "it is too large")
    if minor != minor.to_integral_value():
        raise BadMoneyError(text, f"{currency} has {exponent(currency)} decimal places")
    return int(minor)


def _without_currency(text: str, currency: str) -> str:
    bare = text.strip()
    for symbol, meant in _SYMBOLS.items():
        if symbol not in bare:
            continue
        if meant != currency and not (symbol in {"$", "kr"} and currency.endswith(("D", "K"))):
            raise BadMoneyError(text, f"that is {meant}, the studio counts in {currency}")
        bare = bare.replace(symbol, "")
    return re.sub(rf"(?i)\b{currency}\b", "", bare).strip()


def _plain_number(text: str, places: int) -> str:
    """Turn either way of grouping thousands into a plain decimal number; with three places the point is a point."""
    if not re.fullmatch(r"-?[\d.,' \u00a0\u202f]+", text):
        return "no number"
    if places == 3 and re.fullmatch(r"[\d,]+(\.\d{1,3})?", text):
        return text.replace(",", "")
    if _GROUPED.match(text):
        return re.sub(r"\D", "", text)
    whole, mark, part = text, "", ""
    last = max(text.rfind("."), text.rfind(","))
    if last >= 0 and len(text) - last - 1 <= 2:
        whole, mark, part = text[:last], ".", text[last + 1 :]
    if whole.lstrip("-").isdigit() or _GROUPED.match(whole):
        sign = "-" if whole.startswith("-") else ""
        return sign + re.sub(r"\D", "", whole) + mark + part
    return "no number"


def format_money(minor: int, currency: str) -> str:
    """Show minor units for people: `£2,400`, `£2,400.50`, `2,400 SEK`; whole amounts without decimals."""
    places = exponent(currency)
    whole, rest = divmod(abs(minor), 10**places)
    text = f"{whole:,}" + (f".{rest:0{places}d}" if rest else "")
    sign = "-" if minor < 0 else ""
    symbol = _SHOWN.get(currency)
    return f"{sign}{symbol}{text}" if symbol else f"{sign}{text} {currency}"


def money_json(minor: int | None, currency: str) -> dict[str, object] | None:
    """Return the form in which `--json` carries money: minor units and the currency, or None."""
    return None if minor is None else {"amount": minor, "currency": currency}
