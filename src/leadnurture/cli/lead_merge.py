"""`lead merge`: two leads that are one couple become one."""

from typing import TYPE_CHECKING, Annotated, Any

import typer

from leadnurture.cli import terminal
from leadnurture.cli.options import AsJson, Yes, open_studio

if TYPE_CHECKING:
    from leadnurture.crm.change import Change
    from leadnurture.engine.merging import Merger
    from leadnurture.store.tables.lead import Lead
    from leadnurture.studio import Studio

SAID_NO = 1


def merge(
    context: typer.Context,
    kept: Annotated[str, typer.Argument(metavar="A", help="The lead that stays: id, address, or part of a name.")],
    other: Annotated[str, typer.Argument(metavar="B", help="The lead that becomes part of it.")],
    yes: Yes = False,
    as_json: AsJson = False,
) -> None:
    """Make two leads one: A stays, everything of B goes to it; no step of a sequence comes twice.

    Example: leadnurture lead merge emma 17

    A's values win; what B has that differs is kept as a note. If only B has booked, day and place are B's. The stricter
    consent and an opt-out of either hold. It cannot be taken back but by restoring the backup that is made first.
    """
    with open_studio(context) as studio:
        if not yes:
            _preview(studio, kept, other, shown=not as_json)
            if not terminal.confirm("Merge them?", yes=yes):
                terminal.say("nothing was changed")
                raise typer.Exit(SAID_NO)
        backup = _back_up(studio)
        with studio.change() as change:
            staying, going, merger = _merge(studio, change, kept, other)
        if as_json:
            terminal.print_json(_as_json(studio, staying, going, merger, backup))
            return
        _tell(studio, staying, going, merger)
    terminal.say(f"\nTo take it back: leadnurture restore {backup}")


def _merge(studio: "Studio", change: "Change", kept: str, other: str) -> "tuple[Lead, dict[str, Any], Merger]":
    from leadnurture.crm.leads import couple_of, find
    from leadnurture.engine.merging import merge as merged

    staying, leaving = find(change.session, kept), find(change.session, other)
    going = {"id": leaving.id, "couple": couple_of(leaving), "primary_email": leaving.primary_email}
    return staying, going, merged(change, studio.engine, staying, leaving)


def _preview(studio: "Studio", kept: str, other: str, *, shown: bool) -> None:
    """Merge in a transaction that is undone, and tell what it did."""
    with studio.change() as change:
        staying, going, merger = _merge(studio, change, kept, other)
        if shown:
            _tell(studio, staying, going, merger)
        change.session.rollback()
        change.facts.clear()


def _back_up(studio: "Studio") -> str:
    from leadnurture.store.backup.copying import back_up
    from leadnurture.store.backup.names import new_name

    target = new_name(studio.database.path, studio.now(), "before-merge-").absolute()
    back_up(studio.database.path, target)
    return str(target)


def _tell(studio: "Studio", staying: "Lead", going: dict[str, Any], merger: "Merger") -> None:
    from leadnurture.crm.field_words import changes_in_words, in_words
    from leadnurture.crm.leads import couple_of

    reading = studio.reading()
    terminal.say(f"Lead {going['id']} ({going['couple']}) → lead {staying.id} ({couple_of(staying)})")
    for told in changes_in_words(merger.changes, reading):
        terminal.say(f"  {told}")
    for name, value in merger.aside.items():
        stays = "" if name in merger.changes else "stays as it is; "
        terminal.say(f"  {name}: {stays}'{in_words(name, value, reading)}' is kept as a note")
    for line in merger.walks:
        terminal.say(f"  {line}")
    moved = ", ".join(f"{count} {name.removeprefix('lead_').replace('_', ' ')}" for name, count in merger.moved.items())
    terminal.say(f"  moved: {moved or 'nothing'}")


def _as_json(studio: "Studio", staying: "Lead", going: dict[str, Any], merger: "Merger", backup: str) -> dict[str, Any]:
    from leadnurture.crm.leads import as_plain
    from leadnurture.reports.lead_json import lead_json

    return {
        "lead": lead_json(staying, studio.config),
        "merged": going,
        "changes": {name: {"old": as_plain(old), "new": as_plain(new)} for name, (old, new) in merger.changes.items()},
        "aside": {name: as_plain(value) for name, value in merger.aside.items()},
        "walks": list(merger.walks),
        "moved": dict(merger.moved),
        "backup": backup,
    }
