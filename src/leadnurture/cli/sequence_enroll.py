"""`sequence enroll`: leads enter a sequence by hand."""

from typing import TYPE_CHECKING, Annotated

import typer

from leadnurture.cli import terminal
from leadnurture.cli.options import AsJson, Yes, open_studio

if TYPE_CHECKING:
    from leadnurture.reports.as_of import AsOf
    from leadnurture.reports.enrollment_list import EnrollmentLine

ASKS_FROM = 3  # leads


def enroll_leads(
    context: typer.Context,
    sequence: Annotated[str, typer.Argument(metavar="SEQ", help="The sequence's id: its file's name.")],
    leads: Annotated[list[str], typer.Argument(metavar="LEAD...", help="Ids, e-mail addresses, or parts of names.")],
    yes: Yes = False,
    as_json: AsJson = False,
) -> None:
    """Enroll couples in a sequence by hand, whatever its entry condition says: all of them, or nobody.

    Example: leadnurture sequence enroll inquiry-welcome emma

    Who opted out, bounced, is in it already or has been through it does not enter.
    """
    from leadnurture.crm.leads import find
    from leadnurture.engine.by_hand import enroll
    from leadnurture.reports.as_of import AsOf
    from leadnurture.reports.enrollment_list import enrollment_lines

    with open_studio(context) as studio:
        with studio.read() as session:
            wanted = {find(session, lead).id for lead in leads}
        if len(wanted) >= ASKS_FROM and not terminal.confirm(f"Enroll {len(wanted)} couples in {sequence}?", yes=yes):
            terminal.say("nobody was enrolled")
            raise typer.Exit(1)
        with studio.change() as change:
            found = [find(change.session, lead) for lead in leads]
            entered = enroll(change, studio.engine, found, sequence)
        with studio.read() as session:
            as_of = AsOf.of(studio.config, studio.now())
            lines = enrollment_lines(session, as_of, entered)
    _answer(lines, as_of, as_json=as_json)


def _answer(lines: "tuple[EnrollmentLine, ...]", as_of: "AsOf", *, as_json: bool) -> None:
    if as_json:
        terminal.print_json({"enrollments": [line.as_json() for line in lines]})
        return
    from leadnurture.cli.views.enrollments import standing_line

    for line in lines:
        terminal.say(standing_line(line, as_of.now))
    terminal.say("\nNext: leadnurture run --once does what is due")
