"""Statements stand around paragraphs, inside them and around list items, and break no nesting."""

import pytest
from test_markdown_rendering import body, text

Parts = tuple[str, str]


@pytest.mark.parametrize(
    ("source", "when_true", "when_false"),
    [
        # around paragraphs, with blank lines
        (
            "A\n\n{% if x %}\n\nB\n\n{% endif %}\n\nC",
            ("<p>A</p><p>B</p><p>C</p>", "A\n\nB\n\nC"),
            ("<p>A</p><p>C</p>", "A\n\nC"),
        ),
        # on lines of their own, directly around the text
        (
            "A\n\n{% if x %}\nB\n{% endif %}\n\nC",
            ("<p>A</p><p>B</p><p>C</p>", "A\n\nB\n\nC"),
            ("<p>A</p><p>C</p>", "A\n\nC"),
        ),
        # the same, as Jinja users write it who fear for the blank lines
        (
            "A\n\n{%- if x %}\nB\n{%- endif %}\n\nC",
            ("<p>A</p><p>B</p><p>C</p>", "A\n\nB\n\nC"),
            ("<p>A</p><p>C</p>", "A\n\nC"),
        ),
        # around several paragraphs
        (
            "{% if x %}\nA\n\nB\n{% else %}\nC\n\nD\n{% endif %}\nE",
            ("<p>A</p><p>B</p><p>E</p>", "A\n\nB\n\nE"),
            ("<p>C</p><p>D</p><p>E</p>", "C\n\nD\n\nE"),
        ),
        # a whole paragraph that hangs on one condition
        (
            "{% if x %}B{% endif %}\n\nC",
            ("<p>B</p><p>C</p>", "B\n\nC"),
            ("<p>C</p>", "C"),
        ),
        ("{% if x %}**B**{% else %}C{% endif %}", ("<p><strong>B</strong></p>", "B"), ("<p>C</p>", "C")),
        # inside a sentence
        ("A{% if x %} *B*{% endif %}.", ("<p>A <em>B</em>.</p>", "A B."), ("<p>A.</p>", "A.")),
        ("A {% if x %}_B_{% endif %}", ("<p>A <em>B</em></p>", "A B"), ("<p>A </p>", "A")),
        # a sentence written over several lines stays a sentence
        (
            "A\n{% if x %}\nB\n{% endif %}\nC",
            ("<p>A\nB\nC</p>", "A B C"),
            ("<p>A\nC</p>", "A C"),
        ),
        (
            "A\n{%- if x %}\nB\n{%- endif %}\nC",
            ("<p>A\nB\nC</p>", "A B C"),
            ("<p>A\nC</p>", "A C"),
        ),
        (
            "A\n{%- if x -%}\n  B\n{%- endif -%}\n, C",
            ("<p>AB, C</p>", "AB, C"),
            ("<p>A, C</p>", "A, C"),
        ),
        ("{%- if x %}\nA\n{%- else %}\nB\n{%- endif %}", ("<p>A</p>", "A"), ("<p>B</p>", "B")),
        # a signature with hard breaks
        (
            "A  \n{% if x %}\nB  \n{% endif %}\nC",
            ("<p>A<br>B<br>C</p>", "A\nB\nC"),
            ("<p>A<br>C</p>", "A\nC"),
        ),
        # between, and around, list items
        (
            "- A\n{% if x %}\n- B\n{% endif %}\n- C",
            ("<ul><li>A</li><li>B</li><li>C</li></ul>", "- A\n- B\n- C"),
            ("<ul><li>A</li><li>C</li></ul>", "- A\n- C"),
        ),
        (
            "A\n{% if x %}\n- B\n{% else %}\nC\n{% endif %}\nD",
            ("<p>A</p><ul><li>B</li></ul><p>D</p>", "A\n\n- B\n\nD"),
            ("<p>A</p><p>C</p><p>D</p>", "A\n\nC\n\nD"),
        ),
        (
            "1. A\n{% if x %}\n2. B\n{% endif %}\n3. C",
            ("<ol><li>A</li><li>B</li><li>C</li></ol>", "1. A\n2. B\n3. C"),
            ("<ol><li>A</li><li>C</li></ol>", "1. A\n2. C"),
        ),
        # inside one list item
        (
            "- A\n  {% if x %}\n  B\n  {% endif %}\n- C",
            ("<ul><li>A\nB</li><li>C</li></ul>", "- A B\n- C"),
            ("<ul><li>A</li><li>C</li></ul>", "- A\n- C"),
        ),
        (
            "- {% if x %}A{% else %}B{% endif %}\n\n- C",
            ("<ul><li><p>A</p></li><li><p>C</p></li></ul>", "- A\n\n- C"),
            ("<ul><li><p>B</p></li><li><p>C</p></li></ul>", "- B\n\n- C"),
        ),
        # in and between quotations, headings and rules
        (
            "> A\n{% if x %}\n> B\n{% endif %}",
            ("<blockquote><p>A</p></blockquote><blockquote><p>B</p></blockquote>", "> A\n\n> B"),
            ("<blockquote><p>A</p></blockquote>", "> A"),
        ),
        ("# A{% if x %}B{% endif %}", ("<h1>AB</h1>", "AB"), ("<h1>A</h1>", "A")),
        ("{% if x %}\n# A\n---\n{% endif %}\nB", ("<h1>A</h1><hr><p>B</p>", "A\n\n* * *\n\nB"), ("<p>B</p>", "B")),
        # with an indent, nested
        (
            "{% if x %}\n    {% if x %}\nA\n    {% endif %}\n{% endif %}\n\nB",
            ("<p>A</p><p>B</p>", "A\n\nB"),
            ("<p>B</p>", "B"),
        ),
    ],
)
def test_an_if_leaves_neither_tags_nor_gaps(source: str, when_true: Parts, when_false: Parts) -> None:
    for x, (html, plain) in ((True, when_true), (False, when_false)):
        assert body(source, x=x) == html
        assert text(source, x=x) == plain


