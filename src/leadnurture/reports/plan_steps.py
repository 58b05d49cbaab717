"""What differs between two versions of a sequence, step by step, with the words of letters line by line. Pure."""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import asdict, dataclass
from difflib import SequenceMatcher, unified_diff
from typing import Any

from leadnurture.reports.plan_values import KeyChange, header_changes, step_changes
from leadnurture.sequences.sequence import Sequence
from leadnurture.sequences.step import Step
from leadnurture.sequences.texts import Text, TextKind

Templates = Mapping[str, str]
_AROUND = 1  # lines shown around each change of a text


@dataclass(frozen=True)
class TextChange:
    """A longer text whose words differ: its key, its template if it has one, and a unified diff without a head."""

    key: str
    template: str | None
    diff: tuple[str, ...]


@dataclass(frozen=True)
class StepChange:
    """A step that differs. `changes` are of added, removed, renamed, moved, changed; `was` is its id before.

    `attachments` are files that it carries as before, and whose content is another one.
    """

    step: str
    changes: tuple[str, ...]
    was: str | None = None
    keys: tuple[KeyChange, ...] = ()
    texts: tuple[TextChange, ...] = ()
    attachments: tuple[str, ...] = ()

    def as_json(self) -> dict[str, Any]:
        """Return the documented keys."""
        return asdict(self)


@dataclass(frozen=True)
class WordsChange:
    """All that differs between two versions: the keys above the steps, and the steps, removed ones last."""

    keys: tuple[KeyChange, ...]
    steps: tuple[StepChange, ...]


def words_change(
    old: Sequence | None, new: Sequence | None, before: Templates, after: Templates, files: Collection[str] = ()
) -> WordsChange:
    """Return what differs; `before` and `after` are the words of the templates by name, None is no sequence at all.

    `files` are the attachments whose content differs.
    """
    keys = header_changes(old, new) if old and new else ()
    origins = _origins(old, new)
    moved = _moved(old, new, origins)
    steps = [
        _step(origins.get(step.id), step, before, after, files, moved=step.id in moved)
        for step in (new.steps if new else ())
    ]
    kept = {step.id for step in origins.values()}
    removed = [StepChange(step.id, ("removed",)) for step in (old.steps if old else ()) if step.id not in kept]
    return WordsChange(keys, tuple(step for step in [*steps, *removed] if step.changes))


def _origins(old: Sequence | None, new: Sequence | None) -> dict[str, Step]:
    """Return the old step that each new one is, by the new id; a step keeps its id or names it in `was`."""
    known = {step.id: step for step in (old.steps if old else ())}
    found = {step.id: known.get(step.was or step.id) or known.get(step.id) for step in (new.steps if new else ())}
    return {key: step for key, step in found.items() if step is not None}


def _moved(old: Sequence | None, new: Sequence | None, origins: Mapping[str, Step]) -> set[str]:
    """Return the fewest steps (or nearly) that one has to move to come from the old order to the new one."""
    order = [step.id for step in (new.steps if new else ()) if step.id in origins]
    names = {step.id: key for key, step in origins.items()}
    given = [names[step.id] for step in (old.steps if old else ()) if step.id in names]
    blocks = SequenceMatcher(None, given, order, autojunk=False).get_matching_blocks()
    return set(order) - {key for block in blocks for key in order[block.b : block.b + block.size]}


def _step(
    old: Step | None, new: Step, before: Templates, after: Templates, files: Collection[str], *, moved: bool
) -> StepChange:
    if old is None:
        return StepChange(new.id, ("added",))
    texts = tuple(_texts(old, new, before, after))
    long = frozenset(text.name for step in (old, new) for text in _long(step) if not text.template)
    keys = step_changes(old, new, without=long)
    carried = {name for _, name in old.files()}
    other = tuple(name for _, name in new.files() if name in files and name in carried)
    told = {"renamed": old.id != new.id, "moved": moved, "changed": bool(keys or texts or other)}
    changes = tuple(word for word, holds in told.items() if holds)
    return StepChange(new.id, changes, old.id if old.id != new.id else None, keys, texts, other)


def _texts(old: Step, new: Step, before: Templates, after: Templates) -> Iterator[TextChange]:
    """Yield the longer texts whose words differ; a letter may have moved from the step into a template."""
    given = {_part(text): (text, _words(text, before)) for text in _long(old)}
    there = {_part(text): (text, _words(text, after)) for text in _long(new)}
    for part in dict.fromkeys((*given, *there)):
        text = there.get(part, given.get(part, (None, "")))[0]
        words, now = (side[part][1] if part in side else "" for side in (given, there))
        if text is not None and words != now:
            yield TextChange(text.name, text.template, _difference(words, now))


def _long(step: Step) -> tuple[Text, ...]:
    return tuple(text for text in step.texts() if text.kind is not TextKind.LINE)


def _part(text: Text) -> str:
    return text.kind.value if text.kind is TextKind.LETTER else text.name


def _words(text: Text, templates: Templates) -> str:
    return templates.get(text.template, "") if text.template else text.words or ""


def _difference(old: str, new: str) -> tuple[str, ...]:
    lines = unified_diff(old.splitlines(), new.splitlines(), lineterm="", n=_AROUND)
    return tuple(lines)[2:]
