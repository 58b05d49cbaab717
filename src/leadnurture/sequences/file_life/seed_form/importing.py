"""A sequence in the first seed's form becomes a file of ours, with beginnings of the letters that it lacks."""

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import chain
from typing import Any

from leadnurture.crm.values import Reading
from leadnurture.sequences.file_life.identity import free_path, make_sequence, slug
from leadnurture.sequences.file_life.seed_form.header import read_header
from leadnurture.sequences.file_life.seed_form.ledger import Fault, Ledger, SeedFormError, Spot, shown
from leadnurture.sequences.file_life.seed_form.letters import beginning
from leadnurture.sequences.file_life.seed_form.steps import StepDraft, read_steps
from leadnurture.sequences.file_life.seed_form.yaml_text import sequence_text
from leadnurture.sequences.file_life.source_file import write_new
from leadnurture.sequences.folder import Folder
from leadnurture.sequences.parse import Parsed, parse
from leadnurture.sequences.problems import Problem
from leadnurture.sequences.yaml_tree import Path as TreePath


@dataclass(frozen=True)
class Translated:
    """A body in our language: the file's text, the letters that it names, and what was left out."""

    text: str
    personalization: Mapping[str, Mapping[str, str]]  # by template
    left_out: tuple[str, ...]


@dataclass(frozen=True)
class Imported:
    """What was made; `kept` are templates that were there."""

    identity: str
    made: tuple[str, ...]
    kept: tuple[str, ...]
    left_out: tuple[str, ...]


def translate(body: Mapping[str, Any], origin: str, reading: Reading) -> Translated:
    """Return a body as the text of a file; raises SeedFormError with the JSON path of everything that is wrong."""
    ledger = Ledger()
    spot = Spot(ledger, (), body)
    header = read_header(spot)
    steps = read_steps(spot.at("steps")) if "steps" in body else []
    if ledger.faults:
        raise SeedFormError(ledger.faults)
    text = sequence_text(header, steps, origin, ledger.left_out)
    parsed = parse(text, "sequence", "sequence", reading)
    if parsed.problems:
        raise SeedFormError([_fault(problem, parsed, ledger) for problem in parsed.problems])
    return Translated(text, _letters(steps), tuple(ledger.left_out))


def import_sequence(
    body: Mapping[str, Any], origin: str, folder: Folder, reading: Reading, identity: str | None = None
) -> Imported:
    """Write a body as a sequence file; its id is the given one, else comes from its name. Nothing is overwritten.

    Raises SeedFormError, BadIdentityError, SequenceExistsError or ConfigurationError; then no sequence was made.
    """
    translated = translate(body, origin, reading)
    path = free_path(folder, identity or slug(str(body.get("name"))))
    made = []
    for name, personalization in translated.personalization.items():
        if _begun(folder, name, personalization):
            made.append(name)
    make_sequence(folder, path, translated.text.encode())
    kept = tuple(name for name in translated.personalization if name not in made)
    return Imported(path.stem, tuple(made), kept, translated.left_out)


def _begun(folder: Folder, template: str, personalization: Mapping[str, str]) -> bool:
    try:
        path = folder.beside(template)
    except ValueError as error:
        raise SeedFormError([Fault("steps", f"template '{template}': {error}")]) from None
    try:
        write_new(path, beginning(template, personalization).encode())
    except FileExistsError:
        return False
    return True


def _letters(steps: list[StepDraft]) -> dict[str, Mapping[str, str]]:
    """Return the templates that steps name, each with all personalization that is given to it."""
    found: dict[str, Mapping[str, str]] = {}
    for step in steps:
        template = step.keys.get("template")
        if isinstance(template, str):
            found[template] = {**found.get(template, {}), **step.personalization}
    return found


def _fault(problem: Problem, parsed: Parsed, ledger: Ledger) -> Fault:
    """Tell a problem of our file at the place of the body that it came from."""
    return Fault(shown(ledger.origin(_path_at(problem, parsed))), problem.message, problem.hint)


def _path_at(problem: Problem, parsed: Parsed) -> TreePath:
    """Return the path whose place a problem has: the shortest, because that of its first key is the same."""
    places = chain(parsed.tree.keys.items(), parsed.tree.places.items())
    fitting = [path for path, place in places if place == problem.place]
    return min(fitting, key=len, default=())
