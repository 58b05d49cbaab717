"""Everything that can be wrong with a sequence before it counts: files that are missing, names that nobody knows."""

from collections.abc import Iterable, Iterator
from dataclasses import replace

from jinja2 import TemplateSyntaxError

from leadnurture.config import Config
from leadnurture.sequences import check_mail_clauses
from leadnurture.sequences.check_mail import mail_problems
from leadnurture.sequences.check_no_step import no_active_step
from leadnurture.sequences.check_one_day import two_on_one_day
from leadnurture.sequences.check_replies import replies_never_seen
from leadnurture.sequences.check_unfinished import unfinished_letters
from leadnurture.sequences.check_way_out import messages_without_way_out
from leadnurture.sequences.folder import Draft, Folder
from leadnurture.sequences.merge_fields import faults_in
from leadnurture.sequences.problems import Place, Problem, Severity
from leadnurture.sequences.sample import line_of_too_much
from leadnurture.sequences.sequence import Sequence
from leadnurture.sequences.step import Step
from leadnurture.sequences.suggestions import did_you_mean
from leadnurture.sequences.texts import Text
from leadnurture.sequences.words import compile_text
from leadnurture.sequences.yaml_tree import Path

_DOUBTS = (messages_without_way_out, two_on_one_day, replies_never_seen, unfinished_letters, no_active_step)
_TOO_DEEP = "they are nested too deeply"
_TOO_MUCH = "filling this is more work than a letter can be"
_LESS = "a loop in a loop, or a repetition, multiplies; write out what the letter says"
_LOOKS_LIKE = "a merge field looks like {{ lead.couple_names }}"


def check(draft: Draft, folder: Folder, config: Config) -> tuple[Problem, ...]:
    """Return all problems of one file, errors and warnings, by place."""
    if draft.sequence is None:
        return draft.parsed.problems
    found: list[Problem] = list(check_mail_clauses.problems_of(draft))
    for number, step in enumerate(draft.sequence.steps):
        found.extend(_step(draft, folder, config, number, step))
        found.extend(_hours(draft, draft.sequence, config, number, step))
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
    own = step.own_names()
    for text in step.texts():
        names = () if text in own else tuple(given.path[-1] for given in own)
        yield from _text(draft, folder, config, number, text, names)
    yield from mail_problems(draft, number, step)
    for key, name in step.files():
        if why := draft.unattachable.get(name):
            hint = (
                did_you_mean(name, folder.template_names()).removeprefix("; ")
                or f"put it into {folder.shown(folder.templates)}/"
            )
            yield draft.parsed.problem(("steps", number, key), f"'{name}': {why}", hint)


def _hours(draft: Draft, sequence: Sequence, config: Config, number: int, step: Step) -> Iterator[Problem]:
    """Yield a window that is closed whenever texts may go out."""
    hours = config.limits.sms_hours
    if step.keeps_sms_hours and hours and sequence.window_of(step).within(hours) is None:
        path = ("steps", number, "window") if step.window else ("window",)
        hint = "change the window, or sms_hours under [limits] in leadnurture.toml"
        yield draft.parsed.problem(path, f"this window is never open when texts may go out ({hours})", hint)


def _text(
    draft: Draft, folder: Folder, config: Config, number: int, text: Text, names: tuple[str, ...]
) -> Iterator[Problem]:
    path: Path = ("steps", number, *text.path)
    if text.template in draft.unreadable:
        near = did_you_mean(text.template, folder.template_names()).removeprefix("; ")
        hint = near or f"put it into {folder.shown(folder.templates)}/"
        yield draft.parsed.problem(path, f"template '{text.template}': {draft.unreadable[text.template]}", hint)
        return
    words = draft.templates[text.template] if text.template else text.words or ""
    if text.longest is not None and len(words) > text.longest:
        message = f"the text has {len(words)} characters, and its merge fields may add more"
        hint = f"up to {text.longest} characters it costs no more than three texts"
        yield _at(draft, number, text, words, 1, message, hint, Severity.WARNING)
    try:
        faults = list(faults_in(words, config, names))
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
    start = draft.parsed.tree.place_of(("steps", number, *text.path))
    # Only a block that keeps its lines has them where the text has them; a folded one is told at its key.
    block = draft.parsed.text.splitlines()[start.line - 1][start.column - 1 :].startswith("|")
    place = Place(start.line + line, 1) if block else start
    given = draft.parsed.text.splitlines()
    return Problem(
        draft.parsed.file, place, message, hint, severity, given[place.line - 1] if place.line <= len(given) else ""
    )
