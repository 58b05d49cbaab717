"""Jinja tokens come through Markdown unchanged, wherever they stand, and nothing else becomes one."""

import pytest
from test_markdown_rendering import body, document, text

STRANGER = "*Mia* <b>&</b> [x](y) # _z_ `q` \"'"
ESCAPED = "*Mia* &lt;b&gt;&amp;&lt;/b&gt; [x](y) # _z_ `q` &#34;&#39;"


@pytest.mark.parametrize(
    ("source", "html", "plain"),
    [
        ("{{ x }}", "<p>{}</p>", "{}"),
        ("# For {{ x }}", "<h1>For {}</h1>", "For {}"),
        ("{{ x }}\n===", "<h1>{}</h1>", "{}"),
        ("**{{ x }}**", "<p><strong>{}</strong></p>", "{}"),
        ("_{{ x }}_", "<p><em>{}</em></p>", "{}"),
        ("**{{ x }}**s", "<p><strong>{}</strong>s</p>", "{}s"),
        ("- {{ x }}", "<ul><li>{}</li></ul>", "- {}"),
        ("3. {{ x }}", '<ol start="3"><li>{}</li></ol>', "3. {}"),
        ("> {{ x }}", "<blockquote><p>{}</p></blockquote>", "> {}"),
        ("`{{ x }}`", "<p><code>{}</code></p>", "{}"),
        ("    {{ x }}", "<pre><code>{}</code></pre>", "    {}"),
        ("```\n{{ x }}\n```", "<pre><code>{}</code></pre>", "    {}"),
        ("```{{ x }}\ny\n```", '<pre><code class="language-{}">y</code></pre>', "    y"),
        ("![{{ x }}](a.png)", '<p><img src="a.png" alt="{}"></p>', "{}"),
        ('[a](/b "{{ x }}")', '<p><a href="/b" title="{}">a</a></p>', "a (/b)"),
        ("[{{ x }}](https://a.example)", '<p><a href="https://a.example">{}</a></p>', "{} (https://a.example)"),
    ],
)
def test_a_value_is_text_wherever_it_stands(source: str, html: str, plain: str) -> None:
    assert body(source, x=STRANGER) == html.replace("{}", ESCAPED)
    assert text(source, x=STRANGER) == plain.replace("{}", STRANGER)


@pytest.mark.parametrize(
    ("source", "printed"),
    [
        ('{{ x or "your \\"venue\\"" }}', 'your "venue"'),
        ('{{ "}}" }}', "}}"),
        ("{{ '%}' ~ '{#' }}", "%}{#"),
        ("{{ {'a': {'b': 'deep'}}['a']['b'] }}", "deep"),
        ("{% set y = {'a': '%}'} %}{{ y['a'] }}", "%}"),
        ("{{ x\n  or\n\n  'on three lines' }}", "on three lines"),
        ("a{# **not** said #}b", "ab"),
        ("a {# {{ nor }} this #} b", "a b"),
        ("a  {{- 'b' -}}  c", "abc"),
        ("a {%- if not x %} b{% endif -%} c", "a bc"),
        ("{{- 'a' -}}", "a"),
    ],
)
def test_tokens_mean_what_jinja_says(source: str, printed: str) -> None:
    assert " ".join(body(source, x="").replace("&#34;", '"').split()) == f"<p>{printed}</p>"
    assert " ".join(text(source, x="").split()) == printed


@pytest.mark.parametrize(
    "source",
    [
        "{% raw %}{{ x }} {% if %}{% endraw %}",
        "{%- raw -%}  {{ x }} {% if %}  {%- endraw -%}",
        r"\{\{ x }} {\% if %}",
        "&#123;{ x }} &#123;% if %}",
    ],
)
def test_braces_that_are_no_token_are_printed(source: str) -> None:
    assert body(source) == "<p>{{ x }} {% if %}</p>"
    assert text(source) == "{{ x }} {% if %}"


def test_the_inside_of_a_raw_block_is_markdown() -> None:
    assert body("{% raw %}**{{ x }}** <b>{% endraw %}") == "<p><strong>{{ x }}</strong> &lt;b&gt;</p>"


def test_a_brace_before_a_token_does_not_change_it() -> None:
    assert text("&#123;{{ x }} and {{ x }}}", x="y") == "{y and y}"


def test_whitespace_marks_do_not_join_paragraphs() -> None:
    source = "One\n\n{{- x }}\n\n{%- if x -%}\n\nThree\n\n{%- endif -%}\n\n{{ x -}}\n\nFive"
    assert text(source, x="x") == "One\n\nx\n\nThree\n\nx\n\nFive"


def test_placeholder_characters_in_a_letter_are_dropped() -> None:
    source = "a\ue0000\ue001b ⸨\ue0020\ue003⸩ {{ x }}\ue004"
    assert text(source, x="y") == "a0b ⸨0⸩ y"
    assert body(source, x="y") == "<p>a0b ⸨0⸩ y</p>"


def test_forged_placeholders_print_nothing() -> None:
    assert text("a &#xE000;7&#xE001;b") == "a b"
    assert "\ue000" not in document("a &#xE000;7&#xE001;b")
