"""`lead list` and `lead show`: which couples there are, and everything about one of them."""

from typing import TYPE_CHECKING, Annotated

import typer

from leadnurture.cli import terminal
from leadnurture.cli.options import MOST, AsJson, LeadArgument, open_studio

if TYPE_CHECKING:
    from leadnurture.reports.lead_list import LeadList

_ANY = "May be repeated: one of them must fit."
Score = Annotated[int | None, typer.Option(metavar="N", min=0, max=100, help="From 0 to 100.")]
Day = Annotated[str | None, typer.Option(metavar="DATE", help="Such as 2027-06-14 or '14 June 2027'.")]


def list_leads(
    context: typer.Context,
    status: Annotated[list[str] | None, typer.Option(metavar="STATUS", help=f"new, qualified, won … {_ANY}")] = None,
    source: Annotated[list[str] | None, typer.Option(metavar="SOURCE", help=f"website, instagram … {_ANY}")] = None,
    priority: Annotated[
        list[str] | None, typer.Option(metavar="PRIORITY", help=f"low, medium, high, urgent. {_ANY}")
    ] = None,
    temperature: Annotated[
        list[str] | None, typer.Option(metavar="TEMPERATURE", help=f"hot, warm, cold. {_ANY}")
    ] = None,
    tag: Annotated[
        list[str] | None, typer.Option(metavar="TAG", help="May be repeated: all of them must be there.")
    ] = None,
    search: Annotated[
        str | None,
        typer.Option(metavar="WORDS", help="How words begin: names, addresses, phone, venue, location, notes."),
    ] = None,
    assigned_to: Annotated[str | None, typer.Option(metavar="WHO", help="Whose lead it is.")] = None,
    score_min: Score = None,
    score_max: Score = None,
    wedding_date_from: Day = None,
    wedding_date_to: Day = None,
    created_from: Annotated[str | None, typer.Option(metavar="DATE", help="First day of the inquiry.")] = None,
    created_to: Annotated[str | None, typer.Option(metavar="DATE", help="Last day of the inquiry.")] = None,
    sort_by: Annotated[
        str,
        typer.Option(
            metavar="FIELD", help="inquiry, created_at, updated_at, lead_score, wedding_date, next_follow_up."
        ),
    ] = "inquiry",
    sort_order: Annotated[
        str | None, typer.Option(metavar="ORDER", help="asc or desc; by default what matters most is first.")
    ] = None,
    page: Annotated[int, typer.Option(metavar="N", min=1, max=MOST, help="Which page.")] = 1,
    limit: Annotated[int, typer.Option(metavar="N", min=1, max=MOST, help="How many on a page.")] = 50,
    as_json: AsJson = False,
) -> None:
    """List the couples who asked: the newest inquiries first, 50 on a page.

    Example: leadnurture lead list --status new --temperature hot --sort-by lead_score
    """
    from leadnurture.cli.views.lead_list import lead_list_view
    from leadnurture.reports.lead_filter_reading import read_filters
    from leadnurture.reports.lead_list import lead_list, read_page

    with open_studio(context) as studio:
        filters = read_filters(
            studio.reading(),
            status=status or (),
            source=source or (),
            priority=priority or (),
            temperature=temperature or (),
            assigned_to=assigned_to,
            score_min=score_min,
            score_max=score_max,
            wedding_date_from=wedding_date_from,
            wedding_date_to=wedding_date_to,
            created_from=created_from,
            created_to=created_to,
            tags=tag or (),
            search=search,
        )
        wanted = read_page(studio.reading(), page, limit, sort_by, sort_order)
        with studio.read() as session:
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
