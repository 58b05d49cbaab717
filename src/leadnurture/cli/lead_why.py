"""`lead why`: why something happened with a couple, did not happen, or is going to."""

from typing import Annotated

import typer

from leadnurture.cli import terminal
from leadnurture.cli.options import AsJson, LeadArgument, open_studio


def why_lead(
    context: typer.Context,
    lead: LeadArgument,
    sequence: Annotated[str | None, typer.Argument(metavar="[SEQ]", help="Only this one, in full.")] = None,
    step: Annotated[str | None, typer.Argument(metavar="[STEP]", help="Only this step of it.")] = None,
    as_json: AsJson = False,
) -> None:
    """Say why: what a couple were sent, what was skipped, held or stopped, what comes next and when, what never came.

    Example: leadnurture lead why emma inquiry-welcome
    """
    from leadnurture.cli.views.why import why_view
    from leadnurture.crm.leads import find
    from leadnurture.reports.why import why

    with open_studio(context) as studio, studio.read() as session:
        report = why(session, studio.config, studio.now(), find(session, lead), sequence, step)
    terminal.answer(report.as_json(), lambda: why_view(report), as_json=as_json)
