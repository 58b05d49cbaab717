"""Options that many commands share, and opening the studio that a command is for."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from leadnurture.studio import Studio

HIGHEST_ID = 2**63 - 1  # SQLite's
MOST = 1_000_000  # rows or pages to ask for

AsJson = Annotated[bool, typer.Option("--json", help="Print JSON for scripts.")]
Yes = Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")]
LeadArgument = Annotated[str, typer.Argument(metavar="LEAD", help="Id, e-mail address, or part of a name.")]


def studio_folder(context: typer.Context) -> Path:
    """Return the folder of the studio that this command is for."""
    from leadnurture.locate import find_studio

    return find_studio(context.obj, Path.cwd())


def open_studio(context: typer.Context) -> "Studio":
    """Open the studio that this command is for."""
    from leadnurture.studio import Studio

    return Studio.open(studio_folder(context))
