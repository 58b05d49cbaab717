"""`leadnurture sequence`: the photographer's sequences."""

from typing import TYPE_CHECKING, Annotated

import typer

from leadnurture.cli import terminal
from leadnurture.cli.options import AsJson, open_studio
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
    from leadnurture.studio import Studio

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

    Example: leadnurture sequence check inquiry-welcome
    """
    from leadnurture.cli.problems import as_text
    from leadnurture.sequences.check import errors_in

    with open_studio(context) as studio:
        problems = _problems(studio, names or [])
    if as_json:
        terminal.print_json({"problems": [problem.as_json() for problem in problems]})
    elif problems:
        print(as_text(problems))  # noqa: T201
    raise typer.Exit(INVALID if errors_in(problems) else 0)


def _problems(studio: "Studio", names: list[str]) -> "list[Problem]":
    from leadnurture.sequences.check import check

    files = [studio.folder.named(name) for name in names] or studio.folder.files()
    drafts = [studio.folder.draft(path, studio.reading()) for path in files]
    return [problem for draft in drafts for problem in check(draft, studio.folder, studio.config)]
