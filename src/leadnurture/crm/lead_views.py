"""Lists of leads under a name: which leads, in which order, how many on a page."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Any

from sqlmodel import Session, select

from leadnurture.crm.change import Change
from leadnurture.crm.names import clean
from leadnurture.errors import InvalidInputError, NotFoundError
from leadnurture.store.tables.lead_book import LeadView

_LONGEST = 100


class NoSuchViewError(NotFoundError):
    """There is no list of that name."""

    def __init__(self, name: str, known: Sequence[str]) -> None:
        near = get_close_matches(name.casefold(), {one.casefold(): one for one in known}, n=1)
        meant = next((one for one in known if near and one.casefold() == near[0]), None)
        hint = f"did you mean '{meant}'?" if meant else "leadnurture lead view list shows those that there are"
        super().__init__(f"there is no view '{name}'", hint=hint)


@dataclass(frozen=True)
class Listing:
    """What a view keeps: filters as `filters_applied` shows them, order (None: the natural one), leads on a page."""

    filters: Mapping[str, Any]
    sort_by: str
    sort_order: str | None
    limit: int


def save(change: Change, name: str, listing: Listing) -> bool:
    """Keep a list under a name, in the place of one that had it before; return whether there was one.

    Raises InvalidInputError for a name that is empty or too long.
    """
    kept = clean(name)
    if not kept or len(kept) > _LONGEST:
        raise InvalidInputError(f"a view's name has 1 to {_LONGEST} characters, not {len(kept):,}")
    known = _named(change.session, kept)
    view = known or LeadView(name=kept, sort_by=listing.sort_by, page_limit=listing.limit, created_at=change.now)
    view.filters, view.sort_by, view.sort_order = dict(listing.filters), listing.sort_by, listing.sort_order
    view.page_limit, view.created_at = listing.limit, change.now
    change.session.add(view)
    return known is not None


def remove(change: Change, name: str) -> str:
    """Forget a list; return its name. The leads stay. Raises NoSuchViewError."""
    view = _require(change.session, name)
    change.session.delete(view)
    return view.name


def listing(session: Session, name: str) -> Listing:
    """Return the list of a name, whatever its case; raises NoSuchViewError."""
    return _listing(_require(session, name))


def views(session: Session) -> dict[str, Listing]:
    """Return all lists by their names, in alphabetical order."""
    return {view.name: _listing(view) for view in sorted(_all(session), key=lambda view: view.name.casefold())}


def _listing(view: LeadView) -> Listing:
    return Listing(view.filters, view.sort_by, view.sort_order, view.page_limit)


def _require(session: Session, name: str) -> LeadView:
    view = _named(session, clean(name))
    if view is None:
        raise NoSuchViewError(name, [known.name for known in _all(session)])
    return view


def _named(session: Session, name: str) -> LeadView | None:
    return next((view for view in _all(session) if view.name.casefold() == name.casefold()), None)


def _all(session: Session) -> Sequence[LeadView]:
    return session.exec(select(LeadView)).all()
