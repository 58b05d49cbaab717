"""`lead timeline`: what happened with a couple."""

from typing import Annotated

import typer

from leadnurture.cli import terminal
from leadnurture.cli.options import MOST, AsJson, LeadArgument, open_studio


def show_timeline(
    context: typer.Context,
    lead: LeadArgument,
    kind: Annotated[
        list[str] | None,
        typer.Option("--type", metavar="TYPE", help="email_sent, phone_call, note_added … May be repeated."),
    ] = None,
    since: Annotated[str | None, typer.Option(metavar="DATE", help="From this day on.")] = None,
    until: Annotated[str | None, typer.Option(metavar="DATE", help="Up to this day, which is included.")] = None,
    limit: Annotated[int | None, typer.Option(metavar="N", min=1, max=MOST, help="Only the newest N.")] = None,
    as_json: AsJson = False,
) -> None:
    """Show what happened with a couple, with all its words, the oldest first.

    Example: leadnurture lead timeline emma --type phone_call --type note_added --since 2027-01-01
    """
    from leadnurture.cli.views.lead_timeline import lead_timeline_view
    from leadnurture.crm.leads import find
    from leadnurture.reports.lead_timeline import lead_timeline, read_wanted

    with open_studio(context) as studio, studio.read() as session:
        wanted = read_wanted(studio.reading(), kind or (), since, until, limit)
        report = lead_timeline(session, studio.config, studio.now(), find(session, lead), wanted)
    if as_json or report.entries:
        terminal.answer(report.as_json(), lambda: lead_timeline_view(report), as_json=as_json)
    else:
        terminal.say(f"Nothing of that kind has happened with {report.couple}.")
