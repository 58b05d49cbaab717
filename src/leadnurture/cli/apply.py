"""`leadnurture apply`: let the sequence files count."""

from typing import TYPE_CHECKING, Any

import typer

from leadnurture.cli import terminal
from leadnurture.cli.options import AsJson, Yes, open_studio

if TYPE_CHECKING:
    from leadnurture.engine.applying import Applied
    from leadnurture.sequences.versions import Pending
    from leadnurture.studio import Studio


def apply(context: typer.Context, yes: Yes = False, as_json: AsJson = False) -> None:
    """Let the sequence files count: check them, then make each changed one a new version.

    Example: leadnurture apply --yes

    Until then a saved file changes nothing. A broken file keeps its last applied version.
    """
    with open_studio(context) as studio:
        pending = _checked(studio)
        if not pending:
            _answer([], as_json=as_json, note="Nothing to apply: the files are what was applied last.")
            return
        if not as_json or not yes:
            _announce(pending)
        if not terminal.confirm(f"Apply {len(pending)} sequence{'s' * (len(pending) > 1)}?", yes=yes):
            terminal.say("nothing was applied")
            raise typer.Exit(1)
        _answer(_apply(studio, pending), as_json=as_json, note="")


def _checked(studio: "Studio") -> "list[Pending]":
    """Return what differs from the database; raises BrokenSequencesError if a differing file has errors."""
    from leadnurture.sequences.check import check, errors_in
    from leadnurture.sequences.versions import Difference, compare

    drafts = list(studio.folder.drafts(studio.reading()))
    with studio.read() as session:
        pending = [one for one in compare(session, drafts) if one.difference is not Difference.UNCHANGED]
    problems = [
        problem for one in pending if one.draft for problem in errors_in(check(one.draft, studio.folder, studio.config))
    ]
    if problems:
        from leadnurture.cli.problems import BrokenSequencesError

        raise BrokenSequencesError(problems)
    return pending


def _announce(pending: "list[Pending]") -> None:
    words = {"new": "is new", "changed": "has changed", "returned": "is back", "deleted": "is gone: its leads leave it"}
    for one in pending:
        terminal.say(f"  {one.identity} {words[one.difference.value]}")


def _apply(studio: "Studio", pending: "list[Pending]") -> "list[Applied]":
    from leadnurture.engine.applying import apply as apply_pending

    with studio.change() as change:
        return apply_pending(change, studio.engine, pending)


def _answer(applied: "list[Applied]", *, as_json: bool, note: str) -> None:
    if as_json:
        terminal.print_json({"sequences": [_as_json(one) for one in applied]})
        return
    for one in applied:
        terminal.say(f"{one.identity}: {_told(one)}")
    terminal.say(note or "\nNext: leadnurture lead import FILE.csv, or leadnurture run --once")


def _as_json(one: "Applied") -> dict[str, Any]:
    return {"sequence": one.identity, "change": one.difference.value} | {
        key: getattr(one, key) for key in ("version", "moved", "enrolled", "passed_over", "cancelled")
    }


def _told(one: "Applied") -> str:
    if one.difference.value == "deleted":
        return f"deleted; {one.cancelled} lead(s) left it"
    parts = [f"version {one.version}"]
    parts += [f"{one.moved} lead(s) half way went over to it"] if one.moved else []
    parts += [f"{one.enrolled} enrolled"] if one.enrolled else []
    parts += [f"{one.passed_over} that fit already stay out (existing: false)"] if one.passed_over else []
    return ", ".join(parts)
