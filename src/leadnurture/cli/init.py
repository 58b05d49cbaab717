"""`leadnurture init`: make a studio."""

import os
import re
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from leadnurture.cli import terminal
from leadnurture.cli.options import AsJson

if TYPE_CHECKING:
    from leadnurture.founding import Answers

_CURRENCIES = dict(
    pair.split("=")
    for pair in "GB=GBP US=USD CA=CAD AU=AUD NZ=NZD CH=CHF SE=SEK NO=NOK DK=DKK PL=PLN IN=INR JP=JPY ZA=ZAR".split()
)
_EURO = frozenset("AT BE CY DE EE ES FI FR GR HR IE IT LT LU LV MT NL PT SI SK".split())


def init(
    folder: Annotated[Path, typer.Argument(metavar="[DIR]", help="Where; made if it is not there.")] = Path(),
    name: Annotated[str | None, typer.Option(help="The studio's name, as couples know it.")] = None,
    owner: Annotated[str | None, typer.Option(help="Your name, as you sign letters.")] = None,
    email: Annotated[str | None, typer.Option(help="Your address; messages come from it.")] = None,
    timezone: Annotated[str | None, typer.Option(help="Such as Europe/London.")] = None,
    country: Annotated[str | None, typer.Option(help="Two letters, such as GB.")] = None,
    currency: Annotated[str | None, typer.Option(help="Three letters, such as GBP.")] = None,
    locale: Annotated[str | None, typer.Option(help="Such as en_GB: how you write dates.")] = None,
    as_json: AsJson = False,
) -> None:
    """Make a studio: a folder with its configuration, the playbooks and the database.

    Example: leadnurture init my-studio --name "Ann Lee Photography" --owner "Ann Lee" --email ann@example.com

    Asks for what is missing, but only in a terminal. Files that exist are left as they are.
    """
    from leadnurture.clock import SystemClock
    from leadnurture.founding import Answers, found_studio
    from leadnurture.locate import CONFIG_NAME

    root = folder.absolute()
    exists = (root / CONFIG_NAME).exists()
    spoken = locale or _system_locale()
    land = (country or spoken.partition("_")[2] or "GB").upper()
    answers = Answers(
        name=_given(name, "--name", "Studio name", skip=exists),
        owner=_given(owner, "--owner", "Your name", skip=exists),
        email=_given(email, "--email", "Your e-mail address", skip=exists),
        timezone=timezone or _system_zone(),
        country=land,
        currency=(currency or _CURRENCIES.get(land) or ("EUR" if land in _EURO else "GBP")).upper(),
        locale=spoken,
    )
    founded = found_studio(root, answers, SystemClock().now())
    given = {"--name": name, "--owner": owner, "--email": email, "--timezone": timezone}
    given |= {"--country": country, "--currency": currency, "--locale": locale}
    unused = [option for option, value in given.items() if value and exists]
    if unused:
        terminal.say(f"{', '.join(unused)}: not used, because leadnurture.toml is there; change it there")
    if as_json:
        terminal.print_json(
            {"studio": str(root), "made": founded.made, "kept": founded.kept, "default": founded.is_default}
        )
        return
    _tell(root, folder, founded.made, founded.kept, answers)


def _tell(root: Path, folder: Path, made: tuple[str, ...], kept: tuple[str, ...], answers: "Answers") -> None:
    if not made:
        terminal.say(f"{root} is a studio already; nothing was changed.")
        return
    terminal.say(f"Made the studio in {root}:")
    for name in made:
        terminal.say(f"  {name}")
    for name in kept:
        terminal.say(f"  {name}  (was there; left as it is)")
    terminal.say(f"\nTime zone {answers.timezone}, currency {answers.currency}, dates as in {answers.locale}:")
    terminal.say("change them in leadnurture.toml.")
    terminal.say("\nWhat comes next:")
    if folder != Path():
        terminal.say(f"  cd {folder}")
    terminal.say("  leadnurture sequence list          the playbooks: yours to change")
    terminal.say("  leadnurture apply                  let them count")
    terminal.say("  leadnurture lead import FILE.csv   your spreadsheet of inquiries")
    terminal.say("  leadnurture run --once             do what is due; letters go into outbox/")


def _given(value: str | None, option: str, question: str, *, skip: bool) -> str:
    """Return an answer: given, or asked for in a terminal; raises UsageError without one."""
    from leadnurture.errors import UsageError

    if value or skip:
        return value or "?"
    if not terminal.is_interactive():
        raise UsageError(f"{option} is missing", hint=f"without a terminal, give it: {option} …")
    return str(typer.prompt(question, err=True))


def _system_zone() -> str:
    from zoneinfo import ZoneInfo

    try:
        from tzlocal import get_localzone_name

        name = get_localzone_name()
        ZoneInfo(name)
    except Exception:  # noqa: BLE001 - whatever the system's settings are, UTC is a time zone
        return "Etc/UTC"
    return name


def _system_locale() -> str:
    for variable in ("LC_ALL", "LC_TIME", "LANG"):
        if found := re.match(r"([a-z]{2,3}_[A-Z]{2})", os.environ.get(variable, "")):
            return found[1]
    return "en_GB"
