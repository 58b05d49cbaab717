"""Reminding of what was saved and not applied, in one line. Loads nothing heavy."""

from contextlib import suppress
from pathlib import Path

from leadnurture.cli import terminal
from leadnurture.errors import LeadnurtureError

_NAMED = 3


def remind(root: Path) -> None:
    """Say which sequence files of a studio are not what runs, if there are any."""
    from leadnurture.sequences.unapplied import unapplied

    names: list[str] = []
    with suppress(LeadnurtureError):  # a database that is busy now must not turn a run that is done into a failure
        names = unapplied(root)
    if not names:
        return
    several = "s differ" if len(names) > 1 else " differs"
    more = f" and {len(names) - _NAMED} more" if len(names) > _NAMED else ""
    told = f"{len(names)} sequence file{several} from what was applied: {', '.join(names[:_NAMED])}{more}"
    terminal.say(f"{told}   → leadnurture plan")
