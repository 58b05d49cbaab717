"""A YAML text into a sequence, or into problems with their places."""

from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any, TypeVar, get_args

from pydantic import BaseModel, ValidationError

from leadnurture.crm.values import Reading
from leadnurture.sequences import flow
from leadnurture.sequences.actions import actions
from leadnurture.sequences.problems import Place, Problem, Severity
from leadnurture.sequences.sequence import Header, Sequence
from leadnurture.sequences.step import Step
from leadnurture.sequences.suggestions import nearest
from leadnurture.sequences.wording import unknown_key, worded
from leadnurture.sequences.yaml_tree import Path, Tree, read_tree

M = TypeVar("M", bound=BaseModel)
MOST_PROBLEMS = 100  # of one file; who has more mends these first
_LONGEST_MESSAGE = 300  # characters; what was given stands in it, and may be as long as the file


@dataclass(frozen=True)
class Parsed:
    """A file's sequence, if it has one, with the tree for later places and all problems."""

    file: str
    text: str
    tree: Tree
    sequence: Sequence | None
    problems: tuple[Problem, ...]

    def problem(self, path: Path, message: str, hint: str | None = None) -> Problem:
        """Return a problem at a path of the file."""
        return _problem(self.file, self.text, self.tree.place_of(path), message, hint)

    def warning(self, path: Path, message: str, hint: str | None = None) -> Problem:
        """Return something at a path of the file that is probably not meant."""
        return replace(self.problem(path, message, hint), severity=Severity.WARNING)


def parse(text: str, file: str, identity: str, reading: Reading) -> Parsed:
    """Read a sequence file; `identity` is the sequence's id, `reading` says what amounts and dates in it mean."""
    tree = read_tree(text)
    problems = [_problem(file, text, place, message) for place, message in tree.faults[:MOST_PROBLEMS]]
    if problems:
        return Parsed(file, text, tree, None, tuple(problems))
    if not isinstance(tree.values, dict):
        problems = [_problem(file, text, Place(), "a sequence is a list of keys such as 'name:' and 'steps:'")]
        return Parsed(file, text, tree, None, tuple(problems))
    found = _Finder(file, text, tree, reading)
    sequence = None
    with suppress(_TooManyError):
        sequence = found.sequence(identity)
    return Parsed(file, text, tree, None if found.problems else sequence, tuple(found.problems))


def _problem(file: str, text: str, place: Place, message: str, hint: str | None = None) -> Problem:
    lines = _lines(text)
    line = lines[place.line - 1] if 0 < place.line <= len(lines) else ""
    if len(message) > _LONGEST_MESSAGE:
        half = _LONGEST_MESSAGE // 2
        message = f"{message[:half]} … {message[-half:]}"
    return Problem(file, place, message, hint, text=line)


@lru_cache(maxsize=2)
def _lines(text: str) -> list[str]:
    return text.splitlines()


class _TooManyError(Exception):
    """A file has so many problems that telling more of them helps nobody."""


