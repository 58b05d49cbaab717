"""`lead duplicates`: couples who may be one, offered and never merged by themselves."""

import sys
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager, nullcontext
from typing import TYPE_CHECKING, Annotated

import typer

from leadnurture.cli import terminal
from leadnurture.cli.options import MOST, AsJson, open_studio

if TYPE_CHECKING:
    from leadnurture.reports.lead_duplicates import Pair

HINTED = 3
WAITED_FOR = 5_000  # leads that take about a second


def duplicates(
    context: typer.Context,
    leads: Annotated[
        list[str] | None, typer.Argument(metavar="[LEAD...]", help="Only pairs that one of these is part of.")
    ] = None,
    limit: Annotated[int, typer.Option(metavar="N", min=1, max=MOST, help="How many pairs.")] = 20,
    as_json: AsJson = False,
) -> None:
    """List couples who may be one: the same phone, names and date, or nearly the same address. The surest come first.

    Example: leadnurture lead duplicates
    """
    from leadnurture.crm.leads import find
    from leadnurture.reports.lead_duplicates import comparable, compared

    with open_studio(context) as studio, studio.read() as session:
        among = {find(session, lead).id or 0 for lead in leads} if leads else None
        known = comparable(session, among)
    with _progress(len(known)) as on_lead:
        pairs = compared(known, among, on_lead)
    if as_json:
        terminal.print_json({"pairs": [pair.as_json() for pair in pairs[:limit]], "total": len(pairs)})
        return
    for pair in pairs[:limit]:
        print(line(pair))  # noqa: T201
    if not pairs:
        terminal.say("Nobody seems to be here twice.")
        return
    if len(pairs) > limit:
        terminal.say(f"… and {len(pairs) - limit:,} more: --limit {len(pairs)}")
    terminal.say(f"\nNext: leadnurture lead merge {pairs[0].one.id} {pairs[0].other.id} (the first one stays)")


def _progress(leads: int) -> "AbstractContextManager[Callable[[], None] | None]":
    """Show a bar on a terminal when there is enough to wait for."""
    if leads < WAITED_FOR or not sys.stderr.isatty():
        return nullcontext(None)
    from leadnurture.cli.views.progress import bar

    return bar(leads, "couples")


def line(pair: "Pair") -> str:
    """Return a pair in one line."""
    from leadnurture.reports.lead_duplicates import told

    couples = " · ".join(f"{known.id} {told(known)}" for known in (pair.one, pair.other))
    return f"{pair.likeness.percent:>3} %  {couples}: {', '.join(pair.likeness.reasons)}"


def hint_at(pairs: "Sequence[Pair]") -> None:
    """Say that somebody who was just entered may be there already; nothing if nobody is."""
    if not pairs:
        return
    terminal.say("\nMay be here already:")
    for pair in pairs[:HINTED]:
        terminal.say(f"  {line(pair)}")
    if len(pairs) > HINTED:
        terminal.say(f"  … and {len(pairs) - HINTED:,} more: leadnurture lead duplicates")
    terminal.say(f"If they are one couple: leadnurture lead merge {pairs[0].one.id} {pairs[0].other.id}")
