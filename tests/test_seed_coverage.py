"""What the specifications ask for has a home that exists, and their lists of words are the code's."""

import importlib
import json
import shutil
from collections.abc import Iterator
from enum import IntEnum
from pathlib import Path
from string import ascii_lowercase
from typing import Any

import pytest
import typer.main
from coverage_page import KINDS, Enumeration, Row, enumerations, homes, names_homes, rows
from json_reference import PAGE, documented
from pydantic_core import PydanticCustomError
from sqlmodel import SQLModel
from studios import studio_with_letters_due
from typer.testing import CliRunner

from leadnurture.cli.main import app
from leadnurture.config import Config
from leadnurture.crm.assignments import CUSTOM
from leadnurture.crm.fields import LEAD_FIELDS, STORED_FIELDS
from leadnurture.sequences.actions import actions
from leadnurture.sequences.file_life.schema import sequence_schema
from leadnurture.sequences.vocabulary import OPEN_NAMES, known_names

LATER = frozenset({"later: reports", "later: funnels", "later: capture", "later: ai", "later: inbox"})
LEADS = ("lead", "leads")


def commands() -> dict[str, set[str]]:
    """Return the options of every command."""
    return dict(_walk(typer.main.get_command(app), ""))


def _walk(command: object, path: str) -> Iterator[tuple[str, set[str]]]:
    inner = getattr(command, "commands", None)
    if inner is None:
        parameters = getattr(command, "params", [])
        yield path, {name for one in parameters for name in (*one.opts, *one.secondary_opts)}
        return
    for name, one in inner.items():
        yield from _walk(one, f"{path} {name}".strip())


def lost(kind: str, exists: Any) -> list[str]:
    """Return the homes of a kind that do not exist; there must be some of it."""
    named = homes(kind)
    assert named
    return [f"{row}: {name}" for row, name in named if not exists(name)]


def test_no_row_is_without_a_home() -> None:
    found = rows("name", "here", "how")
    assert len(found) > 600
    assert [str(row) for row in found if not _is_settled(row)] == []


def _is_settled(row: Row) -> bool:
    _, here, how = row.cells
    if here == "different":
        return len(how.split()) > 3  # how, and why
    return here in LATER or names_homes(here)


def test_every_kind_of_home_is_one_that_is_looked_up() -> None:
    assert {kind for kind in KINDS if homes(kind)} == set(KINDS)


@pytest.mark.parametrize("name", enumerations())
def test_a_list_of_words_is_the_code_s(name: str) -> None:
    one = enumerations()[name]
    if one.compared in LATER:
        assert (one.code, one.values, one.only_here) == ("", frozenset(), frozenset())
        return
    known = words_of(one)
    assert one.values | one.only_here == known
    assert one.values.isdisjoint(one.only_here)
    assert one.compared == ("more" if one.only_here else "equal")


def words_of(one: Enumeration) -> set[str]:
    module, _, name = f"leadnurture.{one.code}".rpartition(".")
    found = getattr(importlib.import_module(module), name)
    if name == "read_duration":
        return {letter for letter in ascii_lowercase if _is_unit(found, letter)}
    if isinstance(found, type):
        return {str(word.name).lower() if issubclass(found, IntEnum) else str(word.value) for word in found}
    if callable(found):
        return set(found())
    return set(found) if isinstance(found, dict) else {f"{low}-{high}" for low, high in found}


def _is_unit(read: Any, letter: str) -> bool:
    try:
        return bool(read(f"1{letter}"))
    except PydanticCustomError:
        return False


def test_every_column_is_in_the_database() -> None:
    columns = {f"{table.name}.{column.name}" for table in SQLModel.metadata.tables.values() for column in table.columns}
    assert lost("column", columns.__contains__) == []


def test_every_command_and_option_is_there() -> None:
    known = commands()
    assert lost("command", known.__contains__) == []

    def exists(name: str) -> bool:
        command, _, option = name.rpartition(" ")
        return option in known.get(command, ())

    assert lost("option", exists) == []


def test_every_field_can_be_set_by_hand() -> None:
    editable = {field.name for field in LEAD_FIELDS.values() if field.editable}
    assert lost("field", lambda name: name in editable or name.startswith(CUSTOM)) == []


def test_every_key_of_a_sequence_is_in_its_language() -> None:
    schema = sequence_schema()

    def exists(name: str) -> bool:
        head, _, key = name.partition(".")
        if head in actions():
            return key in actions()[head].model_fields
        return _has(schema, name.split("."), schema["$defs"])

    assert lost("YAML", exists) == []


