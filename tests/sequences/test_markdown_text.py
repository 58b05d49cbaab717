"""The plain-text part reads well in a mail program that wraps lines itself."""

import pytest
from test_markdown_rendering import text

from leadnurture.sequences.markdown import tidy_text


@pytest.mark.parametrize(
    ("source", "plain"),
    [
        ("one\ntwo\n\n\n\nthree", "one two\n\nthree"),
        ("one  \ntwo\\\nthree", "one\ntwo\nthree"),
        ("one\r\ntwo\r\n\r\nthree", "one two\n\nthree"),
        ("**so** *very* __much__ `code`", "so very much code"),
        ("# One\ntext\n\nTwo\n---\nmore", "One\n\ntext\n\nTwo\n\nmore"),
        ("one\n\n---\n\ntwo", "one\n\n* * *\n\ntwo"),
        ("- one\n- two", "- one\n- two"),
        ("* one\n\n* two", "- one\n\n- two"),
        ("3. three\n1. four", "3. three\n4. four"),
        ("- one\n  - two\n    1. three\n- four\n\nfive", "- one\n  - two\n    1. three\n- four\n\nfive"),
        ("1. one\n   more\n\n   second\n2. two", "1. one more\n\n   second\n\n2. two"),
        ("- one\\\n  two", "- one\n  two"),
        ("-\n- two", "-\n- two"),
        ("> one\n> two\n>\n> three", "> one two\n\n> three"),
        ("> one\\\n> two\n>\n> - three\n>\n> > four", "> one\n> two\n\n> - three\n\n> > four"),
        ("- > one\n- two", "- > one\n\n- two"),
        ("```\none\n\n  two\n```\nthree", "    one\n\n      two\n\nthree"),
        ("![us](us.jpg) ![](no.jpg)now", "us now"),
        ("[1]: https://a.b\n\none", "one"),
    ],
)
def test_markdown_as_plain_text(source: str, plain: str) -> None:
    assert text(source) == plain


@pytest.mark.parametrize(
    ("rendered", "tidied"),
    [
        ("", ""),
        ("\n\n one\n", " one"),
        ("one\n\n\n\ntwo", "one\n\ntwo"),
        ("one\n \t\n\u00a0\n\ntwo ", "one\n\ntwo"),
        ("one\r\n\r\n\r\n\r\ntwo\r\r\rthree", "one\n\ntwo\n\nthree"),
        ("  one\n    two", "  one\n    two"),
    ],
)
def test_tidy_text(rendered: str, tidied: str) -> None:
    assert tidy_text(rendered) == tidied


def test_a_value_of_blank_lines_leaves_one() -> None:
    assert text("A\n\n{{ x }}\n\nB", x="\n \n\r\n") == "A\n\nB"
