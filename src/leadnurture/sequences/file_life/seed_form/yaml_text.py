"""Our keys as the text of a commented file. Pure."""

from collections.abc import Mapping, Sequence
from textwrap import indent, wrap
from typing import Any

from leadnurture.sequences.file_life.seed_form.steps import StepDraft
from leadnurture.sequences.file_life.written import entry

_HEAD = """\
# yaml-language-server: $schema=../.leadnurture/sequence.schema.json
#
# Imported from {origin}. It counts when you have run `leadnurture apply`.
"""
_REMARKS: Mapping[str, str] = {
    "active": "false: nobody starts, and who is half way waits",
    "default": "true: for couples whom no other sequence fits",
}
_ABOVE: Mapping[str, str] = {
    "enroll": "Who enters by itself: couples whom all of this begins to fit.",
    "stop_on": "What ends it early, at whatever step; opt_out and bounce always do.",
    "settings": "If a letter cannot be sent: how often it is tried again, and how much later.",
    "window": "When steps may happen, unless they say otherwise.",
}
_LONGEST = 110


def sequence_text(header: Mapping[str, Any], steps: Sequence[StepDraft], origin: str, left_out: Sequence[str]) -> str:
    """Return the whole file; what was left out stands in its head."""
    parts = [_HEAD.format(origin=origin)]
    parts += [_comment(f"Left out: {told}") for told in left_out]
    parts += ["\n"]
    for key, value in header.items():
        parts.append(_top(key, value))
    parts.append("\n# A delay counts from the step before, and from entering for the first one.\nsteps:\n")
    parts.append("\n".join(_step(draft) for draft in steps))
    return "".join(parts)


def _top(key: str, value: Any) -> str:
    above = f"\n{_comment(_ABOVE[key])}" if key in _ABOVE else ""
    remark = f"  # {_REMARKS[key]}" if key in _REMARKS else ""
    return f"{above}{entry(key, value, _LONGEST)}{remark}\n"


def _step(draft: StepDraft) -> str:
    lines = "\n".join(entry(key, value, _LONGEST) for key, value in draft.keys.items())
    remark = _comment(draft.remark) if draft.remark else ""
    return indent(remark, "  ") + "  - " + indent(lines, "    ").lstrip() + "\n"


def _comment(words: str) -> str:
    lines = [line for given in words.splitlines() for line in wrap(given, _LONGEST) or [""]]
    return "".join(f"# {line}".rstrip() + "\n" for line in lines)
