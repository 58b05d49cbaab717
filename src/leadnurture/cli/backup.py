"""`leadnurture backup`: a copy of the database that is known to be whole."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from leadnurture.cli import terminal
from leadnurture.cli.options import AsJson, studio_folder

if TYPE_CHECKING:
    from leadnurture.store.backup.copying import OnPiece

_BIG = 100_000_000  # bytes; below that a bar would only flicker


def backup(
    context: typer.Context,
    file: Annotated[
        Path | None, typer.Argument(metavar="[FILE]", help="A new file; in the studio's backups/ if not given.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Copy the database to a new file and check that the copy is whole; a run may be at work meanwhile.

    Example: leadnurture backup /media/stick/leadnurture-june.db

    `run` makes one a day by itself, and thins the older ones out. Those that you make stay until you delete them.
    """
    from leadnurture.clock import SystemClock
    from leadnurture.locate import DATABASE_NAME
    from leadnurture.store.backup.copying import back_up
    from leadnurture.store.backup.names import new_name

    database = studio_folder(context) / DATABASE_NAME
    target = (file or new_name(database, SystemClock().now())).absolute()
    with _progress(database) as on_piece:
        back_up(database, target, on_piece)
    size = target.stat().st_size
    if as_json:
        terminal.print_json({"file": str(target), "bytes": size})
        return
    terminal.say(f"Backed up to {target} ({size / 1e6:,.1f} MB); the copy was checked and is whole.")
    terminal.say(f"\nNext: leadnurture restore {target} puts it back, should you ever need it")


@contextmanager
def _progress(database: Path) -> "Iterator[OnPiece]":
    """Show a bar while a big file is copied, on a terminal."""
    from leadnurture.store.backup.copying import PIECE, no_progress

    if not sys.stderr.isatty() or not database.exists() or database.stat().st_size < _BIG:
        yield no_progress
        return
    from leadnurture.cli.views.progress import bar

    with bar(database.stat().st_size // (PIECE * 4096) + 1, "copying") as step:
        yield lambda _, __: step()
