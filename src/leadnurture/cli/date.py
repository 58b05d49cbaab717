"""`leadnurture date`: which days are taken, by weddings and by whatever else you do."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from leadnurture.cli import terminal
from leadnurture.cli.options import AsJson, open_studio

if TYPE_CHECKING:
    import datetime as dt

    from leadnurture.studio import Studio

date = typer.Typer(name="date", help="Dates that are taken.", no_args_is_help=True, rich_markup_mode=None)
MOST_DAYS = 1000
Days = Annotated[
    str, typer.Argument(metavar="DAY", help="Such as 2027-06-14 or 'next saturday'; 2027-08-01..2027-08-14 is a range.")
]


@date.command("list")
def list_dates(
    context: typer.Context,
    year: Annotated[
        int | None, typer.Option("--year", metavar="YEAR", min=1990, max=2100, help="All of a year, not from today on.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """List the days that are booked or blocked, from today on.

    Example: leadnurture date list --year 2027
    """
    from leadnurture.cli.views.dates import taken_dates_view
    from leadnurture.reports.taken_dates import taken_dates

    with open_studio(context) as studio, studio.read() as session:
        report = taken_dates(session, studio.config, studio.now(), year)
    if as_json or report.dates:
        terminal.answer(report.as_json(), lambda: taken_dates_view(report), as_json=as_json)
    else:
        terminal.say("No day is taken.\n\nNext: leadnurture date block 2027-08-01..2027-08-14 --reason Holiday")


@date.command("check")
def check_date(context: typer.Context, day: Days, as_json: AsJson = False) -> None:
    """Say whether a day is free, what takes it, and how many couples ask for it.

    Example: leadnurture date check 2027-06-12
    """
    from leadnurture.cli.views.dates import date_view
    from leadnurture.errors import InvalidInputError
    from leadnurture.reports.taken_dates import one_date

    with open_studio(context) as studio, studio.read() as session:
        asked = _days(studio, day)
        if len(asked) > 1:
            raise InvalidInputError(
                f"'{day}' is more than one day", hint="leadnurture date list shows what takes which"
            )
        found = one_date(session, studio.config, asked[0])
    terminal.answer({"date": found.as_json()}, lambda: date_view(found), as_json=as_json)


@date.command("block")
def block_days(
    context: typer.Context,
    day: Days,
    reason: Annotated[str | None, typer.Option("--reason", help="Such as Holiday.")] = None,
    as_json: AsJson = False,
) -> None:
    """Take no wedding on a day or a range of days; open inquiries for them are told of on their timelines.

    Example: leadnurture date block 2027-08-01..2027-08-14 --reason Holiday
    """
    from leadnurture.crm.blocking import block
    from leadnurture.crm.names import clean

    with open_studio(context) as studio:
        days = _days(studio, day)
        with studio.change() as change:
            block(change, days, clean(reason or "")[:255] or None)
        _tell(studio, days, "blocked", as_json=as_json)


@date.command("unblock")
def unblock_days(context: typer.Context, day: Days, as_json: AsJson = False) -> None:
    """Let a day or a range of days be free of blocks; weddings on them stay.

    Example: leadnurture date unblock 2027-08-10..2027-08-14
    """
    from leadnurture.crm.blocking import unblock

    with open_studio(context) as studio:
        with studio.change() as change:
            days = unblock(change, _days(studio, day))
        _tell(studio, days, "unblocked", as_json=as_json)


@date.command("import")
def import_calendar(
    context: typer.Context,
    file: Annotated[Path, typer.Argument(metavar="FILE.ics", help="A calendar file.")],
    until: Annotated[
        str | None, typer.Option("--until", metavar="DATE", help="The last day to look at; by default in two years.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Block the days that a calendar's entries take, from today on; the same entry again replaces what it blocked.

    Example: leadnurture date import jobs.ics

    Entries that come again are followed until --until. Those that are cancelled, or say that you are free, take no day,
    and neither do the appointments that leadnurture itself has put there.
    """
    from leadnurture.channels.calendar_reading import busy_days
    from leadnurture.crm.blocking import replace

    with open_studio(context) as studio:
        first, last = _horizon(studio, until)
        entries = busy_days(_content(file), str(file), studio.config.studio.zone, first, last)
        with studio.change() as change:
            days = sorted(replace(change, entries))
        if as_json:
            told = {"entries": len(entries), "days": [day.isoformat() for day in days], "until": last.isoformat()}
            terminal.print_json(told)
            return
        busy = sum(1 for entry in entries if entry.days)
        terminal.say(f"{busy} of {len(entries)} entries of {file} block {len(days)} days from {first} to {last}.")
        terminal.say("\nNext: leadnurture date list")


def _days(studio: "Studio", text: str) -> "list[dt.date]":
    """Read a day or a range of days; raises InvalidInputError for one that is turned round, or far too long."""
    from datetime import timedelta

    from leadnurture.errors import InvalidInputError

    start, dots, end = text.partition("..")
    first = _day(studio, start)
    last = _day(studio, end) if dots else first
    if last < first:
        raise InvalidInputError(f"{last} is before {first}", hint=f"write {last}..{first}")
    if (last - first).days >= MOST_DAYS:
        raise InvalidInputError(f"'{text}' is {(last - first).days + 1:,} days; at most {MOST_DAYS:,} go at once")
    return [first + timedelta(days=number) for number in range((last - first).days + 1)]


def _day(studio: "Studio", text: str) -> "dt.date":
    from leadnurture.engine.when import read_when

    return read_when(text, studio.reading(), studio.now()).astimezone(studio.config.studio.zone).date()


def _horizon(studio: "Studio", until: str | None) -> "tuple[dt.date, dt.date]":
    from dateutil.relativedelta import relativedelta

    from leadnurture.errors import InvalidInputError

    today = studio.now().astimezone(studio.config.studio.zone).date()
    last = today + relativedelta(years=2) if until is None else _day(studio, until)
    if last < today or last > today + relativedelta(years=10):
        raise InvalidInputError(f"--until: {last} is not in the ten years that lie ahead")
    return today, last


def _content(file: Path) -> bytes:
    from leadnurture.errors import InvalidInputError, NotFoundError

    try:
        return file.read_bytes()
    except FileNotFoundError:
        raise NotFoundError(f"there is no file {file}", hint="export your calendar as iCalendar (.ics)") from None
    except OSError as error:
        raise InvalidInputError(f"{file} cannot be read: {error.strerror}") from None


def _tell(studio: "Studio", days: "list[dt.date]", done: str, *, as_json: bool) -> None:
    """Say which days were changed, and who has or wants a wedding on them."""
    from leadnurture.reports.taken_dates import one_date

    with studio.read() as session:
        found = [one_date(session, studio.config, day) for day in days]
    if as_json:
        terminal.print_json({"dates": [one.as_json() for one in found]})
        return
    span = f"{days[0]}" if len(days) == 1 else f"{days[0]} to {days[-1]} ({len(days)} days)"
    terminal.say(f"{span}: {done}")
    for one in found:
        for wedding in one.weddings:
            terminal.say(f"  {one.day}: the wedding of {wedding.couple} (lead {wedding.lead_id}) is on that day")
        if one.inquiries:
            asking = "inquiry asks" if one.inquiries == 1 else "inquiries ask"
            terminal.say(f"  {one.day}: {one.inquiries} open {asking} for that day")
    terminal.say("\nNext: leadnurture date list")
