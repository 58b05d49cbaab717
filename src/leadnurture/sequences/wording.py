"""What a model refuses, in words for the photographer: the message, and a hint where there is one."""

from collections.abc import Sequence
from typing import Any

from leadnurture.sequences.suggestions import nearest


def unknown_key(key: str, known: Sequence[str]) -> tuple[str, str]:
    """Return what to say of a key that is not one of the known ones."""
    near = nearest(key, known)
    hint = f"did you mean '{near}'?" if near else f"known here: {', '.join(known)}"
    return (
        f"unknown key '{key}'",
        "YAML's merge keys are not part of the language; write it out" if key == "<<" else hint,
    )


def worded(item: dict[str, Any], where: Sequence[str | int]) -> tuple[str, str | None]:
    """Return what to say of one of Pydantic's errors, which stands at a path of the file."""
    given, kind = item.get("input"), item["type"]
    if kind in {"enum", "literal_error"}:
        return _no_such_word(str(given), str(item.get("ctx", {}).get("expected", ""))), None
    message, hint = str(item["msg"]).removeprefix("Value error, "), None
    if kind == "string_pattern_mismatch":  # of all texts, only ids have a pattern
        message = (
            f"'{given}' is no id: small letters, digits, '-' and '_', a letter or digit first, at most 100 of them"
        )
    elif kind == "string_type" and isinstance(given, int | float):
        hint = _in_quotes(given)
    name = where[-1] if where and isinstance(where[-1], str) else ""
    return (f"'{name}': {message}" if name and isinstance(given, str | int | float | bool) else message), hint


def _no_such_word(given: str, expected: str) -> str:
    words = expected.replace(" or ", ", ").replace("'", "")
    near = nearest(given, words.split(", "))
    return f"'{given}' is none of {words}" + (f"; did you mean '{near}'?" if near else "")


def _in_quotes(given: float) -> str:
    kind, word = ("truth", str(given).lower()) if isinstance(given, bool) else ("number", str(given))
    return f'YAML takes this for a {kind}; in quotes it is a text: "{word}"'
