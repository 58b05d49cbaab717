"""Which sequences a `plan` or an `apply` is about: chosen by name, compared with the database, and found right."""

import sys
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from leadnurture.engine.planning_saved import SavedPlan
    from leadnurture.reports.plan_report import Plan
    from leadnurture.sequences.versions import Pending
    from leadnurture.studio import Studio


def chosen(studio: "Studio", names: Iterable[str], *, to_apply: bool) -> "list[Pending]":
    """Return how the named sequences (all of them for none) stand to the database, unchanged ones too.

    Raises NotFoundError for an unknown name, BrokenSequencesError if one that differs has errors.
    """
    from leadnurture.sequences.versions import compare

    drafts = list(studio.folder.drafts(studio.reading()))
    with studio.read() as session:
        pending = _named(compare(session, drafts), list(names))
    return found_right(studio, pending, to_apply=to_apply)


def found_right(studio: "Studio", pending: "list[Pending]", *, to_apply: bool) -> "list[Pending]":
    """Return what was given; raises BrokenSequencesError if one that differs has errors."""
    from leadnurture.cli.problems import BrokenSequencesError
    from leadnurture.sequences.check import check, errors_in

    drafts = [one.draft for one in differing(pending) if one.draft]
    found = {draft.identity: errors_in(check(draft, studio.folder, studio.config)) for draft in drafts}
    problems = [problem for errors in found.values() for problem in errors]
    if problems:
        outcome = "nothing was applied" if to_apply else "nothing can be planned"
        right = [one.identity for one in differing(pending) if not found.get(one.identity)]
        raise BrokenSequencesError(problems, outcome, _beside(right, to_apply=to_apply))
    return pending


def _beside(right: list[str], *, to_apply: bool) -> str | None:
    """Return the command that does those without errors."""
    if not right:
        return None
    named = "".join(f" --only {name}" if to_apply else f" {name}" for name in right)
    return f"leadnurture {'apply' if to_apply else 'plan'}{named}"


def differing(pending: "Iterable[Pending]") -> "list[Pending]":
    """Return those that applying would change."""
    from leadnurture.sequences.versions import Difference

    return [one for one in pending if one.difference is not Difference.UNCHANGED]


def _named(pending: "list[Pending]", names: list[str]) -> "list[Pending]":
    from leadnurture.errors import NotFoundError
    from leadnurture.sequences.folder import meant_by
    from leadnurture.sequences.suggestions import did_you_mean

    known = {one.identity: one for one in pending}
    wanted = [meant_by(name) for name in names]
    for name in wanted:
        if name not in known:
            hint = did_you_mean(name, known).removeprefix("; ") or "leadnurture sequence list shows them"
            raise NotFoundError(f"there is no sequence '{name}'", hint=hint)
    return [known[name] for name in dict.fromkeys(wanted)] if names else pending


def planned(studio: "Studio", pending: "list[Pending]") -> "tuple[Plan, SavedPlan]":
    """Return what applying would do now, and the same as it is saved."""
    from leadnurture.engine.planning import rehearse
    from leadnurture.engine.planning_saved import saved
    from leadnurture.reports.plan_report import plan_report

    now = studio.now()
    effects = rehearse(studio.engine, pending)
    with studio.read() as session:
        return plan_report(session, studio.config, now, effects), saved(effects, now)


def read_saved(name: str) -> "SavedPlan":
    """Read a saved plan from a file, or from standard input for `-`; raises NoPlanError, or OSError."""
    from leadnurture.engine.planning_saved import NoPlanError, read_plan

    try:
        text = sys.stdin.read() if name == "-" else Path(name).read_text(encoding="utf-8")
    except UnicodeDecodeError:
        raise NoPlanError(f"{name} is no plan: it is not UTF-8 text") from None
    return read_plan(text, name)
