"""What holds for every letter and every value."""

import re
from html.parser import HTMLParser

from hypothesis import given
from hypothesis import strategies as st
from test_markdown_rendering import body, document, text

from leadnurture.sequences.markdown import tidy_text

_VOID = {"br", "hr", "img", "meta"}
_NAMED = "# {{ n }}\n\nDear **{{ n }}**, [{{ n }}](https://a.b/{{ n }} '{{ n }}') `{{ n }}`\n\n- {{ n }}\n\n> {{ n }}"


class _Nesting(HTMLParser):
    """Collects the tags, and fails at the first one that is not closed where it should be."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self._open: list[str] = []
        self.feed(page)
        self.close()
        assert not self._open

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        assert tag != "li" or self._open[-1] in {"ul", "ol"}
        assert "p" not in self._open or tag in {"strong", "em", "code", "a", "br", "img"}
        if tag not in _VOID:
            self._open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self._open.pop() == tag


@given(name=st.text())
def test_no_value_makes_a_tag(name: str) -> None:
    assert _Nesting(document(_NAMED, n=name)).tags == _Nesting(document(_NAMED, n="Mia")).tags


@given(name=st.text(min_size=1).filter(lambda name: name == tidy_text(name.strip())))
def test_no_value_is_lost_or_changed_in_the_text_part(name: str) -> None:
    assert text("Dear **{{ n }}**,\n\n- {{ n }}\n\n{% if n %}\n{{ n }}\n{% endif %}", n=name) == (
        f"Dear {name},\n\n- {name}\n\n{name}"
    )


_MARKDOWN = st.text(st.sampled_from("ab \n\t*_`~#>-+.)1[](){}<>!&;:/\\\"'=|é💍\ue000\ue001\ue002\ue003\ue004"))


@given(source=(_MARKDOWN | st.text()).filter(lambda source: not re.search(r"\{[\ue000-\ue004]*[{%#]", source)))
def test_any_markdown_makes_two_parts_that_print_themselves(source: str) -> None:
    _Nesting(document(source))
    assert "\n\n\n" not in text(source)


_LINES = st.sampled_from(
    (
        "words {{ n }}",
        "**bold** {% if y %}yes{% else %}no{% endif %}",
        "{% if z %}perhaps{% endif %}",
        "{% for x in xs %}{{ x }}, {% endfor %}",
        "hard  ",
        "- item",
        "  more",
        "  - nested {{ n }}",
        "1. one",
        "> quote",
        "# head",
        "---",
        "{# note #}",
        "",
        "",
    )
)
_BLOCKS = st.lists(_LINES, max_size=4).map("\n".join)


def _around(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    """Letters with groups of statements on lines of their own, with and without blank lines and marks."""
    begins = st.sampled_from(("if y", "if z", "for x in xs", "for x in []"))
    blanks, marks = st.sampled_from(("\n", "\n\n")), st.sampled_from(("", "-"))
    groups = st.builds(_group, begins, inner, inner, blanks, blanks, marks, marks)
    return st.lists(groups | _LINES, max_size=5).map("\n".join)


def _group(begin: str, first: str, other: str, blank: str, end: str, left: str, right: str) -> str:
    lines = (
        f"{{%{left} {begin} %}}",
        first,
        f"{{%{left} else %}}",
        other,
        f"{{% end{begin.split(maxsplit=1)[0]} {right}%}}",
    )
    return blank.join(lines) + end


@given(source=st.recursive(_BLOCKS, _around, max_leaves=5), y=st.booleans(), z=st.booleans())
def test_statements_on_their_own_lines_break_no_nesting_and_leave_nothing_empty(source: str, y: bool, z: bool) -> None:
    values = {"n": "<b>", "y": y, "z": z, "xs": ["one", "two"]}
    _Nesting(document(source, **values))
    assert "<p></p>" not in body(source, **values)
    assert "\n\n\n" not in text(source, **values)


@given(source=st.recursive(_BLOCKS, _around, max_leaves=5), y=st.booleans(), z=st.booleans())
def test_both_parts_say_the_same_words(source: str, y: bool, z: bool) -> None:
    values = {"n": "Mia", "y": y, "z": z, "xs": ["one", "two"]}
    words = re.compile("[A-Za-z]+")
    html = re.sub("<[^>]+>", " ", body(source, **values))
    assert words.findall(html) == words.findall(text(source, **values))
