"""Tracking links: what is put into one is read out of it again, and an address that is none is refused."""

from urllib.parse import parse_qs, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leadnurture.crm.utm import PARAMETERS, landing_details, read_url, source_meant, tracking_link
from leadnurture.crm.values import BadValueError

PAGE = "https://www.example.com/contact?ref=home#form"
VALUES = st.text(st.characters(codec="utf-8", exclude_categories=["Cs", "Cc", "Zs", "Zl", "Zp"]), min_size=1)


@given(st.dictionaries(st.sampled_from(PARAMETERS), VALUES.map(lambda text: text[:40])))
def test_what_a_link_carries_is_read_from_the_page_it_leads_to(parameters: dict[str, str]) -> None:
    link = tracking_link(PAGE, parameters)
    details = landing_details(link)
    assert {name: details[name] for name in parameters} == parameters
    assert details["landing_url"] == link
    assert details.keys() == {"landing_url", *parameters}


def test_a_link_keeps_what_the_page_s_address_had_and_replaces_the_same_parameters() -> None:
    link = tracking_link("https://www.example.com/contact?ref=home&utm_source=old#form", {"utm_source": "bridebook"})
    parts = urlsplit(link)
    assert parse_qs(parts.query) == {"ref": ["home"], "utm_source": ["bridebook"]}
    assert (parts.path, parts.fragment) == ("/contact", "form")
    assert tracking_link(link, {"utm_source": "bridebook"}) == link


@pytest.mark.parametrize(
    ("given", "meant"),
    [
        ("utm_source=instagram", "instagram"),
        ("UTM_SOURCE=instagram&utm_medium=social", "instagram"),
        ("utm_source=google&utm_medium=cpc", "google_ads"),
        ("utm_source=google", "google"),
        ("utm_source=instagram&utm_medium=paid-social", "facebook_ads"),
        ("utm_source=spring&utm_medium=email", "email_marketing"),
        ("gclid=abc", "google_ads"),
        ("fbclid=abc", "social_media"),
        ("utm_source=hitched&gclid=abc", "hitched"),
        ("page=2", None),
        ("utm_source=", None),
    ],
)
def test_a_page_tells_which_source_is_meant(given: str, meant: str | None) -> None:
    assert source_meant(landing_details(f"www.example.com/?{given}")) == meant


@pytest.mark.parametrize(
    "text",
    [
        "", "contact", "javascript:alert(1)", "ftp://example.com/x", "https://", "https://[::1", "https://a.b:port/",
        "https://me:secret@example.com/", "https://example.com/a b", "https://example.com/a\nb",
        "https://example.com/" + "x" * 2000,
    ],
)  # fmt: skip
def test_what_is_no_address_of_a_page_is_refused(text: str) -> None:
    with pytest.raises(BadValueError):
        read_url(text)


def test_an_address_without_its_scheme_is_one_all_the_same() -> None:
    assert read_url(" www.example.com/contact ") == "https://www.example.com/contact"
