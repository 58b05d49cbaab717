"""How business stands, on one screen."""

from collections.abc import Iterator

from rich.console import Group, RenderableType
from rich.text import Text

from leadnurture.cli.views import colours
from leadnurture.cli.views.layout import Listing, column, heading, indented, pairs
from leadnurture.cli.views.plain import count, line, word
from leadnurture.money import format_money
from leadnurture.reports.overview import Overview

_BAR = 24  # cells of the longest bar
_SOURCES = 12


def overview_view(report: Overview) -> RenderableType:
    """Show the figures, then the leads by status and by source."""
    return Group(pairs(_figures(report)), *_statuses(report), *_sources(report))


def _figures(report: Overview) -> Iterator[tuple[str, Text]]:
    currency = report.as_of.currency
    yield "Leads", Text(f"{report.tally.total:,}, average score {report.tally.average_score}")
    yield (
        "Booked",
        Text(f"{report.tally.conversion_rate} % of inquiries, {format_money(report.booked_value, currency)}"),
    )
    yield "Pipeline", Text(f"{format_money(report.pipeline_value, currency)} in budgets of open leads")
    late = report.overdue_follow_ups + report.overdue_tasks
    told = f"{count(report.overdue_follow_ups, 'follow-up')}, {count(report.overdue_tasks, 'task')}"
    yield "Overdue", Text(told if late else "nothing", style=colours.WAITS_FOR_YOU if late else "")
    yield "Sent", Text(count(report.messages_sent, "message"))


def _statuses(report: Overview) -> Iterator[RenderableType]:
    yield heading("By status")
    rows = Listing(column(width=13), column(width=6, right=True), column())
    most = max(report.tally.by_status.values(), default=0)
    for status, leads in report.tally.by_status.items():
        rows.add(word(status), f"{leads:,}", Text("▇" * _length(leads, most), style=colours.LEAD.get(status, "")))
    yield indented(rows)


def _length(leads: int, most: int) -> int:
    return max(1, round(_BAR * leads / most)) if leads else 0


def _sources(report: Overview) -> Iterator[RenderableType]:
    if not report.sources:
        return
    yield Text("")
    rows = Listing(
        column("Source"),
        column("Leads", width=6, right=True),
        column("Booked", width=7, right=True),
        column("Rate", width=7, right=True),
    )
    for share in report.sources[:_SOURCES]:
        rows.add(line(word(share.source)), f"{share.leads:,}", f"{share.won:,}", f"{share.conversion_rate} %")
    yield indented(rows)
    if len(report.sources) > _SOURCES:
        yield indented(Text(f"… and {len(report.sources) - _SOURCES} more; --json has them all", style=colours.QUIET))