class _Finder:
    """Reads a tree part by part, so that one broken step does not hide the next one's problems."""

    def __init__(self, file: str, text: str, tree: Tree, reading: Reading) -> None:
        self.file, self.text, self.tree = file, text, tree
        self.context = {"reading": reading}
        self.problems: list[Problem] = []

    def sequence(self, identity: str) -> Sequence | None:
        values = dict(self.tree.values)
        given = values.pop("steps", None)
        header = self._model(Header, values, ())
        steps = self._steps(given)
        self._require_unique(steps)
        if header is None or self.problems:
            return None
        for number, path, message, hint in flow.faults_of(steps):
            self._say(("steps", number, *path), message, hint)
        if self.problems:
            return None
        fields = {name: getattr(header, name) for name in Header.model_fields}
        return Sequence.model_construct(id=identity, steps=tuple(steps), **fields)

    def _steps(self, given: Any) -> list[Step]:
        if not isinstance(given, list) or not given:
            where: Path = ("steps",) if "steps" in self.tree.values else ()
            self._say(
                where, "a sequence needs 'steps', a list with at least one step", "start with:\nsteps:\n  - id: welcome"
            )
            return []
        read = [self._step(values, ("steps", number)) for number, values in enumerate(given)]
        return [step for step in read if step is not None]

    def _step(self, values: Any, path: Path) -> Step | None:
        if not isinstance(values, dict):
            self._say(path, "a step is a list of keys such as 'id:' and 'action:'")
            return None
        name = values.get("action")
        if name is None:
            self._say(path, "the step has no 'action'", f"one of: {', '.join(actions())}")
            return None
        model = actions().get(str(name))
        if model is None:
            near = nearest(str(name), actions())
            hint = f"did you mean '{near}'?" if near else f"one of: {', '.join(actions())}"
            self._say((*path, "action"), f"unknown action '{name}'", hint)
            return None
        return self._model(model, values, path)

    def _require_unique(self, steps: Iterable[Step]) -> None:
        seen: dict[str, int] = {}
        given = self.tree.values.get("steps")
        for number, values in enumerate(given if isinstance(given, list) else ()):
            key = values.get("id") if isinstance(values, dict) else None
            if isinstance(key, str) and key in seen:
                first = self.tree.place_of(("steps", seen[key], "id")).line
                self._say(("steps", number, "id"), f"two steps have the id '{key}'; the first is in line {first}")
            elif isinstance(key, str):
                seen[key] = number
        former: set[str] = set()
        for step in steps:
            if step.was is not None and step.was in former:
                self._say(("steps", seen[step.id], "was"), f"two steps were '{step.was}' once; only one can be")
            former |= {step.was} if step.was else set()
            if step.was is not None and step.was in seen:
                self._say(("steps", seen[step.id], "was"), f"'{step.was}' is still the id of another step")

    def _model(self, model: type[M], values: Mapping[str, Any], path: Path) -> M | None:
        try:
            return model.model_validate(values, context=self.context)
        except ValidationError as error:
            for item in error.errors(include_url=False):
                self._tell(model, path, dict(item))
            return None

    def _tell(self, model: type[BaseModel], path: Path, item: dict[str, Any]) -> None:
        where = self._existing((*path, *item["loc"]))
        if item["type"] == "extra_forbidden":
            known = _keys_at(model, where[len(path) : -1])
            self._say(where, *unknown_key(str(where[-1]), known), key=True)
        elif item["type"] == "missing":
            self._say(where, f"'{item['loc'][-1]}' is missing")
        else:
            self._say(where, *worded(item, where))

    def _existing(self, loc: Path) -> Path:
        """Leave out the parts that Pydantic adds for alternatives: only what stands in the file has a place."""
        path: Path = ()
        for part in loc:
            if (*path, part) in self.tree.places:
                path = (*path, part)
        return path

    def _say(self, path: Path, message: str, hint: str | None = None, *, key: bool = False) -> None:
        place = self.tree.keys.get(path) if key else None
        problem = _problem(self.file, self.text, place or self.tree.place_of(path), message, hint)
        if problem not in self.problems:
            self.problems.append(problem)
        if len(self.problems) == MOST_PROBLEMS:
            raise _TooManyError


def _keys_at(model: type[BaseModel], path: Path) -> list[str]:
    """Return the keys that the model at a path below `model` knows."""
    for part in path:
        if isinstance(part, str):
            field = next((f for name, f in model.model_fields.items() if part in {name, f.alias}), None)
            inner = _models_in(field.annotation) if field else []
            model = inner[0] if inner else model
    own = [field.alias or name for name, field in model.model_fields.items() if not field.exclude]
    return [*own, "steps"] if model is Header else own


def _models_in(annotation: Any) -> list[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return [annotation]
    return [model for part in get_args(annotation) for model in _models_in(part)]
