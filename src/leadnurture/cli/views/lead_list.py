"""A page of leads as a table."""

from collections.abc import Mapping
from typing import Any

from rich.console import Group, RenderableType
from rich.text import Text

from leadnurture.cli.views import colours
from leadnurture.cli.views.layout import Listing, column
from leadnurture.cli.views.moments import day, short_day
from leadnurture.cli.views.plain import count, couple, line, word
from leadnurture.reports.as_of import AsOf
from leadnurture.reports.lead_list import LeadList
from leadnurture.store.vocabulary import LeadStatus


def lead_list_view(report: LeadList) -> RenderableType:
    """Show the leads, one per line, with the summary of all that fit."""
    widest = max((len(str(lead["id"])) for lead in report.leads), default=2)
    leads = Listing(
        column("Id", width=max(2, widest), right=True),
        column("Couple"),
        column("Wedding", width=11),
        column("Status", width=13),
        column("Score", width=8),
        column("Asked", width=8),
    )
    for lead in report.leads:
        leads.add(*_row(lead, report.as_of))
    return Group(leads, Text(""), _summary(report))


def _row(lead: Mapping[str, Any], as_of: AsOf) -> list[Text]:
    temperature, status = lead["lead_temperature"], lead["lead_status"]
    wedding = lead["wedding_date"]
    return [
        Text(str(lead["id"])),
        line(couple(lead)),
        Text(day(wedding)) if wedding else Text("no date", style=colours.QUIET),
        Text(word(status), style=colours.LEAD.get(status, "")),
        Text(f"{lead['lead_score']:>3} {temperature}", style=colours.TEMPERATURE[temperature]),
        Text(short_day(lead["inquiry_at"].date(), as_of.now.date())),
    ]


def _summary(report: LeadList) -> Text:
    counted, page = report.tally, report.page
    parts = [
        count(counted.total, "lead"),
        f"{counted.by_status[LeadStatus.NEW]:,} new",
        f"{counted.by_status[LeadStatus.WON]:,} booked ({counted.conversion_rate} %)",
        f"average score {counted.average_score}",
    ]
    pages = f"\npage {page.number} of {report.pages}" if report.pages > 1 else ""
    following = f" · next: --page {page.number + 1}" if page.number < report.pages else ""
    return Text(" · ".join(parts) + pages + following, style=colours.QUIET)
