"""`leadnurture sequence`: the photographer's sequences."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from leadnurture.cli import terminal
from leadnurture.cli.options import AsJson, studio_folder
from leadnurture.cli.sequence_enroll import enroll_leads
from leadnurture.cli.sequence_files import (
    delete_sequence,
    duplicate_sequence,
    export_sequence,
    import_sequence_file,
    new_sequence,
    show_schema,
    toggle_sequence,
)
from leadnurture.cli.sequence_looking import list_sequences, show_sequence
from leadnurture.cli.sequence_trying import simulate_sequence, try_sequence

if TYPE_CHECKING:
    from leadnurture.sequences.problems import Problem

sequence = typer.Typer(
    name="sequence",
    help="Look at sequences, check their files, begin and change them.",
    no_args_is_help=True,
    rich_markup_mode=None,
)
sequence.command("list")(list_sequences)
sequence.command("show")(show_sequence)
sequence.command("test")(try_sequence)
sequence.command("simulate")(simulate_sequence)
sequence.command("enroll")(enroll_leads)
sequence.command("new")(new_sequence)
sequence.command("duplicate")(duplicate_sequence)
sequence.command("toggle")(toggle_sequence)
sequence.command("delete")(delete_sequence)
sequence.command("schema")(show_schema)
sequence.command("import")(import_sequence_file)
sequence.command("export")(export_sequence)

INVALID = 10


@sequence.command("check")
def check_sequences(
    context: typer.Context,
    names: Annotated[list[str] | None, typer.Argument(metavar="[SEQ]...", help="All of them if none is named.")] = None,
    as_json: AsJson = False,
) -> None:
    """Check sequence files: every problem at once, with its place. Silent when all is well.

    Today's leads are looked at, too: for how many of them a field is empty, or the wedding over before a step is due.

    Example: leadnurture sequence check inquiry-welcome
    """
    from leadnurture.cli.problems import as_text
    from leadnurture.sequences.check import errors_in

    problems = _problems(studio_folder(context), names or [])
    if as_json:
        terminal.print_json({"problems": [problem.as_json() for problem in problems]})
    elif problems:
        print(as_text(problems))  # noqa: T201
    raise typer.Exit(INVALID if errors_in(problems) else 0)


def _problems(root: Path, names: list[str]) -> "tuple[Problem, ...]":
    """Return the problems of the named files, or of all; files in a new clone have no database beside them yet."""
    from leadnurture.config import load_config
    from leadnurture.crm.values import Reading
    from leadnurture.locate import CONFIG_NAME, DATABASE_NAME
    from leadnurture.reports.sequence_problems import sequence_problems
    from leadnurture.reports.todays_leads import TodaysLeads
    from leadnurture.sequences.folder import Folder
    from leadnurture.studio import Studio

    config, folder = load_config(root / CONFIG_NAME), Folder(root)
    files = [folder.named(name) for name in names] or folder.files()
    drafts = [folder.draft(path, Reading.of(config)) for path in files]
    if not (root / DATABASE_NAME).exists():
        return sequence_problems(drafts, folder, config, None)
    with Studio.open(root) as studio, studio.read() as session:
        return sequence_problems(drafts, folder, config, TodaysLeads.of(session, config, studio.now()))
