"""`lead list` and `lead show`: which couples there are, and everything about one of them."""

from typing import TYPE_CHECKING, Annotated

import typer

from leadnurture.cli import lead_filter_options as options
from leadnurture.cli import terminal
from leadnurture.cli.options import MOST, AsJson, LeadArgument, open_studio

if TYPE_CHECKING:
    from leadnurture.reports.lead_list import LeadList


def list_leads(
    context: typer.Context,
    view: Annotated[
        str | None, typer.Option(metavar="NAME", help="A view's filters and order; other options go before them.")
    ] = None,
    status: options.Status = None,
    source: options.Source = None,
    priority: options.Priority = None,
    temperature: options.Temperature = None,
    tag: options.Tag = None,
    search: options.Search = None,
    assigned_to: options.AssignedTo = None,
    score_min: options.Score = None,
    score_max: options.Score = None,
    wedding_date_from: options.Day = None,
    wedding_date_to: options.Day = None,
    created_from: options.FirstDay = None,
    created_to: options.LastDay = None,
    sort_by: options.SortBy = None,
    sort_order: options.SortOrder = None,
    page: Annotated[int, typer.Option(metavar="N", min=1, max=MOST, help="Which page.")] = 1,
    limit: options.Limit = None,
    as_json: AsJson = False,
) -> None:
    """List the couples who asked: the newest inquiries first, 50 on a page.

    Example: leadnurture lead list --status new --temperature hot --sort-by lead_score
    """
    from leadnurture.cli.views.lead_list import lead_list_view
    from leadnurture.crm.lead_views import Listing, listing
    from leadnurture.reports.lead_filter_reading import read_filters
    from leadnurture.reports.lead_list import lead_list, read_page

    typed = options.given(
        status=status,
        source=source,
        priority=priority,
        temperature=temperature,
        tags=tag,
        search=search,
        assigned_to=assigned_to,
        score_min=score_min,
        score_max=score_max,
        wedding_date_from=wedding_date_from,
        wedding_date_to=wedding_date_to,
        created_from=created_from,
        created_to=created_to,
    )
    with open_studio(context) as studio, studio.read() as session:
        kept = listing(session, view) if view else Listing({}, "inquiry", None, options.ON_A_PAGE)
        filters = read_filters(studio.reading(), **{**kept.filters, **typed})
        order = (sort_by, sort_order) if sort_by else (kept.sort_by, sort_order or kept.sort_order)
        wanted = read_page(studio.reading(), page, limit or kept.limit, *order)
        report = lead_list(session, studio.config, studio.now(), filters, wanted)
    if as_json or report.leads:
        terminal.answer(report.as_json(), lambda: lead_list_view(report), as_json=as_json)
    else:
        terminal.say(_nothing(report))


def _nothing(report: "LeadList") -> str:
    if report.tally.total:
        return f"There is no page {report.page.number}; the last one is {report.pages}."
    if report.filters.as_json():
        return "No lead fits all of that; leave something out."
    return "There are no leads yet.\n\nNext: leadnurture lead import FILE.csv, or leadnurture lead add --email …"


def show_lead(
    context: typer.Context,
    lead: LeadArgument,
    full: Annotated[bool, typer.Option("--full", help="The whole timeline, and long texts to their end.")] = False,
    as_json: AsJson = False,
) -> None:
    """Show everything about a couple: who they are, their score, where they are, what happened.

    Example: leadnurture lead show emma
    """
    from leadnurture.cli.views.lead_file import lead_file_view
    from leadnurture.crm.leads import find
    from leadnurture.reports.lead_file import lead_file

    with open_studio(context) as studio, studio.read() as session:
        report = lead_file(session, studio.config, studio.now(), find(session, lead))
    terminal.answer(report.as_json(), lambda: lead_file_view(report, full=full), as_json=as_json)
