"""Before and after many scores change at once: what it would do, a question from three couples on, and what it did."""

from collections.abc import Callable, Collection, Iterator
from typing import TYPE_CHECKING, Annotated

import typer

from leadnurture.cli import terminal

if TYPE_CHECKING:
    from leadnurture.crm.change import Change
    from leadnurture.engine.rescoring import Rescored
    from leadnurture.studio import Studio

ASK_FROM = 3  # couples
Enroll = Annotated[bool, typer.Option("--enroll", help="Let sequences begin with couples who fit by the new scores.")]


def rescored(
    studio: "Studio",
    act: "Callable[[Change], object]",
    asleep: str,
    *,
    enroll: bool,
    yes: bool,
    ids: Collection[int] | None = None,
    ask_from: int = ASK_FROM,
) -> "Rescored":
    """Do what `act` does and score the leads anew, in one transaction; ends the command if the user says no.

    `asleep` is why sequences pass over who fits by it, where they may not begin. Raises UsageError without a terminal
    and `--yes`.
    """
    from leadnurture.engine.rescoring import perform, rehearse

    if not yes:
        would = rehearse(studio.engine, act, asleep, enrolling=enroll, ids=ids)
        if would.moved >= ask_from:
            for line in told(would, enroll=enroll, done=False):
                terminal.say(line)
            if not terminal.confirm("Go on?", yes=False):
                terminal.say("nothing was changed")
                raise typer.Exit(1)
    return perform(studio.engine, act, asleep, enrolling=enroll, ids=ids)


def told(report: "Rescored", *, enroll: bool, done: bool) -> Iterator[str]:
    """Yield what scoring anew did or would do, a line each."""
    if not report.moved:
        yield f"  No score changes ({report.leads:,} looked at)."
        return
    turns = ", ".join(f"{leads:,} {old} → {new}" for (old, new), leads in sorted(report.temperatures.items()))
    yield f"  {report.scores:,} of {report.leads:,} scores change" + (f": {turns}" if turns else "")
    for name, leads in sorted(report.enrolled.items()):
        yield f"  {leads:,} {'began' if done else 'would begin'} {name}"
    for name, leads in sorted(report.passed_over.items()):
        yield f"  {leads:,} fit {name} now and do not begin it" + (
            "" if enroll or done else "; with --enroll they would"
        )
    if report.asked_again:
        yield f"  {report.asked_again:,} steps that are held or wait are decided again"
