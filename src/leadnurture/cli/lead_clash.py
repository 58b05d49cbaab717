"""Saying at once that a couple's day is taken, or booked twice now."""

from collections.abc import Collection, Iterable
from typing import TYPE_CHECKING

from leadnurture.cli import terminal

if TYPE_CHECKING:
    from leadnurture.store.tables.lead import Lead
    from leadnurture.studio import Studio

_MOVES = frozenset({"wedding_date", "lead_status"})  # fields that can put two weddings on one day


def say_clash(studio: "Studio", lead: "Lead", changed: Collection[str] = _MOVES) -> None:
    """Say what is in the way of a lead's wedding, if one of the changed fields can have brought it there."""
    from leadnurture.reports.taken_dates import clash

    if _MOVES.isdisjoint(changed):
        return
    with studio.read() as session:
        told = clash(session, studio.config, lead)
    if told is not None:
        terminal.say(f"{told[0].upper()}{told[1:]}   → leadnurture date check {lead.wedding_date}")


def say_clashes(changed: Iterable[tuple["Lead", Collection[str]]]) -> None:
    """Say how many of several leads, each with its changed fields, are on a day that is taken or booked twice."""
    on_taken_days = [lead for lead, fields in changed if lead.date_available is False and not _MOVES.isdisjoint(fields)]
    if on_taken_days:
        terminal.say(f"{len(on_taken_days):,} of them on days that are taken or booked twice   → leadnurture date list")
