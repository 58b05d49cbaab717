"""Short commands for where a couple stands: they booked, or went elsewhere."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Annotated, Any

import typer

from leadnurture.cli import terminal
from leadnurture.cli.lead_clash import say_clash
from leadnurture.cli.options import AsJson, LeadArgument, open_studio

if TYPE_CHECKING:
    from leadnurture.crm.change import Change
    from leadnurture.store.tables.lead import Lead
    from leadnurture.studio import Studio


def convert(
    context: typer.Context,
    lead: LeadArgument,
    value: Annotated[str, typer.Option("--value", help="What they booked for, such as £2,400.")],
    kind: Annotated[
        str, typer.Option("--type", help="booking_confirmed, contract_signed, deposit_paid …")
    ] = "booking_confirmed",
    date: Annotated[str | None, typer.Option("--date", metavar="WHEN", help="When they did; now if not given.")] = None,
    commission: Annotated[str | None, typer.Option(help="What you owe somebody for it, such as £120.")] = None,
    notes: Annotated[str | None, typer.Option(help="Anything to remember.")] = None,
    as_json: AsJson = False,
) -> None:
    """The couple booked: record the value; sequences that stop on a booking end.

    Example: leadnurture lead convert emma --value £2,400
    """
    from leadnurture.crm import standing
    from leadnurture.crm.fields import Kind, LeadField
    from leadnurture.crm.leads import find
    from leadnurture.crm.values import read_value
    from leadnurture.engine.when import read_past
    from leadnurture.money import parse_money
    from leadnurture.reports.as_of import AsOf
    from leadnurture.reports.conversions import booking
    from leadnurture.store.vocabulary import ConversionType

    with open_studio(context) as studio:
        currency, reading = studio.config.studio.currency, studio.reading()
        booked = parse_money(value, currency)
        owed = None if commission is None else parse_money(commission, currency)
        word = read_value(LeadField("--type", Kind.WORD, "Type", optional=False, words=ConversionType), kind, reading)
        at = None if date is None else read_past(date, reading, studio.now(), "--date")
        with studio.change() as change:
            found = find(change.session, lead)
            made = standing.convert(change, found, booked, kind=word, at=at, commission=owed, notes=notes)
        if as_json:
            conversion = booking(made, AsOf.of(studio.config, change.now)).as_json()
            terminal.print_json(standing_json(studio, change, found) | {"conversion": conversion})
            return
        tell(studio, change, found, "booked", as_json=False)
        say_clash(studio, found)


def lose(
    context: typer.Context,
    lead: LeadArgument,
    reason: Annotated[str, typer.Option("--reason", help="Such as budget, date taken, no answer.")],
    details: Annotated[str | None, typer.Option(help="More about it.")] = None,
    as_json: AsJson = False,
) -> None:
    """The inquiry went elsewhere: close it with the reason.

    Example: leadnurture lead lose emma --reason "date taken"
    """
    from leadnurture.crm import standing

    with open_studio(context) as studio:
        _do(
            studio,
            lead,
            lambda change, found: standing.lose(change, found, reason, details),
            "closed as lost",
            as_json=as_json,
        )


def _do(studio: "Studio", reference: str, act: "Callable[[Change, Lead], object]", told: str, *, as_json: bool) -> None:
    """Do one thing to one lead in one transaction, and tell what followed from it."""
    from leadnurture.crm.leads import find

    with studio.change() as change:
        found = find(change.session, reference)
        act(change, found)
    tell(studio, change, found, told, as_json=as_json)
    if not as_json:
        say_clash(studio, found)


def tell(studio: "Studio", change: "Change", found: "Lead", told: str, *, as_json: bool) -> None:
    """Tell what was done to a lead, and which sequences it left and entered because of it."""
    from leadnurture.crm.leads import couple_of

    if as_json:
        terminal.print_json(standing_json(studio, change, found))
        return
    changes = automation_changes(change)
    terminal.say(f"Lead {found.id} ({couple_of(found)}): {told}")
    for sequence in changes["sequences_removed"]:
        terminal.say(f"  left {sequence}")
    for sequence in changes["sequences_enrolled"]:
        terminal.say(f"  enrolled in {sequence}")


def standing_json(studio: "Studio", change: "Change", found: "Lead") -> dict[str, Any]:
    """Return a lead as it is now, and which sequences it left and entered, as `--json` carries them."""
    from leadnurture.reports.lead_json import lead_json

    return {"lead": lead_json(found, studio.config), "automation_changes": automation_changes(change)}


def automation_changes(change: "Change") -> dict[str, list[str]]:
    """Return which sequences a change of one lead enrolled it in, and which ended."""
    return {
        "sequences_enrolled": [sequence for _, sequence in change.enrolled],
        "sequences_removed": [sequence for _, sequence in change.removed],
    }
