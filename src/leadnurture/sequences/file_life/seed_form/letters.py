"""Beginnings of letters, for templates that a body names and the studio has not."""

from collections.abc import Collection

from leadnurture.sequences.check_unfinished import UNFINISHED
from leadnurture.sequences.file_life.seed_form.words import snake

_LETTER = """\
{{# {remark}: `leadnurture sequence import` began it, because the studio had no {template}.
   Write it, keep what you need of the lines below, and take this remark out. `leadnurture sequence check` tells which
   merge fields can be empty for a couple, and asks for other words behind `or`. #}}
Dear {{{{ lead.couple_names }}}},

{facts}{{{{ owner.name }}}}
"""


def beginning(template: str, personalization: Collection[str]) -> str:
    """Return a letter that can be sent and is visibly short of words: a greeting, each personalization, a name.

    It passes the check with warnings: it is not finished, and its greeting has no other words behind `or`.
    """
    lines = [f"- {_label(key)}: {{{{ {key} }}}}\n" for key in personalization]
    return _LETTER.format(remark=UNFINISHED, template=template, facts="".join([*lines, "\n"]) if lines else "")


def _label(key: str) -> str:
    return snake(key).replace("_", " ").capitalize()
