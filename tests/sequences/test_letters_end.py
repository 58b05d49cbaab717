"""Whatever a template asks for: filling it ends, takes little memory, and tells nothing of the program."""

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from letter_filling import both_of, text_of

from leadnurture.config import Config
from leadnurture.engine.personalize import UnfillableError, fill_plain
from leadnurture.sequences.sandbox.environment import LARGEST_TEXT
from leadnurture.sequences.texts import TextKind
from leadnurture.sequences.words import LetterDate, compile_text, with_date_sums

FACTS: dict[str, Any] = {"additional_notes": "words " * 1600, "tags": ["a", "b", "c"], "couple_name_bride": "Mia Lund"}


def doubled(times: int, first: str, again: str) -> str:
    return f"{{% set a = {first} %}}{{% set b = {first} %}}" + again * times


LISTS = doubled(60, "[1]", "{% set a = [a, a] %}{% set b = [b, b] %}")
TUPLES = doubled(60, "(1, 1)", "{% set a = (a, a) %}{% set b = (b, b) %}")
ENDLESS = {
    "a repeated text": "{{ 'x' * 10 ** 9 }}",
    "a repeated list": "{{ [1] * 10 ** 9 }}",
    "a power of a power": "{{ 10 ** 10 ** 10 }}",
    "a product of powers": "{{ 2 ** 200 * 2 ** 200 }}",
    "loops in loops": "".join(f"{{% for a{n} in lead.notes %}}" for n in range(9)) + "{% endfor %}" * 9,
    "loops that compare": "{% for a in lead.notes %}{% for b in lead.notes %}{% if a == b %}{% endif %}{% endfor %}"
    "{% endfor %}",
    "loops whose words are the template's": "{% for a in lead.notes %}" + "words " * 900 + "{% endfor %}",
    "a text twice as long again and again": doubled(60, "'xx'", "{% set a = a ~ a %}") + "{{ a | length }}",
    "a sum twice as long again and again": doubled(60, "'xx'", "{% set a = a + a %}") + "{{ a | length }}",
    "parts by the thousand": "{{ " + " ~ ".join(["lead.notes"] * 500) + " }}",
    "a list that holds itself by halves": LISTS + "{{ a }}",
    "a comparison of such lists": LISTS + "{% if a == b %}x{% endif %}",
    "a test of such lists": LISTS + "{% if a is eq(b) %}x{% endif %}",
    "the words of such a list": LISTS + "{{ a | upper }}",
    "a look-up by such a tuple": TUPLES + "{{ {'x': 1}[a] }}",
    "the different ones of such tuples": TUPLES + "{{ [a] | unique | list | length }}",
    "a list made of defaults": doubled(60, "[1]", "{% set a = [none, none] | map('default', a, true) | list %}")
    + "{{ a }}",
    "a macro that calls itself twice": "{% macro f(n) %}{% if n %}{{ f(n - 1) }}{{ f(n - 1) }}{% endif %}{% endmacro %}"
    "{{ f(40) }}",
    "a macro that collects": "{% macro f() %}{{ f(varargs, varargs) }}{% endmacro %}{{ f(1) }}",
    "a replacement": "{{ lead.notes | replace('w', 'x' * 99999) }}",
    "what stands between": "{{ lead.notes | join('x' * 9999) }}",
    "items of items": "{{ lead.notes | map('replace', 'w', 'x' * 9999) | join }}",
    "signs to strip": "{{ ('x' * 90000).strip('y' * 90000) }}",
}


@pytest.mark.parametrize("words", ENDLESS.values(), ids=ENDLESS.keys())
def test_a_text_without_an_end_is_given_up(words: str, config: Config) -> None:
    with pytest.raises(UnfillableError, match="it takes too much work"):
        text_of(f"Hello. {words}", config, **FACTS)


REFUSED = {
    "{{ '%1000000000d' % 1 }}": "a text cannot be divided",
    "{{ '{:1000000000}'.format(1) }}": "a letter cannot call 'format'",
    "{{ 'x'.ljust(1000000000) }}": "a letter cannot call 'ljust'",
    "{{ 'x'.encode() }}": "a letter cannot call 'encode'",
    "{{ range(1000000000) }}": "'range' is undefined",
    "{{ 1.5 | round(1000000000, 'floor') }}": "round knows at most 20 digits",
    "{{ today | date('%Y' * 10000) }}": "a pattern for a date has at most 100 signs",
    "{% block a %}{{ self.a() }}{{ self.a() }}{% endblock %}": "maximum recursion depth",
    "{{ ''.__class__.__mro__ }}": "access to attribute '__class__' of 'str' object is unsafe",
    "{{ lead.__init__.__globals__ }}": "access to attribute '__init__' of 'Facts' object is unsafe",
    "{{ [lead] | map(attribute='__class__') | list }}": "access to attribute '__class__' of 'Facts' object is unsafe",
    "{{ days.__globals__ }}": "access to attribute '__globals__' of 'function' object is unsafe",
}


