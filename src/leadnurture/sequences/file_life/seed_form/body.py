"""The text of a JSON file into the body of one sequence."""

import json
from typing import Any, NoReturn

from leadnurture.sequences.file_life.seed_form.ledger import Fault, SeedFormError
from leadnurture.sequences.yaml_tree import LARGEST


def read_body(text: str) -> dict[str, Any]:
    """Return the sequence in a JSON text: the body itself, or the `data` of an answer that holds it.

    Raises SeedFormError with the line and column for what is no JSON, and for a key that is there twice.
    """
    if len(text) > LARGEST:
        _refuse(f"the file has {len(text):,} characters; a sequence has at most {LARGEST:,}")
    try:
        body = json.loads(text.removeprefix("\ufeff"), object_pairs_hook=_once, parse_constant=_no_number)
    except json.JSONDecodeError as error:
        _refuse(f"line {error.lineno}, column {error.colno}: this is no JSON: {error.msg}")
    except RecursionError:
        _refuse("it is nested too deeply")
    if isinstance(body, dict) and "success" in body and isinstance(body.get("data"), dict):
        body = body["data"]
    if not isinstance(body, dict):
        _refuse("a sequence is one object {…} with 'name' and 'steps'")
    return body


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    keys = [key for key, _ in pairs]
    for key in keys:
        if keys.count(key) > 1:
            _refuse(f"'{key}' is twice in one object")
    return dict(pairs)


def _no_number(name: str) -> NoReturn:
    _refuse(f"{name} is no number")


def _refuse(why: str) -> NoReturn:
    raise SeedFormError([Fault("$", why)])