@pytest.mark.parametrize(
    ("source", "html", "plain"),
    [
        (
            "{% for x in xs %}\n- {{ x }}\n{% endfor %}",
            "<ul><li>a</li><li>b &amp; c</li></ul>",
            "- a\n- b & c",
        ),
        (
            "A:\n\n{%- for x in xs %}\n\n* {{ x }}\n\n{%- endfor %}\n\nB",
            "<p>A:</p><ul><li>a</li><li>b &amp; c</li></ul><p>B</p>",
            "A:\n\n- a\n- b & c\n\nB",
        ),
        (
            "5. A\n{% for x in xs %}\n6. {{ x }}\n{% endfor %}",
            '<ol start="5"><li>A</li><li>a</li><li>b &amp; c</li></ol>',
            "5. A\n6. a\n7. b & c",
        ),
        ("{% for x in xs %}{{ x }}, {% endfor %}d", "<p>a, b &amp; c, d</p>", "a, b & c, d"),
        (
            "{% for x in xs %}\n\n**{{ x }}** is fine.\n\n{% endfor %}",
            "<p><strong>a</strong> is fine.</p><p><strong>b &amp; c</strong> is fine.</p>",
            "a is fine.\n\nb & c is fine.",
        ),
        (
            "```\n{% for x in xs %}\n{{ x }}\n{% endfor %}\n```",
            "<pre><code>a\nb &amp; c</code></pre>",
            "    a\n    b & c",
        ),
    ],
)
def test_loops(source: str, html: str, plain: str) -> None:
    assert body(source, xs=["a", "b & c"]) == html
    assert text(source, xs=["a", "b & c"]) == plain


def test_a_list_of_a_loop_may_have_an_else() -> None:
    source = "{% for x in xs %}\n1. {{ x }}\n{% else %}\n1. none\n{% endfor %}"
    assert text(source, xs=["a", "b"]) == "1. a\n2. b"
    assert text(source, xs=[]) == "1. none"


def test_a_list_inside_an_item_is_counted_by_itself() -> None:
    source = "1. A\n   1. B\n   {% if x %}\n   2. C\n   {% endif %}\n{% if x %}\n2. D\n{% endif %}\n3. E"
    assert text(source, x=True) == "1. A\n   1. B\n   2. C\n2. D\n3. E"
    assert text(source, x=False) == "1. A\n   1. B\n2. E"


def test_a_loop_over_nothing_leaves_no_gap() -> None:
    source = "A\n\n{% for x in xs %}\n- {{ x }}\n{% endfor %}\n\n{% for x in xs %}{{ x }}{% endfor %}\n\nB"
    assert body(source, xs=[]) == "<p>A</p><ul></ul><p>B</p>"
    assert text(source, xs=[]) == "A\n\nB"


@pytest.mark.parametrize(
    "source",
    [
        "{% set y = 1 %}\n\nA {{ y }}",
        "{% set y = 1 %}\nA {{ y }}",
        "{% set y = 1 %}\n{% if y %}A{% endif %} {{ y }}",
        "{% set y %}1{% endset %}A {{ y }}",
        "{% with y = 1 %}\nA {{ y }}\n{% endwith %}",
        "{# a note #}\n\nA 1",
        "A\n{# a note #}\n1",
    ],
)
def test_statements_that_print_nothing_leave_no_paragraph(source: str) -> None:
    assert " ".join(body(source).split()) == "<p>A 1</p>"
    assert text(source) == "A 1"


def test_what_is_set_under_a_condition_is_known_afterwards() -> None:
    assert text("{% if x %}{% set y = 1 %}A{% endif %}\n\n{{ y }}", x=True) == "A\n\n1"
    assert body("{% if x %}{% set y = 1 %}A{% endif %}\n\n{{ y }}", x=True) == "<p>A</p><p>1</p>"
