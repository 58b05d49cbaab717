"""`leadnurture status`: how the engine stands."""

import typer

from leadnurture.cli import terminal
from leadnurture.cli.options import AsJson, open_studio
from leadnurture.cli.reminder import remind


def status(context: typer.Context, as_json: AsJson = False) -> None:
    """Show what is due, waiting, held, failed or in doubt, and whether the files are what runs.

    Example: leadnurture status
    """
    from leadnurture.cli.views.status import status_view
    from leadnurture.reports.status import status as status_of

    with open_studio(context) as studio, studio.read() as session:
        report = status_of(session, studio.config, studio.now(), studio.folder, studio.state, studio.configuration)
        remind(studio.root)
    terminal.answer(report.as_json(), lambda: status_view(report), as_json=as_json)
