"""Changing one key of a file leaves every other byte as it was, or is refused."""

from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st
from sequence_texts import STEPS, parsed, right

from leadnurture.founding import playbooks
from leadnurture.sequences.file_life.copying import BadNameError, duplicate
from leadnurture.sequences.file_life.identity import BadIdentityError, SequenceExistsError
from leadnurture.sequences.file_life.source_file import ChangedUnderneathError, NotTextError, SourceFile
from leadnurture.sequences.file_life.splicing import NotEditableError, with_value
from leadnurture.sequences.file_life.switching import switch
from leadnurture.sequences.folder import Folder
from leadnurture.sequences.yaml_tree import read_tree

PLAYBOOKS = {path.stem: path.read_text(encoding="utf-8") for path in sorted(playbooks().glob("*.yaml"))}
STEP = "steps: [{id: a, action: wait_delay, delay: 1d}]"

SWITCHED: dict[str, tuple[str, str]] = {
    "a remark behind it": ("name: x\nactive: true   # why\nsteps: []\n", "name: x\nactive: false   # why\nsteps: []\n"),
    "its own words": ("name: x\nactive: Yes\n", "name: x\nactive: No\n"),
    "in quotes": ("name: x\n'active': \"on\"\n", "name: x\n'active': \"off\"\n"),
    "in capitals": ("name: x\nactive: TRUE\n", "name: x\nactive: FALSE\n"),
    "off already": ("name: x\nactive: off # later\n", "name: x\nactive: on # later\n"),
    "in one line": ("{name: x, active: true, steps: []}", "{name: x, active: false, steps: []}"),
    "in one line, not said": ("{name: 'x', steps: []} # end", "{name: 'x', active: false, steps: []} # end"),
    "CRLF": ("name: x\r\nactive: true\r\nsteps: []\r\n", "name: x\r\nactive: false\r\nsteps: []\r\n"),
    "no end of the last line": ("name: x\nactive: true", "name: x\nactive: false"),
    "not said": (
        "# top\nname: x  # shown\n\n# why\nsteps: []\n",
        "# top\nname: x  # shown\nactive: false\n\n# why\nsteps: []\n",
    ),
    "not said, with a description": (
        "name: x\ndescription: 'y'\nsteps: []\n",
        "name: x\ndescription: 'y'\nactive: false\nsteps: []\n",
    ),
    "not said, CRLF": ("name: x\r\nsteps: []\r\n", "name: x\r\nactive: false\r\nsteps: []\r\n"),
    "not said, in the last line": ("steps: []\nname: x", "steps: []\nname: x\nactive: false"),
    "not said, in the last line, CRLF": ("steps: []\r\nname: x", "steps: []\r\nname: x\r\nactive: false"),
    "behind a text of many lines": (
        "name: x\ndescription: >\n  one\n  two\n\n# why\nsteps: []\n",
        "name: x\ndescription: >\n  one\n  two\n\nactive: false\n# why\nsteps: []\n",
    ),
    "behind a name of two lines": ("name: one\n  two\nsteps: []\n", "name: one\n  two\nactive: false\nsteps: []\n"),
    "indented": ("  name: x\n  steps: []\n", "  name: x\n  active: false\n  steps: []\n"),
    "keys in question form": ("? name\n: x\n? steps\n: []\n", "? name\n: x\nactive: false\n? steps\n: []\n"),
    "beyond ASCII": ("name: Zoë 💍\nactive: true # né\n", "name: Zoë 💍\nactive: false # né\n"),
}

REFUSED: dict[str, str] = {
    "not YAML": "name: [\n",
    "a list": "- name: x\n",
    "an alias": "name: &a x\ndescription: *a\n",
    "twice": "name: x\nactive: true\nactive: false\n",
    "no truth": "name: x\nactive: maybe\n",
    "nothing behind it": "name: x\nactive:\n",
    "no name to stand behind": "steps: []\n",
}


def source_of(tmp_path: Path, text: str | bytes, name: str = "welcome.yaml") -> SourceFile:
    path = tmp_path / name
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return SourceFile.read(path)


