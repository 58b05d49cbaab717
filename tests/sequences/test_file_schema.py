"""The JSON Schema follows the language: what is right passes, what the parser refuses does not, no key is forgotten."""

import json
from pathlib import Path
from typing import Any, ClassVar

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator
from sequence_texts import parsed, step, top
from test_broken_files import WRONG_NAMES, WRONG_VALUES, Told

from leadnurture.founding import playbooks
from leadnurture.sequences import actions as registry
from leadnurture.sequences.actions import actions
from leadnurture.sequences.file_life import schema as schema_module
from leadnurture.sequences.file_life.schema import FILE_NAME, sequence_schema, write_schema
from leadnurture.sequences.sequence import Header
from leadnurture.sequences.step import Step
from leadnurture.sequences.yaml_tree import read_tree

SCHEMA = sequence_schema()
VALIDATOR = Draft202012Validator(SCHEMA)
BROKEN = {**{f"name {key}": told for key, told in WRONG_NAMES.items()}, **WRONG_VALUES}
# What only the parser can know: facts of other fields, of other keys, of arithmetic.
BEYOND_A_SCHEMA = {
    "a delay beyond ten years",
    "a delay beyond all numbers",
    "a delay of thousands of digits",
    "a beginning of blanks",
    "a number that only Python knows",
    "a window that closes before it opens",
    "scores in the wrong order",
    "a source without a letter",
    "an operator that does not fit",
    "a value that does not fit its field",
    "a range without its end",
    "a letter without words",
    "a letter with two sorts of words",
}


def faults(text: str) -> list[str]:
    return [error.message for error in VALIDATOR.iter_errors(read_tree(text).values)]


def test_the_schema_is_one() -> None:
    Draft202012Validator.check_schema(SCHEMA)
    assert SCHEMA["$schema"] == "https://json-schema.org/draft/2020-12/schema"
    json.dumps(SCHEMA, allow_nan=False)


@pytest.mark.parametrize("path", sorted(playbooks().glob("*.yaml")), ids=lambda path: path.stem)
def test_every_playbook_is_right_by_it(path: Path) -> None:
    assert faults(path.read_text(encoding="utf-8")) == []


RIGHT = {
    "one word for a list": top("enroll: {when: {status: new, source: instagram}}\nstop_on: reply"),
    "a window that is a word": top("window: any"),
    "one day": top("window: {days: sun, at: '9:30', until: '17:00'}"),
    "conditions in conditions": top("enroll: {when: {any: [{all: [{score: {min: 5}}]}, {not: {consent: true}}]}}"),
    "fields": top("enroll: {when: {fields: [{field: custom_fields.dress, operator: equals, value: ivory}]}}"),
    "a pause": top("enroll: {again: 26w}"),
    "no delay": step("id: a\naction: add_lead_tag\ntag: x\ndelay: 0"),
    "due ahead": step("id: a\naction: create_task\ntitle: x\ndue: +1d"),
    "due": step("id: a\naction: create_task\ntitle: x\ndue: 1d 12h"),
}


@pytest.mark.parametrize("text", RIGHT.values(), ids=RIGHT.keys())
def test_what_is_right_passes(text: str) -> None:
    assert parsed(text).problems == ()
    assert faults(text) == []


@pytest.mark.parametrize("name", [name for name in BROKEN if name not in BEYOND_A_SCHEMA])
def test_a_broken_file_is_broken_by_it_too(name: str) -> None:
    told: Told = BROKEN[name]
    assert faults(told[0]) != []


def test_what_is_beyond_it_is_still_beyond_it() -> None:
    assert {name for name in BEYOND_A_SCHEMA if faults(BROKEN[name][0])} == set()


def test_every_action_is_an_alternative_that_its_name_chooses() -> None:
    alternatives = SCHEMA["properties"]["steps"]["items"]["oneOf"]
    chosen = [definition(one)["properties"]["action"]["const"] for one in alternatives]
    assert chosen == list(actions())
    for name, alternative in zip(actions(), alternatives, strict=True):
        keys = {field.alias or key for key, field in actions()[name].model_fields.items() if not field.exclude}
        assert set(definition(alternative)["properties"]) == keys
        assert definition(alternative)["description"]


def test_every_key_of_a_sequence_is_described() -> None:
    assert set(SCHEMA["properties"]) == {*Header.model_fields, "steps"}
    untold = [path for path, part in parts(SCHEMA) if part == {} and path[-1] != "value"]
    assert untold == []


def test_a_new_action_is_in_it_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    class Whistle(Step):
        """A tune."""

        action_name: ClassVar[str] = "whistle"
        tune: str

    extended = registry.actions() | {"whistle": Whistle}
    monkeypatch.setattr(schema_module, "actions", lambda: extended)
    validator = Draft202012Validator(sequence_schema())
    assert validator.is_valid(read_tree(step("id: a\naction: whistle\ntune: waltz")).values)
    assert not validator.is_valid(read_tree(step("id: a\naction: whistle")).values)


@given(st.from_regex(r"[ 0-9+mhdw]{0,8}", fullmatch=True))
def test_it_knows_a_length_of_time_when_it_sees_one(written: str) -> None:
    text = step(f"id: a\naction: wait_delay\ndelay: '{written}'")
    problems = [problem for problem in parsed(text).problems if "longer than ten years" not in problem.message]
    assert (faults(text) == []) == (problems == [])


@given(st.from_regex(r"[0-9:]{0,6}", fullmatch=True))
def test_it_knows_a_time_of_day_when_it_sees_one(written: str) -> None:
    text = top(f"window: {{at: '{written}'}}")
    assert (faults(text) == []) == (parsed(text).problems == ())


def test_it_is_written_once_and_again_only_where_it_differs(tmp_path: Path) -> None:
    write_schema(tmp_path / "state")
    file = tmp_path / "state" / FILE_NAME
    assert json.loads(file.read_text(encoding="utf-8")) == SCHEMA
    before = file.stat()
    write_schema(tmp_path / "state")
    assert file.stat() == before
    file.write_text("{}")
    write_schema(tmp_path / "state")
    assert json.loads(file.read_text(encoding="utf-8")) == SCHEMA


def definition(reference: dict[str, str]) -> dict[str, Any]:
    found: dict[str, Any] = SCHEMA["$defs"][reference["$ref"].removeprefix("#/$defs/")]
    return found


def parts(part: Any, path: tuple[Any, ...] = ()) -> Any:
    yield path, part
    for key, inner in part.items() if isinstance(part, dict) else enumerate(part) if isinstance(part, list) else ():
        yield from parts(inner, (*path, key))
