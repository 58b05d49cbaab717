"""Plain values as the YAML that a person would write for them. Pure."""

import re
import sys
from typing import Any

import yaml

_LIKE_A_NUMBER = re.compile(r"[-+]?\.?\d[\d.eE+-]*")
_OPPOSITES = (("true", "false"), ("yes", "no"), ("on", "off"), ("y", "n"), ("t", "f"), ("1", "0"))


class _Writer(yaml.SafeDumper):
    """Quotes what our dialect, stricter than YAML 1.1, would read as a number; never writes an alias."""

    def ignore_aliases(self, data: Any) -> bool:  # noqa: ARG002
        return True


def _text(writer: _Writer, words: str) -> yaml.ScalarNode:
    own = '"' if _LIKE_A_NUMBER.fullmatch(words) else "|" if "\n" in words else None
    style = writer.default_style or own
    return writer.represent_scalar("tag:yaml.org,2002:str", words, style=style)


_Writer.add_representer(str, _text)


def scalar(words: str, *, flow: bool = False) -> str:
    """Return one line of YAML that reads as these words; inside `{…}` they are always quoted."""
    style = '"' if flow or "\n" in words else None
    return _dumped(words, style=style)


def entry(key: str, value: Any, longest: int) -> str:
    """Return `key: value` in one line; texts of several lines and longer records over as many lines as they need."""
    if isinstance(value, str) and "\n" in value:
        return _dumped({key: value}, flow=False)
    short = f"{key}: {_dumped(value, flow=True)}"
    return _dumped({key: value}, flow=None) if len(short) > longest and isinstance(value, dict | list) else short


def flag(value: bool, *, like: str = "true") -> str:
    """Return a truth value in the words, case and quotes of another: like `Yes`, no is `No`."""
    quote = like[:1] if like[:1] in {"'", '"'} else ""
    bare = like.strip("'\"")
    pair = next((pair for pair in _OPPOSITES if bare.lower() in pair), _OPPOSITES[0])
    word = pair[0] if value else pair[1]
    cased = word.upper() if bare.isupper() and len(bare) > 1 else word.capitalize() if bare[:1].isupper() else word
    return f"{quote}{cased}{quote}"


def _dumped(value: Any, *, style: str | None = None, flow: bool | None = False) -> str:
    written = yaml.dump(
        value,
        Dumper=_Writer,
        default_style=style,
        default_flow_style=flow,
        allow_unicode=True,
        sort_keys=False,
        width=sys.maxsize,
    )
    return str(written).removesuffix("\n").removesuffix("\n...")
