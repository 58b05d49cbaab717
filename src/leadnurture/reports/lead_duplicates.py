"""Which leads may be one couple: looked for among those that share a phone, a wedding date, or nearly an address."""

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Any

from sqlalchemy import or_
from sqlmodel import Session, col, select

from leadnurture.crm.duplicates import SURE_ENOUGH, Known, Likeness, likeness
from leadnurture.crm.names import couple_full_names
from leadnurture.store.tables.lead import Lead
from leadnurture.store.vocabulary import LeadStatus

_NEIGHBOURS = 5  # in the order of addresses: those that differ by little stand close together
_AT_ONCE = 500
_ASKED = (
    Lead.id,
    Lead.couple_name_bride,
    Lead.couple_name_groom,
    Lead.primary_email,
    Lead.secondary_email,
    Lead.primary_phone,
    Lead.secondary_phone,
    Lead.wedding_date,
)


@dataclass(frozen=True)
class Pair:
    """Two leads that may be one couple, the older one first."""

    one: Known
    other: Known
    likeness: Likeness

    def as_json(self) -> dict[str, Any]:
        """Return the documented keys."""
        leads = [{"id": known.id, "couple": told(known)} for known in (self.one, self.other)]
        return {"leads": leads, "percent": self.likeness.percent, "reasons": list(self.likeness.reasons)}


def told(known: Known) -> str:
    """Return how one speaks of a lead: by its names, else by its address."""
    return couple_full_names(*(*known.names, None, None)[:2]) or known.addresses[0]


def lead_duplicates(session: Session, among: Collection[int] | None = None) -> tuple[Pair, ...]:
    """Return the pairs that may be one couple, as `compared` does, of the leads that `comparable` returns."""
    return compared(comparable(session, among), among)


def compared(
    known: Sequence[Known], among: Collection[int] | None = None, on_lead: Callable[[], None] | None = None
) -> tuple[Pair, ...]:
    """Return the pairs that may be one couple, the surest first; with `among` only those that one of these is part of.

    `on_lead` is called for each lead that has been compared: a hundred thousand take a while.
    """
    pairs: dict[tuple[int, int], Pair] = {}
    for one, other in _twos(known, on_lead or (lambda: None)):
        _compare(one, other, among, pairs)
    return tuple(sorted(pairs.values(), key=lambda pair: (-pair.likeness.percent, pair.one.id, pair.other.id)))


def _compare(one: Known, other: Known, among: Collection[int] | None, pairs: dict[tuple[int, int], Pair]) -> None:
    first, second = sorted((one, other), key=lambda known: known.id)
    if first.id == second.id or (first.id, second.id) in pairs:
        return
    if among is not None and first.id not in among and second.id not in among:
        return
    found = likeness(first, second)
    if found.percent >= SURE_ENOUGH:
        pairs[first.id, second.id] = Pair(first, second, found)


def comparable(session: Session, among: Collection[int] | None = None) -> list[Known]:
    """Return the leads to compare: all, or a few and those that may be like one of them.

    Spam and what was marked as a duplicate by hand is left out.
    """
    if among is None or len(among) > _AT_ONCE:
        return _read(session)
    few = [known for ids in _cut(sorted(among)) for known in _read(session, col(Lead.id).in_(ids))]
    found = {known.id: known for known in few}
    for together in _cut(few):
        phones = [phone for known in together for phone in known.phones]
        addresses = [address for known in together for address in known.addresses]
        dates = [known.wedding_date for known in together if known.wedding_date]
        shared = or_(
            col(Lead.primary_phone).in_(phones),
            col(Lead.secondary_phone).in_(phones),
            col(Lead.primary_email).in_(addresses),
            col(Lead.secondary_email).in_(addresses),
            col(Lead.wedding_date).in_(dates),
        )
        found |= {known.id: known for known in _read(session, shared)}
        for known in together:
            found |= {near.id: near for near in _beside(session, known)}
    return list(found.values())


def _cut(items: Sequence[Any]) -> Iterable[Sequence[Any]]:
    return (items[start : start + _AT_ONCE] for start in range(0, len(items), _AT_ONCE))


def _beside(session: Session, known: Known) -> list[Known]:
    """Return the leads whose addresses stand next to a lead's own in the alphabet."""
    address, column = known.addresses[0], col(Lead.primary_email)
    before = _read(session, column < address, order=column.desc(), limit=_NEIGHBOURS)
    return before + _read(session, column > address, order=column.asc(), limit=_NEIGHBOURS)


def _read(session: Session, *conditions: Any, order: Any = None, limit: int | None = None) -> list[Known]:
    columns: Any = select(*_ASKED)  # type: ignore[call-overload]  # a Select of eight columns, which has no type
    left_out = col(Lead.lead_status).in_((LeadStatus.SPAM, LeadStatus.DUPLICATE))
    query = columns.where(*conditions, ~left_out).order_by(col(Lead.id) if order is None else order).limit(limit)
    return [_of(*row) for row in session.exec(query).all()]


def _of(key: int, bride: str | None, groom: str | None, *rest: Any) -> Known:
    email, second_email, phone, second_phone, wedding = rest
    return Known(
        key,
        tuple(name for name in (bride, groom) if name),
        tuple(address for address in (email, second_email) if address),
        tuple(number for number in (phone, second_phone) if number),
        wedding,
    )


def _twos(leads: Sequence[Known], on_lead: Callable[[], None]) -> Iterable[tuple[Known, Known]]:
    """Return each two that share a phone, a date and a first name, or stand close together by their addresses."""
    by_trait: defaultdict[Any, list[Known]] = defaultdict(list)
    for known in leads:
        for phone in known.phones:
            by_trait[phone].append(known)
        if known.wedding_date is not None:
            for first_name in {name.split()[0].casefold() for name in known.names}:
                by_trait[known.wedding_date, first_name].append(known)
    for group in by_trait.values():
        yield from combinations(group, 2)
    in_order = sorted(((address, known) for known in leads for address in known.addresses), key=lambda one: one[0])
    for place, (address, known) in enumerate(in_order):
        if address == known.addresses[0]:
            on_lead()
        yield from ((known, other) for _, other in in_order[place + 1 : place + 1 + _NEIGHBOURS])
