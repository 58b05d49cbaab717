"""`leadnurture report`: how business stands."""

import typer

from leadnurture.cli import terminal
from leadnurture.cli.options import AsJson, open_studio

report = typer.Typer(name="report", help="How business stands.", no_args_is_help=True, rich_markup_mode=None)


@report.callback()
def reports() -> None:
    """How business stands."""


@report.command("overview")
def show_overview(context: typer.Context, as_json: AsJson = False) -> None:
    """Show the leads by status and source, what they are worth, and what is overdue.

    Example: leadnurture report overview
    """
    from leadnurture.cli.views.overview import overview_view
    from leadnurture.reports.overview import overview

    with open_studio(context) as studio, studio.read() as session:
        figures = overview(session, studio.config, studio.now())
    terminal.answer(figures.as_json(), lambda: overview_view(figures), as_json=as_json)
    if not as_json and not figures.tally.total:
        terminal.say("\nNext: leadnurture lead import FILE.csv, or leadnurture lead add --email …")
