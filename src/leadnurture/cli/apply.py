"""`leadnurture apply`: let the sequence files count."""

from contextlib import suppress
from typing import TYPE_CHECKING, Annotated, Any

import typer

from leadnurture.cli import terminal
from leadnurture.cli.options import AsJson, Yes, open_studio
from leadnurture.errors import NotFoundError, UsageError

if TYPE_CHECKING:
    from leadnurture.engine.applying import Applied
    from leadnurture.engine.planning_saved import SavedPlan
    from leadnurture.sequences.versions import Pending
    from leadnurture.studio import Studio

INTERRUPTED = 130


def apply(
    context: typer.Context,
    target: Annotated[
        str | None, typer.Argument(metavar="[FILE]", help="A saved plan; with --version the sequence.")
    ] = None,
    only: Annotated[list[str] | None, typer.Option("--only", metavar="SEQ", help="Apply this one; repeatable.")] = None,
    version: Annotated[int | None, typer.Option("--version", metavar="N", help="Go back to this version.")] = None,
    yes: Yes = False,
    as_json: AsJson = False,
) -> None:
    """Let the sequence files count: check them, then make each changed one a new version.

    Example: leadnurture apply --yes

    Until then a saved file changes nothing. A broken file keeps its last applied version.

    With a FILE that `plan --out` wrote it does exactly what was reviewed, or refuses and says what has moved since.

    With a sequence and --version N the words of that version count again, as a new version; its file stays as it is.
    """
    _require_one_way(target, only, version)
    with open_studio(context) as studio:
        _keep_schema(studio)
        saved = _saved(target) if target is not None and version is None else None
        pending = _pending(studio, saved, target, only, version)
        if not pending:
            _answer([], as_json=as_json, note="Nothing to apply: the files are what was applied last.")
            return
        if not as_json or (terminal.is_interactive() and not yes):
            _announce(studio, pending, saved, yes=yes)
        _require_consent(len(pending), yes=yes)
        _answer(_apply(studio, pending, saved), as_json=as_json, note="")


def _require_consent(count: int, *, yes: bool) -> None:
    """Ask; a no and Ctrl-C both end the command, and say that nothing was applied."""
    try:
        if terminal.confirm(f"Apply {count} sequence{'s' * (count > 1)}?", yes=yes):
            return
    except KeyboardInterrupt:
        terminal.say("\nnothing was applied")
        raise typer.Exit(INTERRUPTED) from None
    terminal.say("nothing was applied")
    raise typer.Exit(1)


def _require_one_way(target: str | None, only: list[str] | None, version: int | None) -> None:
    if only and (target is not None or version is not None):
        raise UsageError("--only chooses among the files; a saved plan or --version has chosen already")
    if version is not None and target is None:
        raise UsageError("--version needs its sequence", hint=f"leadnurture apply SEQ --version {version}")


def _keep_schema(studio: "Studio") -> None:
    """Keep the schema for editors as this version has it; that it cannot be written stops nothing."""
    from leadnurture.sequences.file_life.schema import write_schema

    with suppress(OSError):
        write_schema(studio.state)


def _saved(name: str) -> "SavedPlan":
    from leadnurture.cli.pending import read_saved

    try:
        return read_saved(name)
    except FileNotFoundError:
        hint = f"a sequence's file is applied with: leadnurture apply --only {name}"
        raise NotFoundError(f"there is no saved plan '{name}'", hint=hint) from None


def _pending(
    studio: "Studio", saved: "SavedPlan | None", target: str | None, only: list[str] | None, version: int | None
) -> "list[Pending]":
    """Return what is to be applied, found right; raises what `cli.pending` and the plan's review raise."""
    from leadnurture.cli.pending import chosen, differing, found_right
    from leadnurture.engine.planning_reviewed import unmoved
    from leadnurture.sequences.versions import going_back

    if saved is None and version is None:
        return differing(chosen(studio, only or [], to_apply=True))
    with studio.read() as session:
        if saved is not None:
            pending = unmoved(session, saved, studio.folder.drafts(studio.reading()))
        else:
            pending = [going_back(session, target or "", version or 0, studio.reading())]
    return found_right(studio, pending, to_apply=True)


def _announce(studio: "Studio", pending: "list[Pending]", saved: "SavedPlan | None", *, yes: bool) -> None:
    """Show the plan to who is going to be asked; one that was reviewed, or need not be, is told in a line."""
    _warn(studio, pending)
    if terminal.is_interactive() and not yes and saved is None:
        from leadnurture.cli.pending import planned
        from leadnurture.cli.views.plan import plan_view

        terminal.stderr().print(plan_view(planned(studio, pending)[0]))
        return
    words = {"new": "is new", "changed": "has changed", "returned": "is back", "deleted": "is gone: its leads leave it"}
    for one in pending:
        told = f"goes back to version {one.back_to.number}" if one.back_to else words[one.difference.value]
        terminal.say(f"  {one.identity} {told}")


def _warn(studio: "Studio", pending: "list[Pending]") -> None:
    """Tell which letters are not finished, and which attachments of an old version are not in the studio any more."""
    from leadnurture.sequences.check_unfinished import unfinished

    for name in unfinished(
        {name: words for one in pending if one.draft for name, words in one.draft.templates.items()}
    ):
        terminal.say(f"warning: templates/{name} is not finished; write it before it goes out to anybody")
    attachments = {name: known for one in pending if one.draft for name, known in one.draft.attachments.items()}
    for name in studio.folder.differing(attachments):
        terminal.say(f"warning: {name} is not the file of then: letters with it are held until that one is back")


def _apply(studio: "Studio", pending: "list[Pending]", saved: "SavedPlan | None") -> "list[Applied]":
    from leadnurture.engine.applying import apply as apply_pending
    from leadnurture.engine.planning_reviewed import apply_reviewed

    if saved is not None:
        return apply_reviewed(studio.engine, saved, studio.folder.drafts(studio.reading()))
    with studio.writing("leadnurture apply"), studio.change() as change:
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
