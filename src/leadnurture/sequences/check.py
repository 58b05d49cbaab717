"""Everything that can be wrong with a sequence before it counts: files that are missing, names that nobody knows."""

from collections.abc import Iterable, Iterator
from dataclasses import replace

from jinja2 import TemplateSyntaxError

from leadnurture.config import Config
from leadnurture.sequences.check_one_day import two_on_one_day
from leadnurture.sequences.check_way_out import letters_without_way_out
from leadnurture.sequences.folder import Draft, Folder
from leadnurture.sequences.merge_fields import faults_in
from leadnurture.sequences.problems import Place, Problem, Severity
from leadnurture.sequences.sample import line_of_too_much
from leadnurture.sequences.step import Step
from leadnurture.sequences.suggestions import did_you_mean
from leadnurture.sequences.texts import Text
from leadnurture.sequences.words import compile_text

_DOUBTS = (letters_without_way_out, two_on_one_day)
_TOO_DEEP = "they are nested too deeply"
_TOO_MUCH = "filling this is more work than a letter can be"
_LESS = "a loop in a loop, or a repetition, multiplies; write out what the letter says"
_LOOKS_LIKE = "a merge field looks like {{ lead.couple_names }}"


def check(draft: Draft, folder: Folder, config: Config) -> tuple[Problem, ...]:
    """Return all problems of one file, errors and warnings, by place."""
    if draft.sequence is None:
        return draft.parsed.problems
    found: list[Problem] = []
    for number, step in enumerate(draft.sequence.steps):
        found.extend(_step(draft, folder, config, number, step))
    for doubts in _DOUBTS:
        found.extend(doubts(draft, draft.sequence, config))
    return by_place(found)


def by_place(problems: Iterable[Problem]) -> tuple[Problem, ...]:
    """Return problems in the order in which somebody mends them, each once."""
    ordered = sorted(problems, key=lambda problem: (problem.file, problem.place.line, problem.place.column))
    return tuple(dict.fromkeys(ordered))


def errors_in(problems: Iterable[Problem]) -> list[Problem]:
    """Return those that keep the sequence from being applied."""
    return [problem for problem in problems if problem.severity is Severity.ERROR]


def _step(draft: Draft, folder: Folder, config: Config, number: int, step: Step) -> Iterator[Problem]:
    for text in step.texts():
        yield from _text(draft, folder, config, number, text)
    for key, name in step.files():
        if why := _unreadable(folder, name):
            hint = (
                did_you_mean(name, folder.template_names()).removeprefix("; ")
                or f"put it into {folder.shown(folder.templates)}/"
            )
            yield draft.parsed.problem(("steps", number, key), f"'{name}': {why}", hint)


def _unreadable(folder: Folder, name: str) -> str | None:
    try:
        with folder.beside(name).open("rb"):
            return None
    except FileNotFoundError:
        return "there is no such file"
    except (OSError, ValueError) as error:
        return (error.strerror if isinstance(error, OSError) else None) or str(error)


def _text(draft: Draft, folder: Folder, config: Config, number: int, text: Text) -> Iterator[Problem]:
    path = ("steps", number, text.name)
    if text.template in draft.unreadable:
        near = did_you_mean(text.template, folder.template_names()).removeprefix("; ")
        hint = near or f"put it into {folder.shown(folder.templates)}/"
        yield draft.parsed.problem(path, f"template '{text.template}': {draft.unreadable[text.template]}", hint)
        return
    words = draft.templates[text.template] if text.template else text.words or ""
    try:
        faults = list(faults_in(words, config))
        for fault in faults:
            severity = Severity.ERROR if fault.certain else Severity.WARNING
            problem = _at(draft, number, text, words, fault.line, fault.message, fault.hint, severity)
            yield replace(problem, field=fault.hole)
        if not any(fault.certain for fault in faults):
            compile_text(text.kind, words)
            if line := line_of_too_much(words):
                yield _at(draft, number, text, words, line, _TOO_MUCH, _LESS, Severity.ERROR)
    except (TemplateSyntaxError, RecursionError) as error:
        line, why = (error.lineno, error.message) if isinstance(error, TemplateSyntaxError) else (1, _TOO_DEEP)
        message = f"the merge fields cannot be read: {why}"
        yield _at(draft, number, text, words, line, message, _LOOKS_LIKE, Severity.ERROR)


def _at(
    draft: Draft, number: int, text: Text, words: str, line: int, message: str, hint: str | None, severity: Severity
) -> Problem:
    """Place a problem in the template file, or in the sequence file below the key that the text stands under."""
    lines = words.splitlines()
    shown = lines[line - 1] if 0 < line <= len(lines) else ""
    if text.template:
        return Problem(f"templates/{text.template}", Place(line, 1), message, hint, severity, shown)
    start = draft.parsed.tree.place_of(("steps", number, text.name))
    # Only a block that keeps its lines has them where the text has them; a folded one is told at its key.
    block = draft.parsed.text.splitlines()[start.line - 1][start.column - 1 :].startswith("|")
    place = Place(start.line + line, 1) if block else start
    given = draft.parsed.text.splitlines()
    return Problem(
        draft.parsed.file, place, message, hint, severity, given[place.line - 1] if place.line <= len(given) else ""
    )
