"""Where leads come from, and each dated contact with such a source."""

import re
from datetime import datetime

from sqlmodel import Session, select

from leadnurture.crm.change import Change
from leadnurture.crm.names import clean
from leadnurture.crm.values import BadValueError
from leadnurture.store.tables import Lead, Source, Touch
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


def require(change: Change, name: str) -> Source:
    """Return the source of that name, which is made (as direct) if it is new."""
    found = change.session.exec(select(Source).where(Source.source_name == name)).first()
    if found is None:
        found = Source(
            source_name=name, source_category=SourceCategory.DIRECT, created_at=change.now, updated_at=change.now
        )
        change.session.add(found)
    return found


def touch(change: Change, lead: Lead, at: datetime) -> None:
    """Note that the lead met its source at an instant."""
    assert lead.id is not None
    change.session.add(
        Touch(lead_id=lead.id, source_name=lead.lead_source, details=dict(lead.source_details), touched_at=at)
    )


def default_priority(source: Source) -> Priority:
    """Return the priority that leads of this source start with."""
    return source.default_priority
