"""What happened with a couple, one entry after the other."""

from rich.console import Group, RenderableType
from rich.text import Text

from leadnurture.cli.views import colours
from leadnurture.cli.views.layout import heading
from leadnurture.cli.views.lead_file import whole_entry
from leadnurture.reports.lead_timeline import LeadTimeline


def lead_timeline_view(report: LeadTimeline) -> RenderableType:
    """Show each entry with all its words, the oldest first."""
    hidden = report.total - len(report.entries)
    entries = [whole_entry(entry, report.as_of) for entry in report.entries]
    more = [Text(f"{hidden:,} earlier entries are not shown", style=colours.QUIET)] if hidden else []
    return Group(heading(f"{report.lead_id}  {report.couple}"), *more, *entries)
