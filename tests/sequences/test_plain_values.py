"""What a word in a file is: only plain numbers, truths and nothing are more than text."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sequence_texts import right, step, top

from leadnurture.sequences.problems import Place
from leadnurture.sequences.yaml_tree import read_tree

TEXTS = ["no", "yes", "on", "off", "y", "2027-06-14", "09:00", "12:30:45", "1_000", "0x1F", "1e3", ".inf", "NO", "007a"]
VALUES = {
    "true": True,
    "True": True,
    "false": False,
    "null": None,
    "~": None,
    "": None,
    "12": 12,
    "-3": -3,
    "+4": 4,
    "1.5": 1.5,
    ".5": 0.5,
    "'12'": "12",
    '"true"': "true",
    "''": "",
}


@pytest.mark.parametrize("word", TEXTS)
def test_what_only_old_yaml_takes_for_more_stays_a_text(word: str) -> None:
    assert _read(word) == word


@pytest.mark.parametrize(("word", "value"), VALUES.items())
def test_numbers_truths_and_nothing_are_values_unless_they_are_quoted(word: str, value: object) -> None:
    read = _read(word)
    assert (read, type(read)) == (value, type(value))


def test_a_block_is_a_text_whatever_it_says() -> None:
    assert read_tree("words: |\n  12\n").values == {"words": "12\n"}


@given(st.integers(-(10**17), 10**17))
def test_every_whole_number_is_itself(number: int) -> None:
    assert _read(str(number)) == number


def _read(word: str) -> Any:
    tree = read_tree(f"word: {word}\n")
    assert tree.faults == []
    return tree.values["word"]


def test_a_tag_may_be_called_no() -> None:
    (tagging,) = right(step("id: a\naction: add_lead_tag\ntag: no")).steps
    assert tagging.model_dump()["tag"] == "no"


def test_an_unquoted_time_and_date_are_read_by_their_keys() -> None:
    sequence = right(
        top("window: {at: 09:00}\nenroll: {when: {fields: [{field: date, operator: less_than, value: 2027-06-14}]}}")
    )
    assert sequence.enroll.when is not None
    assert sequence.enroll.when.fields is not None
    assert str(sequence.window.opens) == "09:00:00"
    assert str(sequence.enroll.when.fields[0].expected) == "2027-06-14"


def test_a_key_without_a_value_is_as_good_as_none() -> None:
    assert right(top("description:")).description is None


def test_a_delay_of_zero_needs_no_unit() -> None:
    assert not right(step("id: a\naction: change_status\nstatus: contacted\ndelay: 0")).steps[0].delay


def test_every_value_and_key_remembers_where_it_stood() -> None:
    tree = read_tree("name: Welcome\nsteps:\n  - id: a\n    tags: [x, y]\n")
    assert tree.place_of(("steps", 0, "tags", 1)) == Place(4, 15)
    assert tree.keys["steps", 0, "tags"] == Place(4, 5)


def test_what_is_not_there_has_the_place_of_what_is_around_it() -> None:
    tree = read_tree("name: Welcome\nsteps:\n  - id: a\n")
    assert tree.place_of(("steps", 0, "action")) == Place(3, 5)
