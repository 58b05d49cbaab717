"""`leadnurture suppression`: the addresses that nothing is sent to, whoever has them."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from leadnurture.cli import terminal
from leadnurture.cli.lead_opt_out import read_address, read_channel
from leadnurture.cli.options import AsJson, open_studio

if TYPE_CHECKING:
    from leadnurture.config import Config
    from leadnurture.crm.suppression import Listed
    from leadnurture.crm.values import Reading

SOME_FAILED = 1

suppression = typer.Typer(
    name="suppression",
    help="The addresses that nothing is sent to, whoever has them.",
    no_args_is_help=True,
    rich_markup_mode=None,
)


@suppression.command("list")
def list_suppressions(
    context: typer.Context,
    address: Annotated[str | None, typer.Argument(metavar="ADDRESS", help="Only this address or number.")] = None,
    as_json: AsJson = False,
) -> None:
    """List what is suppressed, the newest first; addresses are shown where a couple in the book has them.

    Example: leadnurture suppression list emma@example.com

    The list keeps digests, not addresses: of couples who were forgotten nobody can read who they were. Any address can
    be asked about.
    """
    from leadnurture.crm import suppression as addresses

    with open_studio(context) as studio, studio.read() as session:
        if address is None:
            rows = [_row(one, studio.config) for one in addresses.listed(session)]
        else:
            asked = read_address(address, studio.reading())
            found = addresses.suppressed(session, [asked]).get(asked, ())
            rows = [_row(addresses.Listed(one, None, asked), studio.config) for one in found]
    if as_json:
        terminal.print_json({"suppressions": rows})
        return
    for row in rows:
        print(f"{row['at'][:10]}  {row['channel']:<5}  {row['address'] or '(not in the book)'}  {row['reason']}")  # noqa: T201
    if not rows:
        terminal.say(f"{address} is not suppressed." if address else "Nothing is suppressed.")


@suppression.command("add")
def add_suppressions(
    context: typer.Context,
    addresses: Annotated[
        list[str] | None, typer.Argument(metavar="ADDRESS...", help="E-mail addresses or phone numbers.")
    ] = None,
    file: Annotated[
        str | None, typer.Option("--from", metavar="FILE", help="A file with one address a line, or - for stdin.")
    ] = None,
    channel: Annotated[str, typer.Option(help="email, sms, phone, or all.")] = "all",
    reason: Annotated[str, typer.Option(help="Why; it stays for ever, so name nobody.")] = "entered by hand",
    as_json: AsJson = False,
) -> None:
    """Send nothing to an address any more, whether or not you know the couple; who has it is left alone at once.

    Example: leadnurture suppression add emma@example.com --reason "asked at the wedding fair"
    """
    from leadnurture.crm import opt_outs
    from leadnurture.crm.leads import couple_of

    given = [("", text) for text in addresses or []] + (_lines(file) if file else [])
    with open_studio(context) as studio:
        _require_some(given)
        reading = studio.reading()
        meant = read_channel(channel, reading)
        good, rejected = _read(given, reading)
        with studio.change() as change:
            added = sum(opt_outs.suppress(change, address, meant, reason) for address in good)
            known = {lead.id or 0: couple_of(lead) for lead in opt_outs.leads_with(change.session, good)}
    if as_json:
        counts = {"added": added, "unchanged": len(good) - added, "leads": sorted(known)}
        terminal.print_json(counts | {"rejected": rejected})
    else:
        terminal.say(f"{added} added, {len(good) - added} there before, {len(rejected)} rejected")
        for lead_id, couple in sorted(known.items()):
            terminal.say(f"  lead {lead_id} ({couple}) is left alone from now on")
        for one in rejected:
            terminal.say(f"  {one['place']}{one['reason']}")
    raise typer.Exit(SOME_FAILED if rejected else 0)


@suppression.command("remove")
def remove_suppression(
    context: typer.Context,
    address: Annotated[str, typer.Argument(metavar="ADDRESS", help="An e-mail address or a phone number.")],
    reason: Annotated[str, typer.Option(help="Why: they must have asked for it.")],
    as_json: AsJson = False,
) -> None:
    """They want to hear from you again: take an address off the list, and the couple's opt-out back.

    Example: leadnurture suppression remove emma@example.com --reason "she wrote again on Monday"

    Sequences that ended do not begin again by themselves.
    """
    from leadnurture.crm import opt_outs
    from leadnurture.crm.leads import couple_of

    with open_studio(context) as studio:
        asked = read_address(address, studio.reading())
        with studio.change() as change:
            leads = opt_outs.lift(change, asked, reason)
            known = {lead.id or 0: couple_of(lead) for lead in leads}
    if as_json:
        terminal.print_json({"address": asked, "leads": sorted(known)})
        return
    terminal.say(f"{asked} may be written to again.")
    for lead_id, couple in known.items():
        terminal.say(f"  lead {lead_id} ({couple})")


def _row(one: "Listed", config: "Config") -> dict[str, Any]:
    return {
        "id": one.suppression.id,
        "channel": one.suppression.channel.value,
        "reason": one.suppression.reason,
        "at": one.suppression.created_at.astimezone(config.studio.zone).isoformat(),
        "lead_id": one.lead_id,
        "address": one.address,
    }


def _lines(file: str) -> list[tuple[str, str]]:
    """Return (place, text) of each line that is not empty; raises NotFoundError or InvalidInputError."""
    from leadnurture.errors import InvalidInputError, NotFoundError

    try:
        content = sys.stdin.buffer.read() if file == "-" else Path(file).read_bytes()
        text = content.decode("utf-8-sig")
    except FileNotFoundError:
        raise NotFoundError(f"there is no file {file}") from None
    except UnicodeDecodeError as error:
        raise InvalidInputError(f"{file} is not UTF-8 text (byte {error.start})", hint="save it as UTF-8") from None
    except OSError as error:
        raise InvalidInputError(f"{file} cannot be read: {error.strerror}") from None
    lines = ((f"line {number}: ", line.strip()) for number, line in enumerate(text.splitlines(), start=1))
    return [(place, line) for place, line in lines if line]


def _read(given: list[tuple[str, str]], reading: "Reading") -> tuple[list[str], list[dict[str, str]]]:
    from leadnurture.crm.values import BadValueError

    good: list[str] = []
    rejected: list[dict[str, str]] = []
    for place, text in given:
        try:
            good.append(read_address(text, reading))
        except BadValueError as error:
            rejected.append({"place": place, "value": text, "reason": error.message})
    return list(dict.fromkeys(good)), rejected


def _require_some(given: list[tuple[str, str]]) -> None:
    from leadnurture.errors import UsageError

    if not given:
        raise UsageError("no address was given", hint="leadnurture suppression add emma@example.com")
