"""`leadnurture plan`: what `apply` would do."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from leadnurture.cli import terminal
from leadnurture.cli.options import AsJson, open_studio

if TYPE_CHECKING:
    from leadnurture.engine.planning_saved import SavedPlan


def plan(
    context: typer.Context,
    sequences: Annotated[
        list[str] | None, typer.Argument(metavar="[SEQ]...", help="All of them if none is named.")
    ] = None,
    out: Annotated[
        Path | None, typer.Option("--out", "-o", metavar="FILE", help="Save it: `apply FILE` does exactly that.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Show what `apply` would do: each step that differs, and what it means for each couple half way.

    Example: leadnurture plan inquiry-welcome --out reviewed.json

    Nothing is changed. The first couples of each sequence are shown; --json has all of them.
    """
    from leadnurture.cli.pending import chosen, planned
    from leadnurture.cli.views.plan import plan_view

    with open_studio(context) as studio:
        report, saved = planned(studio, chosen(studio, sequences or [], to_apply=False))
    if out is not None:
        _save(saved, out)
    if as_json or report.differing:
        terminal.answer(report.as_json(), lambda: plan_view(report), as_json=as_json)
    else:
        terminal.say("Nothing to apply: the files are what was applied last.")
        return
    if not as_json:
        terminal.say(f"\nNext: leadnurture apply{f' {out}' if out else ''}")


def _save(plan: "SavedPlan", file: Path) -> None:
    file.write_text(plan.model_dump_json(indent=1) + "\n", encoding="utf-8")
