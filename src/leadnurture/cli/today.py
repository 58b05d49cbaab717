"""`leadnurture today`: what the day holds."""

import typer

from leadnurture.cli import terminal
from leadnurture.cli.options import AsJson, open_studio


def today(context: typer.Context, as_json: AsJson = False) -> None:
    """Show what waits for you today, the most urgent first, and what goes out by itself.

    Example: leadnurture today
    """
    from leadnurture.cli.views.today import TodayView
    from leadnurture.reports.today import today as today_of

    with open_studio(context) as studio, studio.read() as session:
        report = today_of(session, studio.config, studio.now())
        terminal.answer(report.as_json() if as_json else None, lambda: TodayView(report), as_json=as_json)
