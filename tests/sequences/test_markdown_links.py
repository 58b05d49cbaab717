"""Links keep the tokens in their targets, and no value makes a link run a script."""

import pytest
from test_markdown_rendering import body, text

from leadnurture.sequences.markdown import safe_url

URL = "https://s.example/?a=1&b=2"
SHOWN = "https://s.example/?a=1&amp;b=2"


@pytest.mark.parametrize(
    ("source", "href", "plain"),
    [
        ("[my calendar]({{ url }})", SHOWN, f"my calendar ({URL})"),
        ("[{{ url }}]({{ url }})", SHOWN, URL),
        ("[here][1]\n\n[1]: {{ url }}", SHOWN, f"here ({URL})"),
        ("[x](https://a.b/?q={{ n }}&r=1)", "https://a.b/?q=7&amp;r=1", "x (https://a.b/?q=7&r=1)"),
        ("[x](https://{{ n }}.b/ü?q={{ n }})", "https://7.b/%C3%BC?q=7", "x (https://7.b/%C3%BC?q=7)"),
        ("[x](https://zoë.example/{{ n }})", "https://xn--zo-ija.example/7", "x (https://xn--zo-ija.example/7)"),
        ("[x](mailto:{{ n }}@a.b)", "mailto:7@a.b", "x (7@a.b)"),
        ("[x](tel:+44{{ n }})", "tel:+447", "x (+447)"),
        ("[x]({% if n %}https://a.b{% else %}https://c.d{% endif %})", "https://a.b", "x (https://a.b)"),
        ("<https://a.b/{{ n }}>", "https://a.b/7", "https://a.b/7"),
        ("<https://a.b/ü>", "https://a.b/%C3%BC", "https://a.b/ü"),
        ("<me@a.b>", "mailto:me@a.b", "me@a.b"),
        ("[https://a.b](https://a.b)", "https://a.b", "https://a.b"),
        ("[](https://a.b)", "https://a.b", "https://a.b"),
        ("[**so** it is](https://a.b)", "https://a.b", "so it is (https://a.b)"),
    ],
)
def test_links_in_both_parts(source: str, href: str, plain: str) -> None:
    assert f'<a href="{href}">' in body(source, url=URL, n=7)
    assert text(source, url=URL, n=7) == plain


@pytest.mark.parametrize("target", ["{{ x }}", "{{ y }}{{ x }}", "java{{ x[4:] }}", "{% if x %}{{ x }}{% endif %}"])
@pytest.mark.parametrize(
    "x", ["javascript:alert(1)", " JAVAscript:alert(1)", "java\nscript:alert(1)", "data:text/html,x"]
)
def test_a_value_that_decides_the_scheme_cannot_make_a_script(target: str, x: str) -> None:
    assert '<a href="#">' in body(f"[x]({target})", x=x, y="")


def test_markdown_refuses_a_script_that_is_written_out() -> None:
    assert "<a" not in body("[x](javascript:alert(1)) [y](javascript&colon;{{ n }})", n=1)


def test_a_value_cannot_leave_the_attribute() -> None:
    assert body("[x](https://a.b/{{ n }})", n='"><script>') == (
        '<p><a href="https://a.b/&#34;&gt;&lt;script&gt;">x</a></p>'
    )


@pytest.mark.parametrize("kept", ["http://a.b", "HTTPS://a.b/?c#d", "mailto:a@b.c", "tel:+441632960000"])
def test_safe_url_keeps_what_a_letter_may_link_to(kept: str) -> None:
    assert safe_url(f" {kept}\n") == kept


@pytest.mark.parametrize("refused", ["javascript:x", "", "ftp://a.b", "/a", "a.b", "\x01javascript:x", "xhttps://a.b"])
def test_safe_url_replaces_anything_else(refused: str) -> None:
    assert safe_url(refused) == "#"
