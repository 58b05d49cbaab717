"""`leadnurture appointment`: meetings with couples, and the calendar files that tell of them."""

import re
import sys
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from leadnurture.cli import terminal
from leadnurture.cli.options import HIGHEST_ID, AsJson, LeadArgument, open_studio

if TYPE_CHECKING:
    from leadnurture.channels.mail.letter import Mailbox
    from leadnurture.crm.appointments import Entry
    from leadnurture.crm.change import Change
    from leadnurture.studio import Studio

appointment = typer.Typer(
    name="appointment", help="Meetings with couples.", no_args_is_help=True, rich_markup_mode=None
)
Number = Annotated[
    int,
    typer.Argument(metavar="ID", min=1, max=HIGHEST_ID, help="The appointment's id, as `appointment list` shows it."),
]
Length = Annotated[str | None, typer.Option("--for", metavar="LENGTH", help="How long it takes: 45m, 1h 30m.")]


@appointment.command("list")
def list_appointments(
    context: typer.Context,
    lead: Annotated[str | None, typer.Option(metavar="LEAD", help="Id, e-mail address, or part of a name.")] = None,
    everything: Annotated[bool, typer.Option("--all", help="Those that were held or cancelled, too.")] = False,
    ics: Annotated[
        str | None, typer.Option("--ics", metavar="FILE", help="Write them for your own calendar; - is stdout.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """List the meetings that are ahead or not ticked off, in order of time.

    Example: leadnurture appointment list --ics calendar.ics
    """
    from leadnurture.channels.calendar import published
    from leadnurture.cli.views.appointments import agenda_view
    from leadnurture.crm.appointments import agenda
    from leadnurture.crm.leads import find

    _refuse_both(ics, as_json=as_json)
    with open_studio(context) as studio, studio.read() as session:
        lead_id = find(session, lead).id if lead is not None else None
        entries = agenda(session, lead_id, everything=everything)
        if ics is not None:
            _write(ics, published([entry.appointment for entry in entries], _owner(studio)))
        elif as_json or entries:
            told = {"appointments": [entry.as_json() for entry in entries]}
            terminal.answer(told, lambda: agenda_view(entries, studio.now()), as_json=as_json)
        else:
            terminal.say(
                'No appointments.\n\nNext: leadnurture appointment add LEAD "Phone call" --at "2027-06-14 18:00"'
            )


@appointment.command("add")
def add_appointment(
    context: typer.Context,
    lead: LeadArgument,
    title: Annotated[str, typer.Argument(metavar="TITLE", help="What it is, as the couple should read it.")],
    at: Annotated[str, typer.Option("--at", metavar="WHEN", help='2027-06-14 18:00, "tomorrow 18:00" …')],
    length: Length = "1h",
    location: Annotated[str | None, typer.Option(help="Where it is.")] = None,
    description: Annotated[str | None, typer.Option(help="More about it.")] = None,
    as_json: AsJson = False,
) -> None:
    """Put a meeting with a couple in the calendar; nothing is sent.

    Example: leadnurture appointment add emma "Phone call" --at "2027-06-14 18:00" --for 30m
    """
    from leadnurture.crm import appointments, leads
    from leadnurture.crm.names import clean
    from leadnurture.errors import InvalidInputError

    with open_studio(context) as studio:
        starts_at, lasting = _instant(studio, at), _length(length or "1h")
        if not clean(title):
            raise InvalidInputError("an appointment needs a title", hint='such as "Phone call"')
        plan = appointments.Plan(clean(title)[:255], starts_at, starts_at + lasting, description, location)
        with studio.change() as change:
            entry = appointments.schedule(change, leads.find(change.session, lead), plan)
        _tell(entry, studio, as_json=as_json)


@appointment.command("move")
def move_appointment(
    context: typer.Context,
    number: Number,
    to: Annotated[str, typer.Option("--to", metavar="WHEN", help='2027-06-15 18:00, "next monday 18:00" …')],
    length: Length = None,
    as_json: AsJson = False,
) -> None:
    """Move a meeting to another time; a couple that was invited is not told by itself, `appointment export` helps.

    Example: leadnurture appointment move 3 --to "2027-06-15 18:00"
    """
    from leadnurture.crm import appointments

    with open_studio(context) as studio:
        starts_at = _instant(studio, to)
        lasting = _length(length) if length is not None else None

        def moved(change: "Change", entry: "Entry") -> None:
            made = entry.appointment
            appointments.move(change, entry, starts_at, starts_at + (lasting or made.ends_at - made.starts_at))

        _do(studio, number, moved, as_json=as_json)


@appointment.command("cancel")
def cancel_appointment(context: typer.Context, number: Number, as_json: AsJson = False) -> None:
    """Call a meeting off; a couple that was invited is not told by itself, `appointment export` helps.

    Example: leadnurture appointment cancel 3
    """
    from leadnurture.crm.appointments import cancel

    with open_studio(context) as studio:
        _do(studio, number, cancel, as_json=as_json)


@appointment.command("done")
def finish_appointment(context: typer.Context, number: Number, as_json: AsJson = False) -> None:
    """Tick a meeting off: it was held.

    Example: leadnurture appointment done 3
    """
    from leadnurture.crm.appointments import finish

    with open_studio(context) as studio:
        _do(studio, number, finish, as_json=as_json)


@appointment.command("export")
def export_appointment(
    context: typer.Context,
    number: Number,
    file: Annotated[str, typer.Argument(metavar="[FILE]", help="Where to write it; - is stdout.")] = "-",
    as_json: AsJson = False,
) -> None:
    """Write the calendar file to send to the couple: an invitation, its change, or its cancellation.

    Example: leadnurture appointment export 3 invite.ics
    """
    from leadnurture.channels.calendar import invitation
    from leadnurture.channels.mail.letter import Mailbox
    from leadnurture.crm.appointments import find
    from leadnurture.crm.names import couple_full_names

    with open_studio(context) as studio, studio.read() as session:
        entry = find(session, number)
        lead = entry.lead
        couple = Mailbox(lead.primary_email, couple_full_names(lead.couple_name_bride, lead.couple_name_groom))
        calendar = invitation(entry.appointment, _owner(studio), couple)
        if as_json:
            text = calendar.content.decode()
            terminal.print_json({"appointment": entry.as_json(), "method": calendar.method, "ics": text})
        else:
            _write(file, calendar.content)


def _do(studio: "Studio", number: int, act: "Callable[[Change, Entry], object]", *, as_json: bool) -> None:
    from leadnurture.crm.appointments import find

    with studio.change() as change:
        entry = find(change.session, number)
        act(change, entry)
    _tell(entry, studio, as_json=as_json)


def _tell(entry: "Entry", studio: "Studio", *, as_json: bool) -> None:
    """Say how an appointment stands now, and what the couple does not know yet."""
    from leadnurture.cli.views.moments import moment
    from leadnurture.crm.leads import couple_of

    if as_json:
        terminal.print_json({"appointment": entry.as_json()})
        return
    made, zone = entry.appointment, studio.config.studio.zone
    when = moment(made.starts_at.astimezone(zone), studio.now().astimezone(zone))
    terminal.say(f"Appointment {made.id} with {couple_of(entry.lead)}: {made.title}, {when}: {made.status.value}")
    if made.status.value == "done":
        return
    if entry.told:
        terminal.say(
            f"They were invited by mail, and do not know of this yet: send {entry.lead.primary_email} the file."
        )
    if entry.told or made.status.value == "scheduled":
        terminal.say(f"\nNext: leadnurture appointment export {made.id} invite.ics writes the file for the couple")


def _owner(studio: "Studio") -> "Mailbox":
    from leadnurture.channels.mail.letter import Mailbox

    return Mailbox(studio.config.owner.email, studio.config.owner.name)


def _instant(studio: "Studio", text: str) -> datetime:
    """Read a date with its time of day; one without would be a guess."""
    from leadnurture.crm.values import BadValueError
    from leadnurture.engine.when import read_when

    if not re.search(r"\d:\d\d", text):
        raise BadValueError(f"'{text}' says no time of day", hint="write it like 2027-06-14 18:00")
    return read_when(text, studio.reading(), studio.now())


def _length(text: str) -> timedelta:
    from pydantic_core import PydanticCustomError

    from leadnurture.errors import InvalidInputError
    from leadnurture.sequences.duration import read_duration

    try:
        length = read_duration(text)
    except PydanticCustomError as error:
        raise InvalidInputError(f"--for: {error.message()}") from None
    if length.days or not length.elapsed:
        raise InvalidInputError(f"--for: '{text}' is no length of a meeting", hint="write it like 45m or 1h 30m")
    return length.elapsed


def _refuse_both(ics: str | None, *, as_json: bool) -> None:
    from leadnurture.errors import UsageError

    if ics is not None and as_json:
        raise UsageError("--ics and --json exclude each other", hint="give one of them")


def _write(file: str, content: bytes) -> None:
    if file == "-":
        sys.stdout.buffer.write(content)
        return
    Path(file).write_bytes(content)
    terminal.say(f"wrote {file}")
