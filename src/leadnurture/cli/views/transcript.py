"""A simulation's transcript: a heading for each day, a line for each thing that happens, and what it adds up to."""

from collections.abc import Iterator
from itertools import groupby

from rich.console import Group, RenderableType
from rich.text import Text

from leadnurture.cli.views import colours
from leadnurture.cli.views.layout import Listing, column, heading, indented, one_line
from leadnurture.cli.views.moments import day
from leadnurture.cli.views.plain import count, line, word
from leadnurture.simulation.golden import NOTHING
from leadnurture.simulation.transcript import TOTALLED, Entry, Transcript, day_totals

_BELOW = 9  # cells: below the outcome
_OUTCOMES = {
    "sent": colours.GOOD,
    "held": colours.WAITS_FOR_YOU,
    "failed": colours.WRONG,
    "skipped": colours.QUIET,
    "waiting": colours.QUIET,
}


def transcript_view(transcript: Transcript) -> RenderableType:
    """Show what happens, day by day: who and where on one line, the words or the reason below it."""
    return Group(*_lines(transcript)) if transcript.entries else Text(NOTHING)


def _lines(transcript: Transcript) -> Iterator[RenderableType]:
    for date, several in groupby(transcript.entries, key=lambda entry: entry.at.date()):
        yield Text(f"{date:%a} {date.day} {date:%B %Y}", style="bold")
        for entry in several:
            yield from _entry(entry)


def _entry(entry: Entry) -> Iterator[RenderableType]:
    told = Text(f"  {entry.at:%H:%M}  ").append(f"{word(entry.outcome):<9}  ", style=_OUTCOMES.get(entry.outcome, ""))
    yield one_line(told.append_text(line(entry.lead)).append(f"  {entry.place}", style=colours.QUIET))
    if entry.words:
        yield indented(line(entry.words), _BELOW)


def totals_view(transcript: Transcript) -> RenderableType:
    """Show how many steps of each sequence come to what on each day."""
    days = Listing(
        column("Day", width=11),
        column("Sequence"),
        *(column(name.capitalize(), width=max(5, len(name)), right=True) for name in TOTALLED),
    )
    for total in day_totals(transcript.entries):
        counts = [Text(f"{total.counts[name]:,}" if total.counts[name] else "–") for name in TOTALLED]
        days.add(Text(day(total.day)), line(total.sequence), *counts)
    sent = [entry for entry in transcript.entries if entry.outcome == "sent"]
    couples = len({entry.lead_id for entry in sent})
    told = f"\n{count(len(sent), 'message')} to {count(couples, 'couple')} until {day(transcript.end.date())}"
    return Group(heading("Day by day"), days, Text(told, style=colours.QUIET))