@pytest.mark.parametrize(("before", "after"), SWITCHED.values(), ids=SWITCHED.keys())
def test_switching_changes_one_word_or_adds_one_line(tmp_path: Path, before: str, after: str) -> None:
    source = source_of(tmp_path, before)
    switched = switch(source, None)
    assert source.path.read_bytes() == after.encode()
    assert switched.changed
    assert switched.active is (read_tree(after).values["active"] in {True, "on"})


@pytest.mark.parametrize("text", REFUSED.values(), ids=REFUSED.keys())
def test_a_layout_that_cannot_be_switched_is_refused_and_left_alone(tmp_path: Path, text: str) -> None:
    source = source_of(tmp_path, text)
    with pytest.raises(NotEditableError) as refused:
        switch(source, None)
    assert refused.value.hint == "change it in your editor"
    assert source.path.read_bytes() == text.encode()


def test_what_is_so_already_is_not_written_again(tmp_path: Path) -> None:
    source = source_of(tmp_path, "name: x\n")
    before = source.path.stat()
    assert not switch(source, wanted=True).changed
    assert source.path.stat() == before


def test_a_byte_order_mark_stays(tmp_path: Path) -> None:
    source = source_of(tmp_path, b"\xef\xbb\xbfname: x\nactive: true\n")
    switch(source, wanted=False)
    assert source.path.read_bytes() == b"\xef\xbb\xbfname: x\nactive: false\n"


def test_what_is_no_text_is_refused(tmp_path: Path) -> None:
    with pytest.raises(NotTextError, match="byte 6"):
        switch(source_of(tmp_path, b"name: \xff\n"), None)


@pytest.mark.parametrize("name", PLAYBOOKS)
def test_a_playbook_that_is_switched_twice_is_byte_for_byte_what_it_was(tmp_path: Path, name: str) -> None:
    source = source_of(tmp_path, PLAYBOOKS[name])
    assert not switch(source, None).active
    off = SourceFile.read(source.path)
    assert len(off.content) == len(source.content) + 1  # false is a letter longer than true
    assert switch(off, None).active
    assert source.path.read_bytes() == source.content


SCALARS = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=30)
VALUES = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=6), inner, max_size=3),
    max_leaves=8,
)
FILES = st.fixed_dictionaries(
    {"name": st.text(min_size=1, max_size=40).filter(str.strip)},
    optional={"description": st.text(max_size=60), "active": st.booleans(), "steps": VALUES, "x": VALUES},
)
LAYOUTS = st.fixed_dictionaries(
    {
        "default_flow_style": st.sampled_from([None, True, False]),
        "default_style": st.sampled_from([None, "'", '"', "|", ">"]),
        "line_break": st.sampled_from(["\n", "\r\n"]),
        "indent": st.integers(2, 6),
        "width": st.sampled_from([20, 80, 1000]),
        "allow_unicode": st.booleans(),
        "explicit_start": st.booleans(),
    }
)


def written(values: dict[str, Any], layout: dict[str, Any], cut: bool) -> str:
    text = yaml.safe_dump(values, sort_keys=False, **layout)
    return text.rstrip() if cut else text


def is_ours(text: str) -> bool:
    tree = read_tree(text)
    return not tree.faults and isinstance(tree.values, dict) and isinstance(tree.values.get("name"), str)


@given(FILES, LAYOUTS, st.booleans())
def test_any_file_switches_in_place_and_back_or_is_refused(values: Any, layout: Any, cut: bool) -> None:
    text = written(values, layout, cut)
    if not is_ours(text):
        return
    before = read_tree(text).values
    for wanted in (False, True, False):
        try:
            new = with_value(text, "active", wanted, after=("description", "name"))
        except NotEditableError:
            return
        assert read_tree(new).values == before | {"active": wanted}
        back = with_value(with_value(new, "active", not wanted), "active", wanted)
        assert back == new


