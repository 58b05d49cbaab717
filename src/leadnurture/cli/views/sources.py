"""Sources, one per line; and one with all that is known of it."""

from collections.abc import Iterator

from rich.console import Group, RenderableType
from rich.text import Text

from leadnurture.cli.views import colours
from leadnurture.cli.views.layout import Listing, column, pairs
from leadnurture.cli.views.plain import count, line, word
from leadnurture.money import format_money
from leadnurture.reports.source_list import SourceFigures, SourceList


def sources_view(report: SourceList) -> RenderableType:
    """Show what each source brought and cost; those that are not used any more are pale."""
    rows = Listing(
        column("Source"),
        column("Leads", width=6, right=True),
        column("Qual.", width=6, right=True),
        column("Booked", width=6, right=True),
        column("Rate", width=7, right=True),
        column("Revenue", width=11, right=True),
        column("Cost/lead", width=9, right=True),
    )
    for one in report.sources:
        rows.add(*_row(one))
    return Group(rows, Text(f"\n{count(len(report.sources), 'source')}", style=colours.QUIET))


def _row(one: SourceFigures) -> Iterator[Text | str]:
    style = "" if one.source.is_active else colours.QUIET
    yield line(word(one.source.source_name), style)
    for number in (one.total_leads, one.qualified_leads, one.converted_leads):
        yield Text(f"{number:,}" if number else "·", style=style)
    yield Text(f"{one.conversion_rate} %" if one.total_leads else "", style=style)
    yield Text(_money(one.total_revenue, one), style=style)
    yield Text(_money(one.cost_per_lead, one), style=style)


def _money(minor: int | None, one: SourceFigures) -> str:
    return format_money(minor, one.as_of.currency) if minor else ""


def source_view(one: SourceFigures) -> RenderableType:
    """Show a source: its link first, then how leads are taken in, then its figures."""
    source = one.source
    state = "" if source.is_active else "  (not used any more)"
    head = line(word(source.source_name), "bold").append(f"  {word(source.source_category)}{state}", colours.QUIET)
    return Group(head, Text(""), pairs((name, value) for name, value in _facts(one) if value.plain))


def _facts(one: SourceFigures) -> Iterator[tuple[str, Text]]:
    source = one.source
    yield "Link", line(one.tracking_link or "")
    yield "Priority", line(source.default_priority.value)
    yield "Assigned to", line(source.auto_assign_to_user_id or "")
    yield "Tracking code", line(source.conversion_tracking_code or "")
    yield "Price", Text(", ".join(_prices(one)))
    told = f"{one.total_leads:,}, {one.qualified_leads:,} qualified, {one.converted_leads:,} booked"
    yield "Leads", Text(f"{told} ({one.conversion_rate} %)" if one.total_leads else "none yet")
    yield "Revenue", Text(_money(one.total_revenue, one))
    yield "Cost", Text(f"{_money(one.spent, one)}, {_money(one.cost_per_lead, one)} a lead" if one.spent else "")


def _prices(one: SourceFigures) -> Iterator[str]:
    if one.source.cost_per_lead:
        yield f"{_money(one.source.cost_per_lead, one)} a lead"
    if one.source.cost_per_month:
        yield f"{_money(one.source.cost_per_month, one)} a month"
