"""`opened` and `clicked`, the clauses about mails of the walk itself: finding them in whatever a step consists of."""

from collections.abc import Iterator

from pydantic import BaseModel

from leadnurture.sequences.condition import Condition
from leadnurture.sequences.yaml_tree import Path

CLAUSES = ("opened", "clicked")


def mails_asked(part: object, path: Path = ()) -> Iterator[tuple[Path, bool | list[str]]]:
    """Yield each clause about mails in the conditions inside a part of the language: its path, and what it asks."""
    if isinstance(part, BaseModel):
        for name, field in type(part).model_fields.items():
            value, inner = getattr(part, name), (*path, field.alias or name)
            if isinstance(part, Condition) and name in CLAUSES and value is not None:
                yield inner, value
            else:
                yield from mails_asked(value, inner)
    elif isinstance(part, list | tuple):
        for number, one in enumerate(part):
            yield from mails_asked(one, (*path, number))
