"""`lead view`: lists of leads under a name."""

from shlex import quote
from typing import TYPE_CHECKING, Annotated

import typer

from leadnurture.cli import lead_filter_options as options
from leadnurture.cli import terminal
from leadnurture.cli.options import AsJson, open_studio

if TYPE_CHECKING:
    from leadnurture.crm.lead_views import Listing

view = typer.Typer(name="view", help="Lists of leads under a name.", no_args_is_help=True, rich_markup_mode=None)
Name = Annotated[str, typer.Argument(metavar="NAME", help="The view's name.")]


@view.command("save")
def save_view(
    context: typer.Context,
    name: Name,
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
    limit: options.Limit = None,
    as_json: AsJson = False,
) -> None:
    """Keep a list's filters and order under a name; a view of that name is replaced.

    Example: leadnurture lead view save hot-summer --temperature hot --wedding-date-from 2027-06-01
    """
    from leadnurture.crm import lead_views
    from leadnurture.reports.lead_filter_reading import read_filters
    from leadnurture.reports.lead_list import read_page, require_sources

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
    with open_studio(context) as studio:
        filters = read_filters(studio.reading(), **typed)
        page = read_page(studio.reading(), 1, limit or options.ON_A_PAGE, sort_by or "inquiry", sort_order)
        kept = lead_views.Listing(
            filters.as_json(), page.sort_by.value, page.sort_order.value if sort_order else None, page.limit
        )
        with studio.change() as change:
            require_sources(change.session, filters.source)
            replaced = lead_views.save(change, name, kept)
    if as_json:
        terminal.print_json({"view": _as_json(name, kept), "replaced": replaced})
        return
    terminal.say(f"View '{name}' {'replaced' if replaced else 'saved'}: {told(kept)}")
    terminal.say(f"\nNext: leadnurture lead list --view {quote(name)}")


@view.command("list")
def list_views(context: typer.Context, as_json: AsJson = False) -> None:
    """Show the views that there are, and what each of them lists.

    Example: leadnurture lead view list
    """
    from leadnurture.crm import lead_views

    with open_studio(context) as studio, studio.read() as session:
        known = lead_views.views(session)
    if as_json:
        terminal.print_json({"views": [_as_json(name, listing) for name, listing in known.items()]})
        return
    for name, listing in known.items():
        print(f"{name}: {told(listing)}")  # noqa: T201
    if not known:
        terminal.say("There are no views yet.\n\nNext: leadnurture lead view save NAME --status new")


@view.command("remove")
def remove_view(context: typer.Context, name: Name, as_json: AsJson = False) -> None:
    """Forget a view; the leads stay as they are.

    Example: leadnurture lead view remove hot-summer
    """
    from leadnurture.crm import lead_views

    with open_studio(context) as studio, studio.change() as change:
        removed = lead_views.remove(change, name)
    if as_json:
        terminal.print_json({"removed": removed})
    else:
        terminal.say(f"View '{removed}' removed.")


def told(listing: "Listing") -> str:
    """Return a view in one line, as one would type it after --where."""
    words = [f"{name}={_told(value)}" for name, value in listing.filters.items()]
    order = f"by {listing.sort_by}" + (f" {listing.sort_order}" if listing.sort_order else "")
    return f"{' '.join(words) or 'all leads'}, {order}, {listing.limit} on a page"


def _told(value: object) -> str:
    return quote(",".join(map(str, value)) if isinstance(value, list) else str(value))


def _as_json(name: str, listing: "Listing") -> dict[str, object]:
    return {"name": name, **vars(listing)}
