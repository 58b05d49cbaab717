"""`lead opt-out`: nothing more to a couple, on one channel, or to one of their addresses."""

from typing import TYPE_CHECKING, Annotated

import typer

from leadnurture.cli.lead_standing import tell
from leadnurture.cli.options import AsJson, LeadArgument, open_studio

if TYPE_CHECKING:
    from leadnurture.crm.values import Reading
    from leadnurture.store.vocabulary import ContactChannel


def opt_out(
    context: typer.Context,
    lead: LeadArgument,
    channel: Annotated[str, typer.Option(help="email, sms, phone, or all.")] = "all",
    address: Annotated[
        str | None, typer.Option(metavar="ADDRESS", help="Only this address or number of theirs.")
    ] = None,
    how: Annotated[str, typer.Option("--how", help="How you know, such as 'by phone'.")] = "noted by hand",
    as_json: AsJson = False,
) -> None:
    """The couple wants no more messages: everything ends at once, queued messages are withdrawn.

    Example: leadnurture lead opt-out emma --channel sms

    Who wants no more letters writes to you by their link. The subject of that mail says who it is, and may stand for
    LEAD.

    With --channel or --address their sequences go on, and leave out the steps that would reach them there. What they
    asked for is kept as a digest of their addresses, also after `lead forget`: see leadnurture suppression list.
    """
    from leadnurture.crm import opt_outs
    from leadnurture.crm.leads import find
    from leadnurture.store.vocabulary import ContactChannel

    with open_studio(context) as studio:
        reading = studio.reading()
        meant, only = read_channel(channel, reading), read_address(address, reading) if address else None
        with studio.change() as change:
            found = find(change.session, lead)
            opt_outs.opt_out(change, found, meant, how, only)
        where = "" if meant is ContactChannel.ALL and not only else f" of {opt_outs.told_channel(meant)}"
        tell(studio, change, found, f"opted out{where}{f' at {only}' if only else ''}", as_json=as_json)


def read_channel(text: str, reading: "Reading") -> "ContactChannel":
    """Return the channel that --channel names; raises BadValueError."""
    from leadnurture.crm.fields import Kind, LeadField
    from leadnurture.crm.values import read_value
    from leadnurture.store.vocabulary import ContactChannel

    field = LeadField("--channel", Kind.WORD, "Channel", optional=False, words=ContactChannel)
    found: ContactChannel = read_value(field, text or "?", reading)
    return found


def read_address(text: str, reading: "Reading") -> str:
    """Return an e-mail address, or a number, in the form in which leads have it; raises BadValueError."""
    from leadnurture.crm.values import read_email, read_phone

    return read_email(text) if "@" in text else read_phone(text, reading.region)
