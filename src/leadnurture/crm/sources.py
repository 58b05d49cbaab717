"""Where leads come from, and each dated contact with such a source."""

import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from difflib import get_close_matches
from typing import Any

from sqlmodel import Session, col, select

from leadnurture.crm.change import Change
from leadnurture.crm.names import clean
from leadnurture.crm.utm import LANDING, PARAMETERS, source_meant
from leadnurture.crm.values import BadValueError
from leadnurture.errors import ConflictError, InvalidInputError, NotFoundError
from leadnurture.store.tables.lead import Lead
from leadnurture.store.tables.source import Source
from leadnurture.store.tables.timeline import Touch
from leadnurture.store.vocabulary import Priority, SourceCategory

SHIPPED: dict[str, SourceCategory] = {
    "website": SourceCategory.DIRECT,
    "social_media": SourceCategory.SOCIAL_MEDIA,
    "referral": SourceCategory.REFERRAL,
    "wedding_show": SourceCategory.PARTNERSHIP,
    "google_ads": SourceCategory.PAID_ADVERTISING,
    "facebook_ads": SourceCategory.PAID_ADVERTISING,
    "instagram": SourceCategory.SOCIAL_MEDIA,
    "directory_listing": SourceCategory.DIRECTORY,
    "word_of_mouth": SourceCategory.REFERRAL,
    "email_marketing": SourceCategory.EMAIL_MARKETING,
    "seo_organic": SourceCategory.ORGANIC_SEARCH,
}
# What couples and photographers call these sources in their own words.
_SPOKEN = {
    "web": "website", "web_site": "website", "web_form": "website", "contact_form": "website", "my_website": "website",
    "facebook": "social_media", "tiktok": "social_media", "pinterest": "social_media", "insta": "instagram",
    "google": "seo_organic", "google_search": "seo_organic", "search": "seo_organic", "seo": "seo_organic",
    "friend": "word_of_mouth", "friends": "word_of_mouth", "family": "word_of_mouth",
    "recommendation": "word_of_mouth", "ig": "instagram",
    "past_client": "referral", "previous_client": "referral", "venue": "referral", "venue_recommendation": "referral",
    "wedding_fair": "wedding_show", "wedding_fayre": "wedding_show", "fair": "wedding_show", "show": "wedding_show",
    "hitched": "directory_listing", "bridebook": "directory_listing", "the_knot": "directory_listing",
    "directory": "directory_listing", "newsletter": "email_marketing", "adwords": "google_ads",
}  # fmt: skip


def source_name(text: str) -> str:
    """Return the name under which a source is kept: lower case with underscores, well-known wordings made one.

    Raises BadValueError for a text without letters or longer than 100 characters.
    """
    name = re.sub(r"[^\w]+", "_", clean(text).casefold()).strip("_")
    if not name or len(name) > 100:
        raise BadValueError(f"'{text}' is no name for a source")
    return _SPOKEN.get(name, name)


def add_shipped(session: Session, now: datetime) -> None:
    """Put the well-known sources into a new studio."""
    for name, category in SHIPPED.items():
        session.add(Source(source_name=name, source_category=category, created_at=now, updated_at=now))


class UnknownSourceError(InvalidInputError):
    """Sources nobody knows are named, and none may be made: it could be a slip of the pen."""

    def __init__(self, names: Sequence[str], known: Sequence[str]) -> None:
        self.names = tuple(names)
        told = [f"'{name}'{_meant(name, known)}" for name in names]
        super().__init__(
            f"there is no source {told[0]}" if len(told) == 1 else "\n  ".join(["there are no such sources:", *told]),
            hint=f"if it is new: leadnurture source add {names[0]} --category …; add and import take --create-sources",
            detail={"sources": list(names)},
        )


class NoSuchSourceError(NotFoundError):
    """There is no source of that name."""

    def __init__(self, name: str, known: Sequence[str]) -> None:
        super().__init__(f"there is no source '{name}'{_meant(name, known)}", hint="leadnurture source list shows them")


