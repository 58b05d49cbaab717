"""Tracking links: building one for a source, and reading the address of the page that a couple came in by. Pure."""

from collections.abc import Mapping
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

from leadnurture.crm.values import BadValueError

PARAMETERS = ("utm_source", "utm_medium", "utm_campaign", "utm_term", "utm_content", "utm_id")
LANDING = "landing_url"
_LONGEST = 2000
_PAID = frozenset({"cpc", "ppc", "paid", "paidsearch", "paid_search", "paidsocial", "paid_social", "ads", "display"})
# Whose advertising is meant by a source with a paid medium, and by what the networks add to a link themselves.
_ADS = {"google": "google_ads", "adwords": "google_ads", "facebook": "facebook_ads", "fb": "facebook_ads"}
_ADS |= {"instagram": "facebook_ads", "ig": "facebook_ads", "meta": "facebook_ads"}
_CLICKS = {"gclid": "google_ads", "gbraid": "google_ads", "wbraid": "google_ads", "fbclid": "social_media"}


def tracking_link(url: str, parameters: Mapping[str, str]) -> str:
    """Return a page's address with the parameters in it; others that it has stay, the same ones are replaced."""
    parts = urlsplit(url)
    kept = [(name, value) for name, value in parse_qsl(parts.query, keep_blank_values=True) if name not in parameters]
    return urlunsplit(parts._replace(query=urlencode([*kept, *parameters.items()])))


def read_url(text: str) -> str:
    """Return the address of a page, with its scheme; raises BadValueError for what is none."""
    bare = text.strip()
    whole = bare if "://" in bare else f"https://{bare}"
    try:
        parts = urlsplit(whole)
        named = parts.hostname
        parts.port  # noqa: B018 - it is read only here, and may be none
    except ValueError:
        named = None
    fits = named and "." in named and parts.scheme in {"http", "https"} and parts.username is None
    if not fits or any(sign.isspace() or not sign.isprintable() for sign in bare):
        raise BadValueError(f"'{text}' is no address of a page", hint="write it like https://www.example.com/contact")
    if len(whole) > _LONGEST:
        raise BadValueError(f"the address is {len(whole):,} characters long; at most {_LONGEST:,} are kept")
    return whole


def landing_details(text: str) -> dict[str, str]:
    """Return what the address of a landing page says of where somebody came from: itself, UTM parameters, click ids.

    Raises BadValueError.
    """
    url = read_url(text)
    given = {name.lower(): value.strip() for name, value in parse_qsl(urlsplit(url).query)}
    told = {name: given[name] for name in (*PARAMETERS, *_CLICKS) if given.get(name)}
    return {LANDING: url, **told}


def source_meant(details: Mapping[str, object]) -> str | None:
    """Return the source that the details of a landing page mean by themselves, in their own word; None for none."""
    source, medium = str(details.get("utm_source") or ""), str(details.get("utm_medium") or "").lower()
    if medium.replace("-", "_") in _PAID and source.lower() in _ADS:
        return _ADS[source.lower()]
    if medium in {"email", "e-mail", "newsletter"}:
        return "email_marketing"
    return source or next((meant for click, meant in _CLICKS.items() if details.get(click)), None)
