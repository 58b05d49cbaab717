"""Which words a letter has for a lead; and that it never has a hole, somebody's markup, or the program's insides."""

from datetime import UTC, date, datetime
from typing import Any

import pytest
from letter_filling import both_of, line_of, text_of

from leadnurture.config import Config
from leadnurture.engine.personalize import UnfillableError

COUPLE: dict[str, Any] = {
    "couple_name_bride": "Mia Lund",
    "couple_name_groom": "Tom Berg",
    "wedding_date": date(2028, 6, 3),
    "wedding_venue": "Barn Hall",
    "estimated_budget": 240_050,
    "estimated_guest_count": 80,
    "services_needed": ["full day", "album"],
    "custom_fields": {"colour": "green", "first dance": "a waltz", "dog": {"name": "Rex"}},
}
FILLED = {
    "{{ couple_names }} = {{ lead.couple_names }} = {{ lead.name }}": "Mia & Tom = Mia & Tom = Mia & Tom",
    "{{couple_names}}": "Mia & Tom",
    "{{ lead.first_name }} and {{ lead.partner_name }}": "Mia and Tom",
    "{{ bride_name }}, {{ groom_name }}": "Mia Lund, Tom Berg",
    "{{ lead.wedding_date }} {{ lead.date | date }}": "3 June 2028 3 June 2028",
    "{{ wedding_date | date('%d/%m/%y') }}": "03/06/28",
    "{{ lead.wedding_date.year }}": "2028",
    "{{ today }}": "14 June 2027",
    "{{ currentDate + 1 day }}": "15 June 2027",
    "{{ currentDate + 2 weeks }}": "28 June 2027",
    "{{currentDate-14 days}}": "31 May 2027",
    "{{ (today + 1 week) | date('%A') }}": "Monday",
    "{% set later = currentDate + 3 days %}{{ later }}": "17 June 2027",
    "{{ lead.budget }}": "£2,400.50",
    "{{ lead.guests * 2 }}": "160",
    "{{ lead.services_needed }}": "full day, album",
    "{{ lead.services | join(' and ') }}": "full day and album",
    "{{ lead.services | sort }}": "album, full day",
    "{% for one in lead.services %}{{ loop.index }} {{ one }} {% endfor %}": "1 full day 2 album",
    "{{ lead.clientQuestions.colour or '…' }}": "green",
    "{{ lead.custom.colour }} {{ lead.custom_fields['first dance'] }}": "green a waltz",
    "{{ lead.clientQuestions.hat or '…' }}": "…",
    "{{ lead.custom_fields.dog.name }}": "Rex",
    "{{ lead.inquiry_at }}": "14 June 2027",
    "{{ days_since_inquiry }}": "0",
    "{{ owner.name }} {{ coach.phone }} {{ studio.name }}": "Holly Hart +442079460000 Hart & Holly",
    "{{ lead.wedding_location or 'somewhere' }}": "somewhere",
    "{% if lead.guests > 50 %}many{% else %}few{% endif %}": "many",
}


@pytest.mark.parametrize(("words", "filled"), FILLED.items())
def test_a_letter_says_what_is_known_of_the_lead(words: str, filled: str, config: Config) -> None:
    assert text_of(words, config, **COUPLE) == filled


def test_an_instant_is_a_day_of_the_studio_not_of_greenwich(config: Config) -> None:
    late = datetime(2027, 6, 14, 23, 30, tzinfo=UTC)
    assert text_of("{{ lead.inquiry_at }}", config, inquiry_at=late) == "15 June 2027"


@pytest.mark.parametrize(
    ("words", "filled"),
    [
        ("Hello {{ lead.first_name or 'you two' }}", "Hello you two"),
        ("Hello {{ lead.first_name | default('you two') }}", "Hello you two"),
        ("{{ lead.wedding_date | date or 'your day' }}", "your day"),
        ("{% if lead.first_name %}Hello {{ lead.first_name }}{% else %}Hello{% endif %}", "Hello"),
        ("{% if lead.guests > 50 or 50 > lead.guests or 'x' in lead.venue %}some{% else %}none{% endif %}", "none"),
        ("{% if lead.venue is defined %}some{% else %}none{% endif %}", "none"),
        ("{% if lead.venue == 'Barn' or not lead.venue %}none{% endif %}", "none"),
        ("Hello{% for tag in lead.tags %} {{ tag }}{% endfor %}", "Hello"),
        ("{{ lead.tags | default('none') }} {{ lead.services or 'none' }}", "none none"),
    ],
)
def test_what_is_not_known_is_false_and_gives_way_to_its_fallback(words: str, filled: str, config: Config) -> None:
    assert text_of(words, config) == filled