@pytest.mark.parametrize(("words", "why"), REFUSED.items())
def test_what_cannot_be_weighed_is_refused_in_the_same_words_every_time(words: str, why: str, config: Config) -> None:
    told = set()
    for _ in range(2):
        with pytest.raises(UnfillableError, match=why) as found:
            text_of(f"Hello. {words}", config, **FACTS)
        told.add(str(found.value))
    assert len(told) == 1
    assert "0x" not in told.pop()


ORDINARY = {
    "{{ 3 * 4 }} {{ 2 ** 8 }} {{ 7 % 3 }} {{ 'ab' * 3 }} {{ 1 + 1 }}": "12 256 1 ababab 2",
    "{{ lead.name.split(' ')[0] }} {{ lead.name.upper() }} {{ today.strftime('%A') }}": "Mia MIA Monday",
    "{{ 'a' ~ 1 ~ today }} {{ lead.tags + ['d'] }} {{ 1.25 | round(1) }}": "a114 June 2027 a, b, c, d 1.2",
    "{{ '  a  ' | trim }} {{ 'a-b' | replace('-', ' ') }} {{ lead.tags | map('upper') | join('/') }}": "a a b A/B/C",
    "{% for t in lead.tags %}{{ loop.index }}/{{ loop.length }}{% if not loop.last %}, {% endif %}{% endfor %}": "1/3,"
    " 2/3, 3/3",
    "{% for t in lead.tags if t != 'b' %}{{ loop.cycle('x', 'y') }}{{ t }}{% endfor %}": "xayc",
    "{% for t in [] %}{% else %}none{% endfor %}": "none",
    "{% macro hi(name) %}Hi {{ name }}{% endmacro %}{{ hi('you') }}": "Hi you",
    "{% macro twice() %}{{ caller() }}{{ caller() }}{% endmacro %}{% call twice() %}ha{% endcall %}": "haha",
    "{% filter upper %}abc{% endfilter %}{% set x %}d{% endset %}{{ x }}{% block e %}e{% endblock %}": "ABCde",
    "{{ lead.notes | wordcount }} {{ lead.notes | upper | length }} {{ 'w' in lead.notes }}": "1600 9600 True",
}


@pytest.mark.parametrize(("words", "filled"), ORDINARY.items())
def test_what_a_letter_needs_is_still_filled(words: str, filled: str, config: Config) -> None:
    assert text_of(words, config, **FACTS) == filled


def test_every_filling_has_its_own_allowance_in_every_thread(config: Config) -> None:
    words = "{% for a in lead.notes %}{{ a }}{% endfor %}"
    with ThreadPoolExecutor(4) as threads:
        texts = list(threads.map(lambda _: text_of(words, config, **FACTS), range(8)))
    assert texts == [FACTS["additional_notes"].strip()] * 8


def test_what_couples_write_cannot_be_made_markup(config: Config) -> None:
    _, html = both_of("{{ lead.name ~ '<i>' }} {{ lead.name | trim }}", config, couple_name_bride="<b>Mia</b>")
    assert "<b>" not in html
    assert "<i>" not in html


def test_braces_without_an_end_are_read_once() -> None:
    assert with_date_sums("{{ " * 30_000) == "{{ " * 30_000
    assert with_date_sums("{{ today + 1 day }}{% raw") == "{{ (today + days(1)) }}{% raw"


PARTS = st.sampled_from(
    [
        "lead.notes",
        "'x'",
        "lead.tags",
        "7",
        "[1, 'y']",
        "today",
        "(1, 2)",
        "{'k': 'v'}",
        "none",
        "true",
        "9.5",
        "lead.name",
    ]
)
SUMS = st.recursive(
    PARTS,
    lambda inner: st.one_of(
        st.builds(
            "({} {} {})".format, inner, st.sampled_from(["+", "-", "*", "**", "%", "/", "//", "~", "==", "<"]), inner
        ),
        st.builds("({} {} {})".format, inner, st.sampled_from(["and", "or", "in", "not in"]), inner),
        st.builds(
            "({} | {})".format, inner, st.sampled_from(["list", "upper", "join", "length", "sort", "string", "max"])
        ),
        st.builds("({} | replace('o', {}))".format, inner, inner),
        st.builds("[{}, {}]".format, inner, inner),
    ),
    max_leaves=12,
)


@settings(max_examples=50)
@given(SUMS, st.integers(0, 3))
def test_any_sum_ends_as_a_bearable_text_or_as_a_reason(one: str, depth: int) -> None:
    begin, end = "{% for a in lead.notes %}" * depth, "{% endfor %}" * depth
    compiled = compile_text(TextKind.PLAIN, f"{begin}{{{{ {one} * 99999 }}}}{end}")
    names = {"lead": {"notes": "words " * 1600, "tags": ["a"] * 50, "name": "Mia"}, "today": LetterDate(2027, 6, 12)}
    try:
        assert len(fill_plain(compiled, names)) <= LARGEST_TEXT
    except UnfillableError as error:
        assert "cannot be filled" in str(error)  # noqa: PT017 - both ends are right
