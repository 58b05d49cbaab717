"""`leadnurture restore`: a backup in the database's place, and nothing sent twice because of it."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from leadnurture.cli import terminal
from leadnurture.cli.options import AsJson, studio_folder

if TYPE_CHECKING:
    from collections.abc import Iterator

    from leadnurture.restoring import Restored


def restore(
    context: typer.Context,
    file: Annotated[Path, typer.Argument(metavar="FILE", help="The backup.")],
    confirm: Annotated[
        str | None, typer.Option("--confirm", metavar="NAME", help="The studio's name, instead of typing it.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Put a backup in the database's place; the present database is kept in backups/.

    Example: leadnurture restore backups/leadnurture-daily-20270104-090000.db --confirm "Hart & Holly"

    Messages that went out since the backup do not go out again: the database that is replaced is asked about them. If
    it cannot be read, walks with a letter due wait until you resume, advance or cancel them.
    """
    from leadnurture.clock import SystemClock
    from leadnurture.config import load_config
    from leadnurture.locate import CONFIG_NAME
    from leadnurture.restoring import restore as put_back

    root = studio_folder(context)
    config = load_config(root / CONFIG_NAME)
    question = f"{file} takes the place of the studio's database; what was entered since then is not in it."
    terminal.require_typed(config.studio.name, question, given=confirm, option="--confirm")
    restored = put_back(root, config, SystemClock(), file.absolute())
    if as_json:
        terminal.print_json(restored.as_json())
        return
    for line in _told(restored):
        terminal.say(line)


def _told(restored: "Restored") -> "Iterator[str]":
    outcome = restored.outcome
    yield f"Restored {restored.file}."
    if restored.kept:
        yield f"  the database before it is kept: {restored.kept}"
    if restored.known:
        yield f"  {outcome['sent']} messages that went out since the backup count as sent; none goes out again"
    else:
        yield "  what went out since the backup cannot be known, so nothing that was due is sent before you say so"
        yield "  nor which couples were added since: import them without --enroll, or they are written to again"
    lines = {
        "parked": "messages may have gone out   → leadnurture outbox list --state parked",
        "walks_paused": "walks wait for you   → leadnurture enrollment list --status paused",
        "leads_stopped": "couples had left or were paused since; they are stopped here, too",
        "leads_added": "couples that the backup does not have came along from the database before it",
        "leads_forgotten": "couples had been forgotten since the backup, and were forgotten again",
    }
    for name, told in lines.items():
        if outcome[name]:
            yield f"  {outcome[name]} {told}"
    if outcome["walks_paused"]:
        yield "\nenrollment resume ID sends a walk's next letter, enrollment advance ID counts it as done."
    yield "\nNext: leadnurture status"
