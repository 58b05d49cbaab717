"""`leadnurture lead touch`: a couple met us again, through some source."""

from typing import Annotated

import typer

from leadnurture.cli import terminal
from leadnurture.cli.options import AsJson, LeadArgument, open_studio


def touch(
    context: typer.Context,
    lead: LeadArgument,
    source: Annotated[str, typer.Argument(metavar="SOURCE", help="Through what, such as wedding_show.")],
    at: Annotated[str | None, typer.Option("--at", metavar="WHEN", help="When it was; now if not given.")] = None,
    landing_url: Annotated[
        str | None, typer.Option("--landing-url", metavar="URL", help="The page they came in by, with its parameters.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Note that a couple met you through a source; bookings are attributed to all of them.

    Example: leadnurture lead touch emma wedding_show --at 2027-01-16
    """
    from leadnurture.crm import sources
    from leadnurture.crm.leads import couple_of, find
    from leadnurture.crm.utm import landing_details
    from leadnurture.engine.when import read_past
    from leadnurture.reports.lead_touches import lead_touches

    details = landing_details(landing_url) if landing_url is not None else {}
    with open_studio(context) as studio:
        moment = studio.now() if at is None else read_past(at, studio.reading(), studio.now(), "--at")
        with studio.change() as change:
            found, met = find(change.session, lead), sources.find(change.session, source)
            sources.touch(change, found, moment, source=met.source_name, details=details)
        with studio.read() as session:
            report = lead_touches(session, studio.config, studio.now(), found)
    if as_json:
        terminal.print_json({"lead_id": found.id, **report.as_json()})
        return
    terminal.say(f"{couple_of(found)} met you through {met.source_name}; {len(report.touches)} touches in all.")
    terminal.say(f"\nNext: leadnurture lead show {found.id}")
