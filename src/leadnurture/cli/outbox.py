"""`leadnurture outbox`: what went out, what waits, and what nobody knows."""

import sys
from typing import Annotated

import typer

from leadnurture.cli import terminal
from leadnurture.cli.options import HIGHEST_ID, MOST, AsJson, open_studio

outbox = typer.Typer(
    name="outbox", help="What went out, what waits, what is in doubt.", no_args_is_help=True, rich_markup_mode=None
)
Number = Annotated[
    int, typer.Argument(metavar="ID", min=1, max=HIGHEST_ID, help="The message's id, as `outbox list` shows it.")
]


@outbox.command("list")
def list_messages(
    context: typer.Context,
    state: Annotated[
        list[str] | None,
        typer.Option(metavar="STATE", help="queued, in_doubt, sent, refused, parked. May be repeated."),
    ] = None,
    lead: Annotated[str | None, typer.Option(metavar="LEAD", help="Id, e-mail address, or part of a name.")] = None,
    limit: Annotated[int, typer.Option(metavar="N", min=1, max=MOST, help="How many at most.")] = 50,
    as_json: AsJson = False,
) -> None:
    """List the messages, the newest first.

    Example: leadnurture outbox list --state parked
    """
    from leadnurture.cli.views.outbox import outbox_list_view
    from leadnurture.crm.leads import find
    from leadnurture.reports.outbox import outbox_list, read_states

    with open_studio(context) as studio, studio.read() as session:
        states = read_states(state or (), studio.reading())
        lead_id = find(session, lead).id if lead is not None else None
        report = outbox_list(session, studio.config, studio.now(), states=states, lead_id=lead_id, limit=limit)
    if as_json or report.messages:
        terminal.answer(report.as_json(), lambda: outbox_list_view(report), as_json=as_json)
    elif states or lead is not None:
        terminal.say("No message fits all of that.")
    else:
        terminal.say("The outbox is empty.\n\nNext: leadnurture run --once does what is due")


@outbox.command("show")
def show_message(
    context: typer.Context,
    number: Number,
    raw: Annotated[bool, typer.Option("--raw", help="Write the exact bytes that go over the wire.")] = False,
    as_json: AsJson = False,
) -> None:
    """Show a message: what its state means, its headers and its words.

    Example: leadnurture outbox show 12
    """
    from leadnurture.cli.views.outbox import message_view
    from leadnurture.errors import UsageError
    from leadnurture.reports.outbox_message import outbox_message

    if raw and as_json:
        raise UsageError("--raw and --json exclude each other", hint="give one of them")
    with open_studio(context) as studio, studio.read() as session:
        report = outbox_message(session, studio.config, studio.now(), number)
    if raw:
        sys.stdout.buffer.write(report.raw())
        return
    terminal.answer(report.as_json(), lambda: message_view(report), as_json=as_json)


@outbox.command("resolve")
def resolve_message(
    context: typer.Context,
    number: Number,
    sent: Annotated[bool, typer.Option("--sent", help="It arrived: go on as after any sent message.")] = False,
    resend: Annotated[bool, typer.Option("--resend", help="It did not arrive: send the same bytes again.")] = False,
    as_json: AsJson = False,
) -> None:
    """Say what became of a message that nobody knows about.

    Example: leadnurture outbox resolve 12 --sent
    """
    from leadnurture.engine.lock import locked
    from leadnurture.engine.resolve import resolve
    from leadnurture.errors import UsageError
    from leadnurture.reports.as_of import AsOf
    from leadnurture.reports.outbox import message_of
    from leadnurture.store.vocabulary import OutboxState

    if sent == resend:
        raise UsageError("say either --sent or --resend", hint="look into your Sent folder, or ask the couple")
    # The lock: a message that a run is handing over this moment looks like one that was lost.
    with open_studio(context) as studio, locked(studio.state, studio.local_now(), "leadnurture outbox resolve"):
        with studio.change() as change:
            settled = resolve(change, studio.engine, number, sent=sent)
        message = message_of(settled, AsOf.of(studio.config, studio.now()))
    if as_json:
        terminal.print_json({"message": message.as_json()})
        return
    again = message.state is OutboxState.QUEUED
    told = {OutboxState.SENT: "counts as sent; its sequence goes on", OutboxState.QUEUED: "is queued again"}.get(
        message.state, f"does not go again: {message.reason}"
    )
    terminal.say(f"Message {number} {told}.\n\nNext: leadnurture " + ("run --once" if again else "status"))
