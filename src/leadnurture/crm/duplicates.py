"""Whether two leads may be one couple: how sure, and by what. Pure; nothing is ever merged by this."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from itertools import product

from rapidfuzz import fuzz
from rapidfuzz.distance import DamerauLevenshtein
from rapidfuzz.utils import default_process

SURE_ENOUGH = 60  # percent, from which on a pair is offered
_SAME_PHONE, _SAME_ADDRESS, _SIMILAR_ADDRESS = 80, 90, 65
_SAME_NAMES_AND_DATE, _SAME_NAMES = 85, 40
_ANOTHER_DATE = 15  # less, for couples do move their wedding
_LIKE_NAMES = 88  # percent of likeness from which names are the same but for how they are written
_ALL_OF_THEM = 100
_FEWEST_SIGNS = 5  # of an address before its @: shorter ones are alike by chance


@dataclass(frozen=True)
class Known:
    """What is known of a lead that tells it from others; phones in E.164 form, addresses in lower case."""

    id: int
    names: tuple[str, ...]
    addresses: tuple[str, ...]
    phones: tuple[str, ...]
    wedding_date: date | None


@dataclass(frozen=True)
class Likeness:
    """How sure it is that two leads are one couple, in percent (0 to 100), and why in words."""

    percent: int
    reasons: tuple[str, ...]


def likeness(one: Known, other: Known) -> Likeness:
    """Return how likely two leads are one couple: each reason leaves less doubt; another date leaves more."""
    found = [*_phones(one, other), *_addresses(one, other)]
    if found or (one.wedding_date and one.wedding_date == other.wedding_date):  # by themselves names say too little
        found += _names(one, other)
    doubt = 1.0
    for percent, _ in found:
        doubt *= 1 - percent / 100
    sure = round(100 * (1 - doubt))
    if one.wedding_date and other.wedding_date and one.wedding_date != other.wedding_date:
        sure = max(0, sure - _ANOTHER_DATE)
    return Likeness(sure, tuple(reason for _, reason in found))


def _phones(one: Known, other: Known) -> Iterator[tuple[int, str]]:
    if shared := sorted(set(one.phones) & set(other.phones)):
        yield _SAME_PHONE, f"the same phone {shared[0]}"


def _addresses(one: Known, other: Known) -> Iterator[tuple[int, str]]:
    pairs = list(product(one.addresses, other.addresses))
    if same := next((mine for mine, theirs in pairs if mine == theirs), None):
        yield _SAME_ADDRESS, f"the same address {same}"
    elif near := next(((mine, theirs) for mine, theirs in pairs if _is_near(mine, theirs)), None):
        yield _SIMILAR_ADDRESS, f"similar addresses {near[0]} and {near[1]}"


def _is_near(mine: str, theirs: str) -> bool:
    """Tell whether two addresses differ by a slip of the finger, or only by dots and what follows a plus."""
    (my_name, my_domain), (their_name, their_domain) = _bare(mine), _bare(theirs)
    if min(len(my_name), len(their_name)) < _FEWEST_SIGNS:
        return False
    if my_name == their_name:
        return my_domain == their_domain or DamerauLevenshtein.distance(my_domain, their_domain) <= 2
    has_number = any(map(str.isdigit, my_name + their_name))  # emma1 and emma2 are two people
    return not has_number and my_domain == their_domain and DamerauLevenshtein.distance(my_name, their_name) <= 1


def _bare(address: str) -> tuple[str, str]:
    name, _, domain = address.rpartition("@")
    return name.partition("+")[0].replace(".", ""), domain


def _names(one: Known, other: Known) -> Iterator[tuple[int, str]]:
    if not _same_names(one.names, other.names):
        return
    if one.wedding_date is not None and one.wedding_date == other.wedding_date:
        yield _SAME_NAMES_AND_DATE, f"the same names and wedding date {one.wedding_date}"
    else:
        yield _SAME_NAMES, "the same names"


def _same_names(mine: tuple[str, ...], theirs: tuple[str, ...]) -> bool:
    """Tell whether both say the same names, in any order and about as written, or one says some of the other's."""
    if not mine or not theirs:
        return False
    one, other = (default_process(" ".join(names)) for names in (mine, theirs))
    if fuzz.token_sort_ratio(one, other) >= _LIKE_NAMES:
        return True
    return min(len(one.split()), len(other.split())) > 1 and fuzz.token_set_ratio(one, other) == _ALL_OF_THEM
