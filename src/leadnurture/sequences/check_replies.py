"""Whether a step asks for a reply where a reply has ended the walk before it could be asked."""

from collections.abc import Iterator

from pydantic import BaseModel

from leadnurture.config import Config
from leadnurture.sequences.condition import Condition
from leadnurture.sequences.folder import Draft
from leadnurture.sequences.problems import Problem
from leadnurture.sequences.sequence import Sequence
from leadnurture.sequences.yaml_tree import Path


def replies_never_seen(draft: Draft, sequence: Sequence, _: Config) -> Iterator[Problem]:
    """Yield a warning for each `replied: true` that must hold in a sequence that ends with a reply."""
    if "reply" not in sequence.stops:
        return
    for number, step in enumerate(sequence.steps):
        for path in _required(step, ("steps", number)):
            hint = "to ask for replies, leave 'reply' out of stop_on: stop_on: [conversion, opt_out, bounce, lost]"
            yield draft.parsed.warning(path, "this never holds: a reply ends the sequence (stop_on)", hint)


def _required(part: object, path: Path) -> Iterator[Path]:
    """Yield the places at which a part of the language requires a reply; alternatives and negations do not."""
    if isinstance(part, Condition):
        if part.replied:
            yield (*path, "replied")
        yield from _required(part.all_of, (*path, "all"))
    elif isinstance(part, BaseModel):
        for name, field in type(part).model_fields.items():
            yield from _required(getattr(part, name), (*path, field.alias or name))
    elif isinstance(part, list | tuple):
        for number, one in enumerate(part):
            yield from _required(one, (*path, number))
