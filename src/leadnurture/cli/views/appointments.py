"""Meetings with couples, one per line."""

from collections.abc import Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from rich.console import Group, RenderableType
from rich.text import Text

from leadnurture.cli.views import colours
from leadnurture.cli.views.layout import Listing, column
from leadnurture.cli.views.moments import moment
from leadnurture.cli.views.plain import count, line, word
from leadnurture.crm.appointments import Entry
from leadnurture.crm.leads import couple_of
from leadnurture.store.vocabulary import AppointmentStatus

_COLOURS = {AppointmentStatus.DONE: colours.GOOD, AppointmentStatus.CANCELLED: colours.QUIET}


def agenda_view(entries: Sequence[Entry], now: datetime) -> RenderableType:
    """Show when, what and with whom; times on the clocks of the zone that each was agreed in."""
    widest = max((len(str(entry.appointment.id)) for entry in entries), default=2)
    rows = Listing(
        column("Id", width=max(2, widest), right=True),
        column("Status", width=9),
        column("When", width=31),
        column("With", width=20),
        column("What"),
    )
    for entry in entries:
        rows.add(*_row(entry, now))
    return Group(rows, Text(f"\n{count(len(entries), 'appointment')}", style=colours.QUIET))


def _row(entry: Entry, now: datetime) -> tuple[Text | str, ...]:
    made = entry.appointment
    zone = ZoneInfo(made.time_zone)
    when = moment(made.starts_at.astimezone(zone), now.astimezone(zone))
    missed = made.status is AppointmentStatus.SCHEDULED and made.ends_at < now
    status = Text(word(made.status), style=_COLOURS.get(made.status, ""))
    told = line(made.title)
    if entry.invitation is not None:
        told.append(f" (invitation {word(entry.invitation)})", style=colours.QUIET)
    return (
        str(made.id),
        status,
        Text(when, style=colours.WAITS_FOR_YOU if missed else ""),
        line(couple_of(entry.lead)),
        told,
    )
