"""Letters rendered as both mail parts, whatever whitespace settings the environment has; the other files use it."""

import re

import pytest
from jinja2 import Environment, StrictUndefined, TemplateSyntaxError

from leadnurture.sequences.markdown import html_template, safe_url, text_template, tidy_text


def _environment(*, html: bool, trims: bool) -> Environment:
    made = Environment(autoescape=html, undefined=StrictUndefined, trim_blocks=trims, lstrip_blocks=trims)
    made.globals.clear()
    made.filters["safe_url"] = safe_url
    return made


_HTML = [_environment(html=True, trims=trims) for trims in (True, False)]
_TEXT = [_environment(html=False, trims=trims) for trims in (True, False)]


def _agreed(environments: list[Environment], template: str, values: dict[str, object]) -> str:
    first, second = (environment.from_string(template).render(values) for environment in environments)
    assert first == second
    return first


def document(source: str, **values: object) -> str:
    """Return the whole HTML part."""
    return _agreed(_HTML, html_template(source), values)


def body(source: str, **values: object) -> str:
    """Return what is inside the HTML part's column, without inline styles and without the breaks between tags."""
    column = re.search(r"<div[^>]*>(.*)</div>", document(source, **values), re.DOTALL)
    assert column
    plain = re.sub(r' style="[^"]*"', "", column[1])
    return re.sub(r"\s*\n\s*(?=<)|(?<=>)\s*\n\s*", "", plain).strip()


def text(source: str, **values: object) -> str:
    """Return the text part."""
    return tidy_text(_agreed(_TEXT, text_template(source), values))


LETTER = """Dear {{ names }},

{% if venue %}
I know **{{ venue }}** well.
{% endif %}

See [my calendar]({{ url }}).
"""


def test_a_letter_becomes_both_parts() -> None:
    values = {"names": "Mia & Noah", "venue": "Kew <East>", "url": "https://s.example/?a=1&b=2"}
    assert body(LETTER, **values) == (
        "<p>Dear Mia &amp; Noah,</p><p>I know <strong>Kew &lt;East&gt;</strong> well.</p>"
        '<p>See <a href="https://s.example/?a=1&amp;b=2">my calendar</a>.</p>'
    )
    assert text(LETTER, **values) == (
        "Dear Mia & Noah,\n\nI know Kew <East> well.\n\nSee my calendar (https://s.example/?a=1&b=2)."
    )


def test_the_same_source_gives_the_same_templates() -> None:
    assert html_template(LETTER) == html_template(LETTER)
    assert text_template(LETTER) == text_template(LETTER)


def test_the_document_names_its_language_and_works_in_dark_mode() -> None:
    page = _agreed(_HTML, html_template("Hallo", lang="de-AT"), {})
    assert page.startswith('<!DOCTYPE html><html lang="de-AT">')
    assert '<meta name="color-scheme" content="light dark">' in page
    assert "color:" not in page.replace("color-scheme", "")


def test_the_document_is_english_unless_told() -> None:
    assert '<html lang="en">' in document("Hello")


def test_styles_are_inline_and_the_column_is_600_pixels_wide() -> None:
    page = document("# Hello\n\nYou")
    assert "<style" not in page
    assert re.search(r'<div style="[^"]*max-width: 600px', page)
    assert re.search(r'<h1 style="[^"]*font-size: 26px', page)


def test_an_empty_letter_has_two_empty_parts() -> None:
    assert body("") == ""
    assert text("") == ""


def test_static_text_keeps_its_characters_in_both_parts() -> None:
    source = 'Zoë & Łukasz <3 "us" 💍 &amp; &copy; 5 \\* 2'
    assert body(source) == '<p>Zoë &amp; Łukasz &lt;3 "us" 💍 &amp; © 5 * 2</p>'
    assert text(source) == 'Zoë & Łukasz <3 "us" 💍 & © 5 * 2'


def test_html_in_a_letter_is_shown_and_not_interpreted() -> None:
    source = "<b>Hi</b>\n\n<script>alert(1)</script>"
    assert body(source) == "<p>&lt;b&gt;Hi&lt;/b&gt;</p><p>&lt;script&gt;alert(1)&lt;/script&gt;</p>"
    assert text(source) == "<b>Hi</b>\n\n<script>alert(1)</script>"


@pytest.mark.parametrize("source", ["{{ a", "{% if a %}x", "{# a", "{% raw %}x", "x {% endif %}", "{{ '}} ", "{% if a"])
def test_a_mistake_in_jinja_stays_a_mistake_in_both_templates(source: str) -> None:
    for environment, template in ((_HTML[0], html_template(source)), (_TEXT[0], text_template(source))):
        with pytest.raises(TemplateSyntaxError):
            environment.from_string(template)