class SourceExistsError(ConflictError):
    """There is a source of that name already."""

    def __init__(self, name: str) -> None:
        super().__init__(f"there is a source '{name}' already", hint=f"change it: leadnurture source set {name} …")


def _meant(name: str, known: Sequence[str]) -> str:
    near = get_close_matches(name, known, n=1)
    return f"; did you mean '{near[0]}'?" if near else ""


def find(session: Session, text: str) -> Source:
    """Return the source that a name or a well-known wording means; raises NoSuchSourceError or BadValueError."""
    name = source_name(text)
    found = session.exec(select(Source).where(Source.source_name == name)).first()
    if found is None:
        raise NoSuchSourceError(name, _names(session))
    return found


def add(change: Change, name: str, columns: Mapping[str, Any]) -> Source:
    """Add a source; raises SourceExistsError, or BadValueError for no name."""
    kept = source_name(name)
    if kept in _names(change.session):
        raise SourceExistsError(kept)
    source = Source(source_name=kept, **columns, created_at=change.now, updated_at=change.now)
    change.session.add(source)
    change.session.flush()
    return source


def alter(change: Change, source: Source, columns: Mapping[str, Any]) -> None:
    """Set columns of a source; leads that came in before keep their priority and assignment."""
    for name, value in columns.items():
        setattr(source, name, value)
    source.updated_at = change.now
    change.session.add(source)


def require_all(change: Change, names: Iterable[str]) -> None:
    """Make sure that sources are known, or may be made; raises UnknownSourceError with all that are not."""
    if change.new_sources:
        return
    known = _names(change.session)
    if unknown := [name for name in dict.fromkeys(names) if name not in known]:
        raise UnknownSourceError(unknown, known)


def require(change: Change, name: str) -> Source:
    """Return the source of that name; a new one is made (as direct), or UnknownSourceError raised if none may be."""
    found = change.session.exec(select(Source).where(Source.source_name == name)).first()
    if found is None:
        require_all(change, [name])
        found = Source(
            source_name=name, source_category=SourceCategory.DIRECT, created_at=change.now, updated_at=change.now
        )
        change.session.add(found)
    return found


def landed(session: Session, details: Mapping[str, Any]) -> str | None:
    """Return the known source that the details of a landing page mean: by its UTM parameters, else by name."""
    if not (details.keys() & {LANDING, *PARAMETERS}):
        return None
    fitting = [source for source in session.exec(select(Source)).all() if _fits(source, details)]
    if fitting:
        return max(fitting, key=lambda source: len(source.utm_parameters)).source_name
    meant = source_meant(details)
    try:
        name = source_name(meant) if meant else None
    except BadValueError:
        return None
    return name if name in _names(session) else None


def _fits(source: Source, details: Mapping[str, Any]) -> bool:
    told = source.utm_parameters
    return bool(told) and all(str(details.get(name, "")).casefold() == str(told[name]).casefold() for name in told)


def _names(session: Session) -> Sequence[str]:
    return session.exec(select(Source.source_name)).all()


def touch(
    change: Change, lead: Lead, at: datetime, *, source: str | None = None, details: Mapping[str, Any] | None = None
) -> Touch:
    """Note that the lead met a source at an instant: its own with its details, unless another is named."""
    assert lead.id is not None
    given = dict(lead.source_details if source is None else details or {})
    met = Touch(lead_id=lead.id, source_name=source or lead.lead_source, details=given, touched_at=at)
    change.session.add(met)
    return met


def touches_of(session: Session, lead_id: int) -> Sequence[Touch]:
    """Return a lead's touches in order of time."""
    query = select(Touch).where(Touch.lead_id == lead_id)
    return session.exec(query.order_by(col(Touch.touched_at), col(Touch.id))).all()


def default_priority(source: Source) -> Priority:
    """Return the priority that leads of this source start with."""
    return source.default_priority
