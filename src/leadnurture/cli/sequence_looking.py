"""`sequence list` and `sequence show`: which sequences there are, and what one of them does."""

from typing import Annotated

import typer

from leadnurture.cli import terminal
from leadnurture.cli.options import AsJson, open_studio


def list_sequences(
    context: typer.Context,
    category: Annotated[
        str | None,
        typer.Option(
            metavar="CATEGORY", help="warm_lead, cold_lead, objection_handling, follow_up, reactivation, custom."
        ),
    ] = None,
    active: Annotated[bool | None, typer.Option("--active/--inactive", help="Only those that are on, or off.")] = None,
    as_json: AsJson = False,
) -> None:
    """List the sequences: whether they count, and how many couples are in each.

    Example: leadnurture sequence list --active
    """
    from leadnurture.cli.views.sequences import sequence_list_view
    from leadnurture.reports.sequence_list import read_category, sequence_list

    with open_studio(context) as studio, studio.read() as session:
        kind = read_category(category, studio.reading()) if category is not None else None
        report = sequence_list(session, studio.config, studio.now(), studio.folder, category=kind, active=active)
    if as_json or report.sequences:
        terminal.answer(report.as_json(), lambda: sequence_list_view(report), as_json=as_json)
    elif kind is not None or active is not None:
        terminal.say("No sequence fits that.")
    else:
        terminal.say(f"There are no sequences: no YAML files in {studio.folder.sequences}.")


def show_sequence(
    context: typer.Context,
    sequence: Annotated[str, typer.Argument(metavar="SEQ", help="The sequence's id: its file's name.")],
    version: Annotated[
        int | None, typer.Option("--version", metavar="N", help="That version, not the one that runs.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Show a sequence as it runs: who enters, each step in words, who waits where, and its versions.

    Example: leadnurture sequence show inquiry-welcome
    """
    from leadnurture.cli.views.sequences import sequence_view
    from leadnurture.reports.sequence_card import sequence_card

    with open_studio(context) as studio, studio.read() as session:
        report = sequence_card(session, studio.config, studio.now(), studio.folder, sequence, version)
    terminal.answer(report.as_json(), lambda: sequence_view(report), as_json=as_json)