@given(
    FILES, LAYOUTS, st.booleans(), st.text(min_size=1, max_size=40).filter(str.isprintable).map(str.strip).filter(bool)
)
def test_any_file_takes_another_name_and_keeps_the_rest(values: Any, layout: Any, cut: bool, name: str) -> None:
    text = written(values, layout, cut)
    if not is_ours(text):
        return
    try:
        new = with_value(text, "name", name)
    except NotEditableError:
        return
    assert read_tree(new).values == read_tree(text).values | {"name": name}


@pytest.mark.parametrize(
    "name", ["Plain", "it's: #1", "no", "42", "08", "1.5e5", "- x", "'quoted'", "a, b]}", "é💍", "~", "%a"]
)
@pytest.mark.parametrize("text", [f"name: x # here{STEPS}", f"{{name: x, {STEP}}}", f"name: >-\n  x\n{STEPS.lstrip()}"])
def test_any_name_is_written_so_that_it_reads_as_it_was_given(text: str, name: str) -> None:
    assert right(with_value(text, "name", name)).name == name


@pytest.mark.parametrize("name", PLAYBOOKS)
def test_a_duplicate_is_the_original_but_for_its_name(folder: Folder, name: str) -> None:
    source = source_of(folder.sequences, PLAYBOOKS[name], f"{name}.yaml")
    told = duplicate(source, folder, "copy")
    copy = (folder.sequences / "copy.yaml").read_text(encoding="utf-8")
    original = right(PLAYBOOKS[name])
    assert told == f"{original.name} - Copy"
    assert right(copy).model_dump() == original.model_dump() | {"name": told}
    differing = [
        pair for pair in zip(copy.splitlines(), PLAYBOOKS[name].splitlines(), strict=True) if pair[0] != pair[1]
    ]
    assert differing == [(f"name: {told}", f"name: {original.name}")]
    assert source.path.read_bytes() == source.content


def test_a_duplicate_of_an_inactive_sequence_is_inactive(folder: Folder) -> None:
    source = source_of(folder.sequences, f"name: x\nactive: false{STEPS}")
    duplicate(source, folder, "copy", "Mine")
    assert (folder.sequences / "copy.yaml").read_text() == f"name: Mine\nactive: false{STEPS}"


@pytest.mark.parametrize("identity", ["Copy", "a b", "../copy", ".copy", "-x", "", "x" * 101, "copy.yaml", "zoë"])
def test_a_name_that_is_no_id_is_refused(folder: Folder, identity: str) -> None:
    source = source_of(folder.sequences, f"name: x{STEPS}")
    with pytest.raises(BadIdentityError):
        duplicate(source, folder, identity)
    assert len(folder.files()) == 1


def test_an_id_that_cannot_be_suggests_one_that_can() -> None:
    assert BadIdentityError("Élan & Co.").hint == "such as: elan-co"


@pytest.mark.parametrize("ending", [".yaml", ".yml"])
def test_nothing_is_overwritten(folder: Folder, ending: str) -> None:
    source = source_of(folder.sequences, f"name: x{STEPS}")
    (folder.sequences / f"taken{ending}").write_text("mine")
    with pytest.raises(SequenceExistsError):
        duplicate(source, folder, "taken")
    assert (folder.sequences / f"taken{ending}").read_text() == "mine"


@pytest.mark.parametrize("name", ["", "  ", "two\nlines", "x" * 501])
def test_a_name_is_one_line(folder: Folder, name: str) -> None:
    source = source_of(folder.sequences, f"name: x{STEPS}")
    with pytest.raises(BadNameError):
        duplicate(source, folder, "copy", name)


def test_a_file_without_a_name_has_no_duplicate(folder: Folder) -> None:
    with pytest.raises(NotEditableError, match="no 'name'"):
        duplicate(source_of(folder.sequences, STEPS), folder, "copy")


def test_an_original_that_changed_meanwhile_is_not_copied(folder: Folder) -> None:
    source = source_of(folder.sequences, f"name: x{STEPS}")
    source.path.write_text("name: another\n")
    with pytest.raises(ChangedUnderneathError):
        duplicate(source, folder, "copy")
    assert not (folder.sequences / "copy.yaml").exists()


def test_the_texts_of_these_tests_are_what_they_seem() -> None:
    assert parsed(f"{{name: x, {STEP}}}").problems == ()