def _has(schema: Any, path: list[str], definitions: Any) -> bool:
    """Tell whether a value of the schema may have the keys of a path, one inside the other; lists are looked into."""
    if not path:
        return True
    if "$ref" in schema:
        return _has(definitions[schema["$ref"].rpartition("/")[2]], path, definitions)
    own = schema.get("properties", {}).get(path[0])
    if own is not None and _has(own, path[1:], definitions):
        return True
    inner = [*schema.get("anyOf", ()), *schema.get("oneOf", ()), *([schema["items"]] if "items" in schema else ())]
    return any(_has(one, path, definitions) for one in inner)


def test_every_action_merge_field_setting_and_exit_code_is_there() -> None:
    assert lost("action", actions().__contains__) == []
    assert lost("merge field", {*known_names(), *(f"lead.{name}" for name in OPEN_NAMES)}.__contains__) == []
    sections = {name: field.annotation for name, field in Config.model_fields.items()}
    keys = {f"{name}.{key}" for name, model in sections.items() for key in getattr(model, "model_fields", ())}
    assert lost("setting", keys.__contains__) == []
    codes = PAGE.read_text(encoding="utf-8").partition("## Exit codes")[2]
    assert lost("exit code", lambda code: f"\n| {code} |" in codes) == []
    assert lost("envelope", lambda key: f'"{key}":' in PAGE.read_text(encoding="utf-8")) == []


def test_every_key_of_an_answer_is_documented() -> None:
    known = documented()

    def exists(name: str) -> bool:
        command, path = _key(name)
        if path[0] in LEADS and len(path) > 1 and command.startswith("lead "):
            return path[0] in known[command] and path[1] in {"id", *(field.name for field in STORED_FIELDS)}
        return command in known and set(_of_ours(path)) <= known[command]

    assert lost("JSON", exists) == []


def _key(name: str) -> tuple[str, list[str]]:
    command, _, path = name.partition(": ")
    return command, path.split(".")


def _of_ours(path: list[str]) -> list[str]:
    """Leave out what is below `metadata`, which is open."""
    return path[: path.index("metadata") + 1] if "metadata" in path else path


ANSWERS = {
    "lead show": ("lead", "show", "emma0"),
    "lead timeline": ("lead", "timeline", "emma0"),
    "lead list": ("lead", "list"),
    "lead add": ("lead", "add", "--email", "zoe@example.com", "--budget", "£9,000"),
    "lead set": ("lead", "set", "zoe@example.com", "estimated_guest_count=120"),
    "lead log": ("lead", "log", "emma0", "phone_call"),
    "lead convert": ("lead", "convert", "emma0", "--value", "£2,400"),
    "rule list": ("rule", "list"),
    "score show": ("score", "show", "emma0"),
    "score distribution": ("score", "distribution"),
    "source list": ("source", "list"),
    "sequence list": ("sequence", "list"),
    "sequence show": ("sequence", "show", "letter"),
    "sequence test": ("sequence", "test", "letter", "--lead", "emma0"),
    "sequence duplicate": ("sequence", "duplicate", "letter", "copy"),
    "sequence toggle": ("sequence", "toggle", "copy"),
    "sequence delete": ("sequence", "delete", "copy", "--yes"),
    "enrollment list": ("enrollment", "list"),
    "report overview": ("report", "overview"),
    "today": ("today",),
}


@pytest.fixture(scope="module")
def used(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A studio in which everything that is asked about has happened once."""
    root = studio_with_letters_due(tmp_path_factory.mktemp("used") / "studio", 1)
    said(root, "run", "--once")
    said(root, "lead", "log", "emma0", "email_received")
    said(root, "lead", "set", "emma0", "budget=£6,000")
    return root


def said(root: Path, *words: str) -> Any:
    done = CliRunner().invoke(app, ["--studio", str(root), *words, "--json"])
    assert done.exception is None, done.exception
    return json.loads(done.stdout)["data"]


def paths_of(value: Any, before: str = "") -> Iterator[str]:
    """Yield every path of keys; lists are looked into."""
    if isinstance(value, list):
        for one in value:
            yield from paths_of(one, before)
    elif isinstance(value, dict):
        for key, inner in value.items():
            path = f"{before}.{key}" if before else key
            yield path
            yield from paths_of(inner, path)


def test_every_key_of_an_answer_is_really_in_it(used: Path, tmp_path: Path) -> None:
    root = Path(shutil.copytree(used, tmp_path / "studio"))
    wanted: dict[str, set[str]] = {}
    for _, name in homes("JSON"):
        command, path = _key(name)
        wanted.setdefault(command, set()).add(".".join(path))
    assert set(wanted) == set(ANSWERS)
    missing = {command: wanted[command] - set(paths_of(said(root, *words))) for command, words in ANSWERS.items()}
    assert {command: keys for command, keys in missing.items() if keys} == {}
