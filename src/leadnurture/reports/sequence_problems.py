"""All that is wrong or doubtful about sequence files, with what today's leads tell of them."""

from collections.abc import Iterable
from dataclasses import replace

from leadnurture.config import Config
from leadnurture.engine.personalize import is_empty
from leadnurture.reports.check_weddings import weddings_over
from leadnurture.reports.todays_leads import TodaysLeads
from leadnurture.sequences import vocabulary
from leadnurture.sequences.check import by_place, check
from leadnurture.sequences.folder import Draft, Folder
from leadnurture.sequences.problems import Problem


def sequence_problems(
    drafts: Iterable[Draft], folder: Folder, config: Config, today: TodaysLeads | None
) -> tuple[Problem, ...]:
    """Return the problems of each file, by place; without leads at hand, what only they can tell is left out."""
    return tuple(problem for draft in drafts for problem in _problems(draft, folder, config, today))


def _problems(draft: Draft, folder: Folder, config: Config, today: TodaysLeads | None) -> tuple[Problem, ...]:
    problems = check(draft, folder, config)
    if today is None or draft.sequence is None:
        return problems
    counted = (_counted(problem, today) for problem in problems)
    return by_place((*counted, *weddings_over(draft, draft.sequence, today)))


def _counted(problem: Problem, today: TodaysLeads) -> Problem:
    """Add to a field that can be empty for how many leads it is."""
    head = (problem.field or "").partition(".")[0]
    if problem.field is None or (head != "lead" and head not in vocabulary.ALONE):
        return problem
    empty = sum(is_empty(problem.field, names) for names in today.names)
    whom = f"{empty} of {len(today.names)} open lead{'s' * (len(today.names) != 1)}"
    return replace(problem, message=f"{problem.message}, and is for {whom}") if empty else problem
