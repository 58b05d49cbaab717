"""Sources that nobody knows yet: whether they may be made is asked on a terminal, and else said with an option."""

from collections.abc import Callable
from typing import Annotated, TypeVar

import typer

from leadnurture.cli import terminal

CreateSources = Annotated[bool, typer.Option("--create-sources", help="Make sources that are not known yet.")]
_Result = TypeVar("_Result")


def with_sources(work: Callable[[bool], _Result], *, create: bool) -> _Result:
    """Return what `work` returns, told whether it may make sources; a person is asked, and it is done again then.

    Raises UnknownSourceError where nobody can be asked.
    """
    from leadnurture.crm.sources import UnknownSourceError

    try:
        return work(create)
    except UnknownSourceError as error:
        if not terminal.is_interactive():
            raise
        terminal.say(error.message)
        if not terminal.confirm("Make what is new?", yes=False):
            terminal.say("nothing was changed")
            raise typer.Exit(1) from None
    return work(True)