@pytest.mark.parametrize(
    ("words", "name"),
    [
        ("Hello {{ lead.first_name }}", "lead.first_name"),
        ("Hello {{ lead.couple_name_bride }}", "lead.couple_name_bride"),
        ("{{ lead.wedding_date | date }}", "lead.wedding_date"),
        ("{{ lead.wedding_venue | upper }}", "lead.wedding_venue"),
        ("{{ 'in ' ~ lead.wedding_venue }}", "lead.wedding_venue"),
        ("{{ lead.custom_fields.colour }}", "lead.custom_fields.colour"),
        ("{{ lead.tags }}", "lead.tags"),
        ("{{ lead.tags | join(', ') }}", "lead.tags"),
        ("{{ lead.wedding_venue | join }}", "lead.wedding_venue"),
        ("{% for sign in lead.wedding_venue %}{{ sign }}{% endfor %}", "lead.wedding_venue"),
        ("[our page]({{ studio.public_url }})", "studio.public_url"),
        ("{{ owner.address }}", "owner.address"),
    ],
)
def test_a_hole_is_never_filled_with_nothing(words: str, name: str, config: Config) -> None:
    with pytest.raises(UnfillableError, match=f"'{name}' has no value for this lead and the text has no fallback"):
        text_of(words, config)


@pytest.mark.parametrize("blank", ["", None])
def test_a_blank_is_as_good_as_nothing(blank: str | None, config: Config) -> None:
    with pytest.raises(UnfillableError, match=r"lead\.wedding_venue"):
        text_of("{{ lead.wedding_venue }}", config, wedding_venue=blank)


@pytest.mark.parametrize(
    "words",
    [
        "{{ ''.__class__.__mro__ }}",
        "{{ lead.__class__ }}",
        "{{ lead._values }}",
        "{{ lead.wedding_venue.upper }}",
        "{{ lead.custom_fields }}",
        "{{ owner }}",
        "{{ days }}",
        "{{ lead }}",
        "{{ none }}",
        "{{ lead.zzz }}",
        "{{ lead.wedding_date - today }}",
        "{{ 1 / 0 }}",
        "{{ lead.guests + 'x' }}",
        "{{ lead.tags.append('x') }}",
        "{{ cycler('a') }} {{ range(3) }}",
        "{% include 'other.md' %}",
        "{% for key in lead.custom_fields %}{{ key }}{% endfor %}",
        "{% if 'colour' in lead.custom_fields %}x{% endif %}",
        "{% macro again() %}{{ again() }}{% endmacro %}{{ again() }}",
        "{% if lead.guests %}{{ lead.guests | nosuch }}{% endif %}",
    ],
)
def test_what_is_no_text_cannot_be_filled_and_shows_nobody_the_insides(words: str, config: Config) -> None:
    with pytest.raises(UnfillableError):
        text_of(f"Hello. {words}", config, **COUPLE)


def test_a_letter_without_a_word_is_not_sent(config: Config) -> None:
    with pytest.raises(UnfillableError, match="the letter is empty for this lead"):
        text_of("{% if lead.wedding_venue %}Hello{% endif %}", config)
    with pytest.raises(UnfillableError, match="the text is empty for this lead"):
        line_of("{% if lead.wedding_venue %}Hello{% endif %}", config)


def test_what_couples_write_is_never_markup(config: Config) -> None:
    text, html = both_of("Dear {{ couple_names }}", config, couple_name_bride="<b>Mia</b>", couple_name_groom="*Tom*")
    assert text == "Dear <b>Mia</b> & *Tom*"
    assert "Dear &lt;b&gt;Mia&lt;/b&gt; &amp; *Tom*" in html
    assert "<b>" not in html


def test_lists_and_fallbacks_are_escaped_too(config: Config) -> None:
    _, html = both_of("{{ lead.tags }} {{ lead.venue or '<i>' }}", config, tags=["<u>", "&"])
    assert "&lt;u&gt;, &amp; &lt;i&gt;" in html


def test_what_couples_write_is_never_a_merge_field(config: Config) -> None:
    assert text_of("In {{ lead.venue }}", config, wedding_venue="{{ 1 + 1 }}{% raw %}") == "In {{ 1 + 1 }}{% raw %}"


def test_a_subject_is_one_line(config: Config) -> None:
    assert line_of("Your day\n at {{ lead.venue }}", config, wedding_venue="the\r\nHall\x00") == "Your day at the Hall"
