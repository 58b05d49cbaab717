"""Dates that are taken, one per line; days in a row that are blocked for one reason are one."""

from collections.abc import Iterator
from datetime import timedelta
from itertools import groupby

from rich.console import Group, RenderableType
from rich.text import Text

from leadnurture.cli.views import colours
from leadnurture.cli.views.layout import Listing, column, indented
from leadnurture.cli.views.moments import day
from leadnurture.cli.views.plain import count, line
from leadnurture.reports.taken_dates import TakenDate, TakenDates


def taken_dates_view(report: TakenDates) -> RenderableType:
    """Show when, whether it is booked or blocked, by what, and how many others ask."""
    rows = Listing(column("When", width=33), column("", width=13), column("What"))
    for first, last in _spans(report.dates):
        rows.add(*_row(first, last))
    weddings = count(sum(len(one.weddings) for one in report.dates), "wedding")
    blocked = count(sum(bool(one.blocked) for one in report.dates), "blocked day")
    return Group(rows, Text(f"\n{weddings} · {blocked}", style=colours.QUIET))


def date_view(found: TakenDate) -> RenderableType:
    """Show one day."""
    told = Text(f"{found.day:%A} {found.day.day} {found.day:%B %Y}: ")
    told.append("free" if found.available else "taken", style=colours.GOOD if found.available else colours.WRONG)
    parts: list[RenderableType] = [
        indented(line(f"wedding of {one.couple} (lead {one.lead_id})")) for one in found.weddings
    ]
    parts += [indented(line(f"blocked{': ' + reason if reason else ''}")) for reason in found.blocked]
    if found.inquiries:
        parts.append(Text(f"  {count(found.inquiries, 'open inquiry', 'open inquiries')} for that day"))
    return Group(told, *parts)


def _spans(dates: tuple[TakenDate, ...]) -> Iterator[tuple[TakenDate, TakenDate]]:
    """Yield first and last of days in a row that say the same; a day with a wedding stands alone."""

    def key(numbered: tuple[int, TakenDate]) -> tuple[object, ...]:
        number, one = numbered
        in_a_row = one.day if one.weddings else one.day - timedelta(days=number)
        return one.weddings, one.blocked, one.inquiries, in_a_row

    for _, group in groupby(enumerate(dates), key):
        members = [one for _, one in group]
        yield members[0], members[-1]


def _row(first: TakenDate, last: TakenDate) -> tuple[Text | str, ...]:
    when = f"{first.day:%a} {day(first.day)}"
    if last is not first:
        when += f" – {last.day:%a} {day(last.day)}"
    state = "double-booked" if first.is_double_booked else "booked" if first.weddings else "blocked"
    what = line(", ".join([*(one.couple for one in first.weddings), *filter(None, first.blocked)]))
    if first.inquiries:
        what.append(f" ({first.inquiries} more ask)", style=colours.WAITS_FOR_YOU)
    return when, Text(state, style=colours.WRONG if first.is_double_booked else ""), what
