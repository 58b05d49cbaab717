"""No text in the world makes the parser fail: it gives a sequence, or problems with places inside the file."""

from typing import Any

import yaml
from hypothesis import example, given
from hypothesis import strategies as st
from sequence_texts import parsed

from leadnurture.sequences.actions import actions
from leadnurture.sequences.condition import Condition
from leadnurture.sequences.parse import Parsed
from leadnurture.sequences.sequence import Enroll, Header, Settings
from leadnurture.sequences.window import Window

MODELS = (Header, Enroll, Settings, Window, Condition, *actions().values())
KEYS = sorted({field.alias or name for model in MODELS for name, field in model.model_fields.items()} | {"steps"})
WORDS = [
    "any",
    "new",
    "send_email",
    "wait_delay",
    "create_task",
    "1d",
    "9w 2h",
    "mon",
    "09:00",
    "never",
    "skip",
    "score",
]
SCALARS = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(max_size=20)
    | st.sampled_from(WORDS)
    | st.from_regex(r"\d{1,6}[mhdw]", fullmatch=True)
)
VALUES = st.recursive(
    SCALARS,
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(st.sampled_from(KEYS) | st.text(max_size=8), inner, max_size=6)
    ),
    max_leaves=25,
)
STEP = st.fixed_dictionaries(
    {"id": st.sampled_from("abcd"), "action": st.sampled_from(sorted(actions())) | SCALARS},
    optional={key: VALUES for key in KEYS if key not in {"id", "action", "steps"}},
)
SEQUENCE = st.fixed_dictionaries(
    {"name": st.just("Welcome") | VALUES, "steps": st.lists(STEP | VALUES, max_size=4) | VALUES},
    optional={key: VALUES for key in KEYS if key not in {"name", "steps"}},
)
YAML_SIGNS = st.text(st.sampled_from("abn:-&*!?|>'\"%@`#{}[], \t\n0123456789.~é\u2028\x85"), max_size=60)


@given(st.text(max_size=200))
def test_any_text_gives_a_sequence_or_problems(text: str) -> None:
    _is_answered(parsed(text))


@given(YAML_SIGNS)
@example("\t")
@example("é: \t&")
@example("- " * 40_000)
def test_any_text_of_yaml_signs_gives_a_sequence_or_problems(text: str) -> None:
    _is_answered(parsed(text))


@given(VALUES | SEQUENCE)
@example({"name": "x", "steps": [{"id": "a", "action": "wait_delay", "delay": "9" * 400 + "m"}]})
@example({"name": "x", "steps": [{"id": "a", "action": "wait_delay", "delay": "9" * 5000 + "m"}]})
def test_any_values_give_a_sequence_or_problems(values: Any) -> None:
    _is_answered(parsed(yaml.safe_dump(values, allow_unicode=True)))


def _is_answered(found: Parsed) -> None:
    assert (found.sequence is None) == bool(found.problems)
    lines = found.text.splitlines()
    for problem in found.problems:
        assert problem.message
        assert 1 <= problem.place.line <= len(lines) + 1
        assert 1 <= problem.place.column <= max((len(line) for line in lines), default=0) + 2
        assert problem.text in ["", *lines]
