"""The day on one screen: each part gets its share of the lines, the most urgent the most."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from rich.console import Console, ConsoleOptions, RenderResult
from rich.table import Table
from rich.text import Text

from leadnurture.cli.views import colours
from leadnurture.cli.views.layout import GAP, one_line
from leadnurture.cli.views.plain import count, line
from leadnurture.cli.views.today_rows import ROWS, Row
from leadnurture.reports.today import Today

_PIPED = 10  # rows of each part where there is no screen to fit
_LABEL, _WHEN = 13, 14


@dataclass
class _Share:
    """A part of the screen: its rows, how many there are in all, and how many of them are shown."""

    label: str
    rows: list[Row]
    total: int
    shown: int

    @property
    def lines(self) -> int:
        return self.shown + (self.shown < self.total)

    @property
    def has_more(self) -> bool:
        return self.shown < len(self.rows)


class TodayView:
    """Shows a day, fitted to the terminal it is printed on."""

    def __init__(self, report: Today) -> None:
        self._report = report

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        """Yield what the day is, its parts, and what to do first."""
        shares = list(_shares(self._report))
        spaced = _fitted(shares, console.height - 1 if console.is_terminal else None)
        yield one_line(_head(self._report))
        if shares:
            yield _table(shares, spaced=spaced)
        yield one_line(_next(self._report))


def _shares(report: Today) -> Iterator[_Share]:
    for label, rows_of in ROWS:
        total, rows = rows_of(report)
        if rows:
            yield _Share(label, rows, total, 1)


def _fitted(shares: list[_Share], height: int | None) -> bool:
    """Give each part its lines, one by one in turn; return whether there is room for lines between the parts."""
    if height is None:
        for share in shares:
            share.shown = min(_PIPED, len(share.rows))
        return True
    left = height - 2 - sum(share.lines for share in shares)  # the day, and what to do first
    spaced = left >= 2 * len(shares)
    left -= len(shares) if spaced else 0
    while growing := [share for share in shares if share.has_more and _cost(share) <= left]:
        for share in growing:
            if (cost := _cost(share)) <= left:
                share.shown, left = share.shown + 1, left - cost
    return spaced


def _cost(share: _Share) -> int:
    """Return how many lines one more row takes: none if it stands in the place of `… and 1 more`."""
    return 0 if share.shown + 1 == share.total else 1


def _table(shares: list[_Share], *, spaced: bool) -> Table:
    table = Table(box=None, show_header=False, pad_edge=False, padding=(0, GAP, 0, 0), expand=True)
    table.add_column(width=_LABEL, no_wrap=True, overflow="ellipsis", style="bold")
    table.add_column(width=_WHEN, no_wrap=True, overflow="ellipsis")
    table.add_column(ratio=2, no_wrap=True, overflow="ellipsis")
    table.add_column(ratio=3, no_wrap=True, overflow="ellipsis", style=colours.QUIET)
    for share in shares:
        if spaced:
            table.add_row("")
        for number, row in enumerate(share.rows[: share.shown]):
            table.add_row(share.label if number == 0 else "", *row)
        if share.shown < share.total:
            table.add_row("", "", Text(f"… and {share.total - share.shown:,} more", style=colours.QUIET))
    return table


def _head(report: Today) -> Text:
    now = report.as_of.now
    told = Text(f"{now:%A} {now.day} {now:%B %Y}", style="bold")
    waits = f"{count(report.waits, 'thing')} wait{'s' * (report.waits == 1)} for you"
    return told.append(f" · {waits if report.waits else 'nothing waits for you'}", style="not bold")


def _next(report: Today) -> Text:
    """Return the command for what comes first."""
    found = next((told for holds, told in _FIRST if holds(report)), None)
    return line(f"Next: leadnurture {found(report)}" if found else "Next: leadnurture report overview", colours.QUIET)


_FIRST: tuple[tuple[Callable[[Today], object], Callable[[Today], str]], ...] = (
    (lambda day: not day.leads, lambda _: "lead add --email …, or lead import FILE.csv"),
    (lambda day: day.double_booked.total, lambda day: f"date check {day.double_booked.items[0].day}"),
    (lambda day: day.in_doubt.total, lambda day: f"outbox show {day.in_doubt.items[0].id}"),
    (lambda day: day.held.total, lambda day: f"lead why {day.held.items[0].lead_id}"),
    (lambda day: day.unanswered.total, lambda day: f"lead show {day.unanswered.items[0].lead_id}"),
    (lambda day: day.tasks.total, lambda day: f"task done {day.tasks.items[0].id}"),
    (lambda day: day.follow_ups.total, lambda day: f"lead show {day.follow_ups.items[0].lead_id}"),
    (lambda day: day.sending.due_now, lambda _: "run --once"),
)
