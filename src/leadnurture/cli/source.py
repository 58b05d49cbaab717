"""`leadnurture source`: where couples come from, what that costs, and the links to give away."""

from typing import TYPE_CHECKING, Annotated, Any

import typer

from leadnurture.cli import terminal
from leadnurture.cli.options import AsJson, open_studio

if TYPE_CHECKING:
    from leadnurture.store.tables.source import Source
    from leadnurture.studio import Studio

source = typer.Typer(
    name="source", help="Where couples come from, and what that costs.", no_args_is_help=True, rich_markup_mode=None
)
SourceName = Annotated[str, typer.Argument(metavar="NAME", help="The source, such as instagram.")]
Category = Annotated[
    str | None,
    typer.Option(
        "--category",
        help="paid_advertising, organic_search, social_media, referral, directory, email_marketing, direct "
        "or partnership.",
    ),
]
Url = Annotated[str | None, typer.Option("--url", help="The page of yours that it leads to.")]
Utm = Annotated[
    list[str] | None, typer.Option("--utm", metavar="NAME=VALUE", help="Such as medium=cpc; may be repeated.")
]
PerLead = Annotated[str | None, typer.Option("--cost-per-lead", help="What each inquiry costs, such as £12.")]
PerMonth = Annotated[str | None, typer.Option("--cost-per-month", help="What it costs a month, such as £150.")]
Assign = Annotated[str | None, typer.Option("--assign", help="Who looks after its leads.")]
Priority = Annotated[str | None, typer.Option("--priority", help="low, medium, high or urgent, for its leads.")]
Code = Annotated[str | None, typer.Option("--tracking-code", help="A conversion code to keep with it.")]


@source.command("add")
def add_source(
    context: typer.Context,
    name: SourceName,
    category: Category = None,
    url: Url = None,
    utm: Utm = None,
    cost_per_lead: PerLead = None,
    cost_per_month: PerMonth = None,
    assign: Assign = None,
    priority: Priority = None,
    tracking_code: Code = None,
    as_json: AsJson = False,
) -> None:
    """Add a source; its leads begin with its priority and assignment.

    Example: leadnurture source add bridebook --category directory --url www.example.com/contact --cost-per-month £45
    """
    from leadnurture.crm import sources
    from leadnurture.errors import UsageError

    if category is None:
        raise UsageError("a source needs --category", hint=f"leadnurture source add {name} --category directory")
    given = _given(category, url, cost_per_lead, cost_per_month, assign, priority, tracking_code)
    with open_studio(context) as studio:
        columns = _columns(studio, given, utm)
        with studio.change() as change:
            made = sources.add(change, name, columns)
        _tell(studio, made, "is there", as_json=as_json)


@source.command("set")
def set_source(
    context: typer.Context,
    name: SourceName,
    category: Category = None,
    url: Url = None,
    utm: Utm = None,
    cost_per_lead: PerLead = None,
    cost_per_month: PerMonth = None,
    assign: Assign = None,
    priority: Priority = None,
    tracking_code: Code = None,
    active: Annotated[bool | None, typer.Option("--active/--inactive", help="Whether it is still used.")] = None,
    as_json: AsJson = False,
) -> None:
    """Change what is known of a source; an empty value clears it. Leads that are there stay as they are.

    Example: leadnurture source set google_ads --cost-per-month £150 --utm medium=cpc --utm campaign=spring
    """
    from leadnurture.crm import sources
    from leadnurture.errors import UsageError

    given = _given(category, url, cost_per_lead, cost_per_month, assign, priority, tracking_code)
    with open_studio(context) as studio:
        columns = _columns(studio, given, utm) | ({"is_active": active} if active is not None else {})
        if not columns:
            raise UsageError(
                "nothing to change was given", hint=f"such as: leadnurture source set {name} --priority high"
            )
        with studio.change() as change:
            found = sources.find(change.session, name)
            sources.alter(change, found, columns)
        _tell(studio, found, "is changed", as_json=as_json)


@source.command("list")
def list_sources(context: typer.Context, as_json: AsJson = False) -> None:
    """List the sources with what they brought and cost, the busiest first.

    Example: leadnurture source list
    """
    from leadnurture.cli.views.sources import sources_view
    from leadnurture.reports.source_list import source_list

    with open_studio(context) as studio, studio.read() as session:
        report = source_list(session, studio.config, studio.now())
    terminal.answer(report.as_json(), lambda: sources_view(report), as_json=as_json)


@source.command("show")
def show_source(context: typer.Context, name: SourceName, as_json: AsJson = False) -> None:
    """Show a source: the link to paste, how its leads are taken in, what it brought and cost.

    Example: leadnurture source show instagram
    """
    from leadnurture.cli.views.sources import source_view
    from leadnurture.crm.sources import find
    from leadnurture.reports.source_list import source_figures

    with open_studio(context) as studio, studio.read() as session:
        figures = source_figures(session, studio.config, studio.now(), find(session, name))
    terminal.answer({"source": figures.as_json()}, lambda: source_view(figures), as_json=as_json)
    if not as_json and not figures.tracking_link:
        terminal.say(f"\nNext: leadnurture source set {figures.source.source_name} --url … makes a link to paste")


def _given(
    category: str | None,
    url: str | None,
    per_lead: str | None,
    per_month: str | None,
    assign: str | None,
    priority: str | None,
    code: str | None,
) -> dict[str, str | None]:
    """Return the options by their names."""
    money = {"cost-per-lead": per_lead, "cost-per-month": per_month}
    return {"category": category, "url": url, **money, "assign": assign, "priority": priority, "tracking-code": code}


def _columns(studio: "Studio", given: dict[str, str | None], utm: list[str] | None) -> dict[str, Any]:
    from leadnurture.crm.source_drafts import read_source

    return read_source(given, utm or [], studio.reading())


def _tell(studio: "Studio", told: "Source", done: str, *, as_json: bool) -> None:
    from leadnurture.reports.source_list import source_figures

    with studio.read() as session:
        figures = source_figures(session, studio.config, studio.now(), told)
    if as_json:
        terminal.print_json({"source": figures.as_json()})
        return
    terminal.say(f"Source '{told.source_name}' {done} ({told.source_category.value}).")
    if figures.tracking_link:
        terminal.say(f"The link to paste: {figures.tracking_link}")
    terminal.say(f"\nNext: leadnurture source show {told.source_name}")
